# Finds LibTorch, either in the PyPI wheel of torch that bootstrap.sh unpacks or in an official archive named by
# CMAKE_PREFIX_PATH, without the CUDA toolkit that the wheel's own CMake package insists on.
#
#   LibTorch::cpu   libtorch_cpu + libc10 and their headers. CUDA, where present, is loaded at run time
#                   (models/layers/cuda_loader.cpp), so one binary serves both.
#   LibTorch_ROOT_DIR, LibTorch_VERSION, LibTorch_CUDA, LibTorch_LIBRARY_DIR
find_path(LibTorch_INCLUDE_DIR ATen/ATen.h
  HINTS "${CMAKE_SOURCE_DIR}/.deps/python/torch/include" "$ENV{ASBENCH_DEPS}/python/torch/include"
  PATH_SUFFIXES include)
get_filename_component(LibTorch_ROOT_DIR "${LibTorch_INCLUDE_DIR}" DIRECTORY)
find_library(LibTorch_CPU_LIBRARY torch_cpu HINTS "${LibTorch_ROOT_DIR}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_C10_LIBRARY c10 HINTS "${LibTorch_ROOT_DIR}/lib" NO_DEFAULT_PATH)
set(LibTorch_LIBRARY_DIR "${LibTorch_ROOT_DIR}/lib")
if(LibTorch_INCLUDE_DIR)
  set(version_header "${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h")
  if(NOT EXISTS "${version_header}")
    set(version_header "${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h")
  endif()
  file(STRINGS "${version_header}" version_lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9;]" "" version_numbers "${version_lines}")
  string(REPLACE ";" "." LibTorch_VERSION "${version_numbers}")
endif()
# The CUDA that its GPU library is built for, "13.0"; empty where that is not told. Asked of the driver at run time.
set(LibTorch_CUDA "")
foreach(told "${LibTorch_ROOT_DIR}/version.py" "${LibTorch_ROOT_DIR}/build-version")
  if(EXISTS "${told}" AND NOT LibTorch_CUDA)
    file(STRINGS "${told}" cuda_line REGEX "\\+cu[0-9]+" LIMIT_COUNT 1)
    if(cuda_line MATCHES "\\+cu([0-9]+)([0-9])")
      set(LibTorch_CUDA "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
    endif()
  endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run ./bootstrap.sh build, or name an unpacked LibTorch archive with -DCMAKE_PREFIX_PATH=DIR")
if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  add_library(LibTorch::cpu SHARED IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES
    IMPORTED_LOCATION "${LibTorch_CPU_LIBRARY}"
    # Searched last: the wheel brings its own fmt (12) and others, which must not hide those we link (fmt 9).
    INTERFACE_COMPILE_OPTIONS "SHELL:-idirafter ${LibTorch_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${LibTorch_C10_LIBRARY}")
  # The wheel's libtorch_cpu names the CUDA runtime and CUPTI; they lie beside it and are found by its own run path.
  target_link_options(LibTorch::cpu INTERFACE -Wl,--allow-shlib-undefined)
endif()
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY)
