# `cmake --install build/release --prefix DIR` gives a relocatable program and libraries for find_package(asbench).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# How a consumer finds what a library of ours links: "<target>|<arguments of find_package>", several with ";".
set(packages
  "nlohmann_json::nlohmann_json|nlohmann_json" "fmt::fmt|fmt" "Threads::Threads|Threads" "OpenSSL::Crypto|OpenSSL COMPONENTS Crypto"
  "PkgConfig::xxhash|PKGCONFIG xxhash libxxhash"
  "PkgConfig::ffmpeg|PKGCONFIG ffmpeg libavformat libavcodec libavutil libswscale libswresample"
  "PkgConfig::libzip|PKGCONFIG libzip libzip"
  "PkgConfig::sentencepiece|PKGCONFIG sentencepiece sentencepiece"
  "PkgConfig::pango|PKGCONFIG pango pangocairo cairo-pdf cairo-svg fontconfig"
  "ICU::uc|ICU COMPONENTS uc" "CURL::libcurl|CURL" "OpenMP::OpenMP_CXX|OpenMP COMPONENTS CXX"
  "BLAS::BLAS|BLAS" "faiss|faiss" "LibTorch::cpu|LibTorch"
  "opencv_core|OpenCV COMPONENTS core" "opencv_imgproc|OpenCV COMPONENTS imgproc"
  "opencv_imgcodecs|OpenCV COMPONENTS imgcodecs" "opencv_videoio|OpenCV COMPONENTS videoio")

# The components of find_package(asbench COMPONENTS ...): one per library, with what each needs, read off the targets
# themselves, so that a library that links something new cannot be forgotten.
get_property(libraries GLOBAL PROPERTY ASBENCH_MODULES)
set(component_names "")
set(component_table "")
foreach(library IN LISTS libraries)
  string(REGEX REPLACE "^asbench_" "" component "${library}")
  list(APPEND component_names ${component})
  get_target_property(linked ${library} INTERFACE_LINK_LIBRARIES)
  set(uses "")
  set(needs "")
  foreach(item IN LISTS linked)
    if(item MATCHES "BUILD_INTERFACE")
      continue()
    endif()
    string(REGEX REPLACE "\\$<(LINK_ONLY|TARGET_NAME_IF_EXISTS):|>" "" item "${item}")
    if(item MATCHES "^asbench::(.*)$")
      list(APPEND uses ${CMAKE_MATCH_1})
    elseif(NOT item STREQUAL "${CMAKE_DL_LIBS}" AND NOT item MATCHES "^$|^-")
      set(found "")
      foreach(package IN LISTS packages)
        if(package MATCHES "^([^|]+)\\|(.*)$" AND CMAKE_MATCH_1 STREQUAL item)
          set(found "${CMAKE_MATCH_2}")
        endif()
      endforeach()
      if(NOT found)
        message(FATAL_ERROR "cmake/Install.cmake does not know how a consumer of ${library} finds ${item}: add it to `packages`")
      endif()
      list(APPEND needs "${found}")
    endif()
  endforeach()
  string(APPEND component_table "set(_asbench_uses_${component} \"${uses}\")\nset(_asbench_needs_${component} \"${needs}\")\n")
endforeach()

install(TARGETS ${libraries} EXPORT asbench ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/asbench)
install(EXPORT asbench NAMESPACE asbench:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asbench FILE asbenchTargets.cmake)
configure_package_config_file(cmake/asbenchConfig.cmake.in ${CMAKE_BINARY_DIR}/asbenchConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asbench)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/asbenchConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/asbenchConfig.cmake ${CMAKE_BINARY_DIR}/asbenchConfigVersion.cmake cmake/FindLibTorch.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/asbench)

get_property(public_headers GLOBAL PROPERTY ASBENCH_PUBLIC_HEADERS)
install(CODE "set(HEADERS \"${public_headers}\")\nset(MODULES \"${ASBENCH_MODULES}\")\nset(SOURCE \"${CMAKE_SOURCE_DIR}\")\nset(STAGING \"${CMAKE_BINARY_DIR}/installed_headers\")")
install(SCRIPT cmake/InstallHeaders.cmake)

install(DIRECTORY models/embedded/asbench DESTINATION ${CMAKE_INSTALL_DATADIR}/asbench/embedded)
install(FILES LICENSE docs/licences.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/asbench)
if(TARGET asbench)
  install(DIRECTORY ${CMAKE_BINARY_DIR}/share/asbench/tiny_generator DESTINATION ${CMAKE_INSTALL_DATADIR}/asbench)
  # The program looks for its modules in ../lib.
  install(TARGETS asbench RUNTIME DESTINATION bin)
  install(FILES ${CMAKE_BINARY_DIR}/completions/asbench DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${CMAKE_BINARY_DIR}/completions/_asbench DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${CMAKE_BINARY_DIR}/completions/asbench.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  install(TARGETS asbench_media asbench_engine asbench_network LIBRARY DESTINATION lib)
  if(TARGET asbench_numbers)
    install(TARGETS asbench_numbers LIBRARY DESTINATION lib)
  endif()
  # Where `./bootstrap.sh cuda` has made it.
  install(PROGRAMS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libasbench_faiss_gpu.so DESTINATION lib OPTIONAL)
  set_target_properties(asbench_media asbench_engine PROPERTIES INSTALL_RPATH "${LibTorch_LIBRARY_DIR}")
endif()
