#include <ATen/Context.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <mutex>

#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

// Beside the libtorch_cpu.so that this process already runs with: another copy would be another
// version.
fs::path cuda_library() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&at::globalContext), &info) != 0 && info.dli_fname) {
    fs::path beside = fs::path(info.dli_fname).parent_path() / "libtorch_cuda.so";
    if (fs::exists(beside)) return beside;
  }
  return "libtorch_cuda.so";
}

std::optional<std::string> load_once() {
  const fs::path library = cuda_library();
  // The library registers its kernels from static initialisers. RTLD_GLOBAL because its own
  // plug-ins look its symbols up by name; never closed, the kernels stay registered.
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* const cause = dlerror();
    return fmt::format(
        "{}\n  The CUDA libraries come with the complete `torch` wheel (`./bootstrap.sh cuda`); "
        "the CPU set-up leaves them out.",
        cause != nullptr ? cause : "libtorch_cuda.so does not load");
  }
  try {
    // Only now: LibTorch looks for its CUDA hooks once and remembers if there were none.
    const auto& hooks = at::detail::getCUDAHooks();
    if (!hooks.hasCUDA() || hooks.getNumGPUs() == 0) {
      return "the CUDA libraries are there, but no GPU or driver answers (`nvidia-smi` should list "
             "one)";
    }
    at::globalContext().lazyInitDevice(c10::kCUDA);
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> load_cuda() {
  static std::once_flag once;
  static std::optional<std::string> reason;
  std::call_once(once, [] { reason = load_once(); });
  return reason;
}

}  // namespace asbench::models
