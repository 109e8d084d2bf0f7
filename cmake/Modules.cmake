# asbench_module(NAME SOURCES ... [PUBLIC_HEADERS ...] [LINK ...] [PRIVATE_LINK ...] [PRECOMPILED SET]): one static library per module (or part of
# one), with our warnings as errors and includes from the root. Available as asbench::NAME.
#
# PUBLIC_HEADERS, relative to the folder, are the ones that are installed, as <asbench/MODULE/...> (cmake/InstallHeaders.cmake).
# A header that a public one includes must be public too: the install fails otherwise.
# PRECOMPILED is the set of cmake/Precompiled.cmake: `library` unless stated, `none` for none.
function(asbench_module name)
  cmake_parse_arguments(MODULE "" "PRECOMPILED" "SOURCES;PUBLIC_HEADERS;LINK;PRIVATE_LINK" ${ARGN})
  foreach(header IN LISTS MODULE_PUBLIC_HEADERS)
    cmake_path(ABSOLUTE_PATH header BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    if(NOT EXISTS "${header}")
      message(FATAL_ERROR "${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt: PUBLIC_HEADERS of ${name} names a file that does not "
              "exist: ${header}")
    endif()
    cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_property(GLOBAL APPEND PROPERTY ASBENCH_PUBLIC_HEADERS "${header}")
  endforeach()
  add_library(asbench_${name} STATIC ${MODULE_SOURCES})
  add_library(asbench::${name} ALIAS asbench_${name})
  set_target_properties(asbench_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(asbench_${name} PUBLIC cxx_std_20)
  target_include_directories(asbench_${name} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(asbench_${name} PUBLIC ${MODULE_LINK} PRIVATE $<BUILD_INTERFACE:asbench_flags> ${MODULE_PRIVATE_LINK})
  set_property(GLOBAL APPEND PROPERTY ASBENCH_MODULES asbench_${name})
  if(NOT MODULE_PRECOMPILED)
    set(MODULE_PRECOMPILED library)
  endif()
  asbench_precompile(asbench_${name} ${MODULE_PRECOMPILED})
endfunction()

# All test programs of the label `unit`: what the preset tsan builds.
add_custom_target(unit_tests)

# asbench_test(NAME SOURCES ... LINK ... [LABELS ...] [PRECOMPILED SET]): one GoogleTest program; every TEST becomes one CTest
# entry. PRECOMPILED is `test` unless stated.
function(asbench_test name)
  cmake_parse_arguments(TEST "" "PRECOMPILED" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT TEST_LABELS)
    set(TEST_LABELS unit)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_LINK} asbench_flags asbench_test_support GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${ASBENCH_TEST_OPTIONS})
  if(NOT TEST_PRECOMPILED)
    set(TEST_PRECOMPILED test)
  endif()
  asbench_precompile(${name} ${TEST_PRECOMPILED})
  if("unit" IN_LIST TEST_LABELS)
    add_dependencies(unit_tests ${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT 600)
endfunction()
