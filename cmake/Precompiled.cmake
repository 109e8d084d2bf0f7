# asbench_precompile(TARGET SET): compiles TARGET with one of the sets of precompiled headers below. Reading headers is two thirds of
# what a source costs, so a build from nothing takes half the time with them. A target has one set at most; sources still
# include what they use (the preset tidy builds without).
#
#   library  the standard library, fmt, JSON
#   command  library and CLI11: for sources that declare options. CLI11 is all code and costs each source that includes it, so
#            other headers name its classes only (cli/cli11.h)
#   test     library and GoogleTest
#   tensor, tensor_test  library and test, with ATen
#   tensor_parallel  tensor, compiled with OpenMP
#
# A target fits a set only if its macros and its code generation are the set's (-Winvalid-pch is an error): the set's compile options
# are the last arguments of asbench_headers.
function(asbench_precompile target set)
  if(ASBENCH_PCH AND TARGET asbench_headers_${set})
    target_precompile_headers(${target} REUSE_FROM asbench_headers_${set})
  endif()
endfunction()

if(NOT ASBENCH_PCH)
  return()
endif()

function(asbench_headers set)
  cmake_parse_arguments(SET "" "" "HEADERS;LINK;OPTIONS" ${ARGN})
  set(source "${CMAKE_BINARY_DIR}/headers/${set}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "")
  add_library(asbench_headers_${set} OBJECT "${source}")
  target_link_libraries(asbench_headers_${set} PRIVATE asbench_flags fmt::fmt nlohmann_json::nlohmann_json ${SET_LINK})
  target_compile_options(asbench_headers_${set} PRIVATE ${SET_OPTIONS})
  target_precompile_headers(asbench_headers_${set} PRIVATE ${SET_HEADERS})
endfunction()

set(library <algorithm> <array> <chrono> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <string> <string_view> <vector>
            <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp>)
set(test ${library} <gtest/gtest.h> <gmock/gmock.h>)
asbench_headers(library HEADERS ${library})
asbench_headers(command HEADERS ${library} <CLI/CLI.hpp> LINK CLI11::CLI11 OPTIONS ${ASBENCH_COMMAND_OPTIONS})
if(TARGET LibTorch::cpu)
  asbench_headers(tensor HEADERS ${library} <ATen/ATen.h> LINK LibTorch::cpu)
  asbench_headers(tensor_parallel HEADERS ${library} <ATen/ATen.h> LINK LibTorch::cpu $<TARGET_NAME_IF_EXISTS:OpenMP::OpenMP_CXX>)
endif()
if(ASBENCH_TESTS)
  asbench_headers(test HEADERS ${test} LINK GTest::gmock OPTIONS ${ASBENCH_TEST_OPTIONS})
  if(TARGET LibTorch::cpu)
    asbench_headers(tensor_test HEADERS ${test} <ATen/ATen.h> LINK GTest::gmock LibTorch::cpu OPTIONS ${ASBENCH_TEST_OPTIONS})
  endif()
endif()
