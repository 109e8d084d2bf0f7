# `cmake --install build/release --prefix DIR` gives a relocatable program and libraries for find_package(asbench).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY ASBENCH_ROOMS)
install(TARGETS ${rooms} EXPORT asbench ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/asbench)
install(EXPORT asbench NAMESPACE asbench:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asbench FILE asbenchTargets.cmake)
configure_package_config_file(cmake/asbenchConfig.cmake.in ${CMAKE_BINARY_DIR}/asbenchConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asbench)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/asbenchConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/asbenchConfig.cmake ${CMAKE_BINARY_DIR}/asbenchConfigVersion.cmake cmake/FindLibTorch.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asbench)
install(DIRECTORY core metrics loaders models features evaluation baselines reports DESTINATION include/asbench FILES_MATCHING PATTERN "*.h")
install(DIRECTORY models/embedded/asbench DESTINATION ${CMAKE_INSTALL_DATADIR}/asbench/embedded)
if(TARGET asbench)
  # The program looks for its modules in ../lib.
  install(TARGETS asbench RUNTIME DESTINATION bin)
  install(TARGETS asbench_media asbench_engine LIBRARY DESTINATION lib)
  if(TARGET asbench_numbers)
    install(TARGETS asbench_numbers LIBRARY DESTINATION lib)
  endif()
  set_target_properties(asbench_media asbench_engine PROPERTIES INSTALL_RPATH "${LibTorch_LIBRARY_DIR}")
endif()
