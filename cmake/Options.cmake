# Switches of the build and the flags that follow from them. Presets in CMakePresets.json set the combinations.
option(ASBENCH_TESTS "Build the tests" ON)
option(ASBENCH_BENCHMARKS "Build the benchmarks" ON)
option(ASBENCH_ASSERTIONS "Standard library assertions" OFF)
option(ASBENCH_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(ASBENCH_COVERAGE "Instrument for gcov" OFF)
set(ASBENCH_MODULES core document metrics loaders models features baselines evaluation reports cli CACHE STRING "Modules to build, dependencies first")
set(ASBENCH_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_COMPILE_OPTIONS_PIE -fPIC)  # programs as libraries: one set of precompiled headers serves both
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

find_program(ASBENCH_CCACHE ccache)
if(ASBENCH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache's manual asks for with precompiled headers. A second clone finds what the first one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${ASBENCH_CCACHE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  option(ASBENCH_PCH "Precompile the headers that most sources include" ON)
else()
  option(ASBENCH_PCH "Precompile the headers that most sources include" OFF)  # clang wants equal macros, also those not in use
endif()
find_program(ASBENCH_MOLD mold)
if(ASBENCH_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()

# Our own targets link this; consumers of an installed asbench don't get its warnings.
add_library(asbench_flags INTERFACE)
target_compile_options(asbench_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms in std::string: GCC bug 105329; the second and the third only show with precompiled headers.
  target_compile_options(asbench_flags INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
  if(ASBENCH_SANITIZE)
    target_compile_options(asbench_flags INTERFACE -Wno-maybe-uninitialized)  # false alarms in std::regex when instrumented
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(asbench_flags INTERFACE -Wno-overlength-strings)  # generated sources hold whole files (cmake/EmbedFiles.cmake)
endif()
if(ASBENCH_ASSERTIONS)
  target_compile_definitions(asbench_flags INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(ASBENCH_SANITIZE)
  add_compile_options(-fsanitize=${ASBENCH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ASBENCH_SANITIZE})
endif()
if(ASBENCH_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(ASBENCH_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
# Half of a build from nothing compiles tests, and a third of that is the optimiser's; the code that they test keeps its flags.
set(ASBENCH_TEST_OPTIONS $<$<CONFIG:Release>:-O1>)
# Declarations of options run once; optimising CLI11 again for each of these sources took as long as the rest of them.
set(ASBENCH_COMMAND_OPTIONS $<$<CONFIG:Release>:-O1>)
