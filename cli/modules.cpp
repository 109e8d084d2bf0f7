#include "cli/modules.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string_view>
#include <thread>

#include "core/blas_kernels.h"
#include "core/error.h"
#include "core/program_folder.h"
#include "core/say.h"
#include "core/threads.h"

namespace asbench::cli {
namespace {

const char* file_of(Module module) {
  switch (module) {
    case Module::media:
      return "libasbench_media.so";
    case Module::numbers:
      return "libasbench_numbers.so";
    case Module::network:
      return "libasbench_network.so";
    case Module::engine:
      return "libasbench_engine.so";
  }
  throw InternalError("unknown module");
}

/// Note [Functions bound when they are called]
/// OpenBLAS has tens of thousands of functions, and finding them all took longer than a small
/// Fréchet distance. The module of numbers needs a few: its libraries' functions are looked up at
/// their first call. The other modules are bound whole as they are loaded, so that a library of
/// another version is a message and no abort in the middle of a run.
int binding_of(Module module) {
  return module == Module::numbers ? RTLD_LAZY : RTLD_NOW;
}

extern "C" void on_interrupt_while_loading(int) {
  constexpr std::string_view kText =
      "asbench: interrupted while its libraries were loaded; the same command begins again\n";
  say_in_handler(kText);
  ::_exit(kExitFailure);
}

}  // namespace

void* module_function(Module module, const char* name) {
  const std::filesystem::path file = program_prefix() / "lib" / file_of(module);
  choose_blas_kernels();
  // Libraries start threads of their own as they are loaded, and take it badly when they get none.
  require_threads(std::max(1U, std::thread::hardware_concurrency()));
  // OpenBLAS then raises SIGINT; so does a user who no longer wants to wait.
  const auto before = std::signal(SIGINT, on_interrupt_while_loading);
  // Left open until the process ends: LibTorch's threads outlive any call.
  void* handle = ::dlopen(file.c_str(), binding_of(module) | RTLD_LOCAL);
  std::signal(SIGINT, before);
  if (handle == nullptr) {
    throw Error(fmt::format(
        "{} can't be loaded: {}\n  Is there enough memory, and may so many files be open? Run "
        "./bootstrap.sh build to install it and its libraries.",
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
