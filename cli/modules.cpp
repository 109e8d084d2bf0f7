#include "cli/modules.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "core/blas_kernels.h"
#include "core/error.h"
#include "core/program_folder.h"

namespace asbench::cli {
namespace {

const char* file_of(Module module) {
  switch (module) {
    case Module::media:
      return "libasbench_media.so";
    case Module::numbers:
      return "libasbench_numbers.so";
    case Module::engine:
      return "libasbench_engine.so";
  }
  throw InternalError("unknown module");
}

}  // namespace

void* module_function(Module module, const char* name) {
  const std::filesystem::path file = program_prefix() / "lib" / file_of(module);
  choose_blas_kernels();
  // Left open until the process ends: LibTorch's threads outlive any call.
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    throw InternalError(fmt::format(
        "{} can't be loaded: {}\n  Run ./bootstrap.sh build to install it and its libraries.",
        file.string(), ::dlerror()));
  }
  void* function = ::dlsym(handle, name);
  if (function == nullptr)
    throw InternalError(
        fmt::format("{} has no function {}: the program and its modules come from different builds",
                    file.string(), name));
  return function;
}

}  // namespace asbench::cli
