#include "cli/modules.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "core/error.h"
#include "core/program_folder.h"

namespace asbench::cli {

void* module_function(Module module, const char* name) {
  const std::filesystem::path file = program_prefix() / "lib" /
                                     (module == Module::media ? "libasbench_media.so" : "libasbench_engine.so");
  // Left open until the process ends: LibTorch's threads outlive any call.
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    throw InternalError(fmt::format("{} can't be loaded: {}\n  ./bootstrap.sh build puts it and its libraries in place.",
                                    file.string(), ::dlerror()));
  }
  void* function = ::dlsym(handle, name);
  if (function == nullptr) throw InternalError(fmt::format("{} has no {}", file.string(), name));
  return function;
}

}  // namespace asbench::cli
