#include <ATen/Context.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include "core/gpu_driver.h"
#include "models/layers/device_errors.h"
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

/// Asked once: neither driver nor GPUs change while a program runs.
const GpuDriver& gpu_driver() {
  static const GpuDriver driver = read_gpu_driver(ASBENCH_LIBTORCH_CUDA);
  return driver;
}

/// What no question answers: whether this LibTorch's kernels run on this GPU.
void make_a_tensor() {
  at::globalContext().lazyInitDevice(c10::kCUDA);
  static_cast<void>(at::zeros({1}, at::TensorOptions(c10::Device(c10::kCUDA, 0))));
  synchronize(c10::Device(c10::kCUDA, 0));
}

/// Why CUDA finds no GPU, LibTorch says as a warning, once and to stderr: kept for our message.
class KeptWarning final : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override { text = warning.msg(); }
  std::string text;
};

std::string no_gpu_answers(std::string_view warning) {
  std::string reason =
      "the CUDA libraries are there, but no GPU answers (`nvidia-smi` should list one)";
  const std::string_view line = warning.substr(0, warning.find('\n'));
  if (!line.empty()) reason += fmt::format("\n  ({})", line);
  return explain_device_error(warning).value_or(reason);
}

std::optional<std::string> load_once() {
  // The driver first: where there is none, the libraries, half a gigabyte, need not be loaded.
  if (const GpuDriver& driver = gpu_driver(); !driver.problem.empty()) return driver.problem;
  if (const auto reason = why_gpu_is_too_old(gpu_driver().gpus.front()); !reason.empty())
    return reason;
  const fs::path library = cuda_library();
  // The library registers its kernels from static initialisers. RTLD_GLOBAL because its own
  // plug-ins look its symbols up by name; never closed, the kernels stay registered.
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* const cause = dlerror();
    return fmt::format(
        "{}\n  The CUDA libraries come with `./bootstrap.sh cuda`; the CPU set-up leaves them out.",
        cause != nullptr ? cause : "libtorch_cuda.so does not load");
  }
  KeptWarning warning;
  const c10::WarningUtils::WarningHandlerGuard guard(&warning);
  try {
    // Only now: LibTorch looks for its CUDA hooks once and remembers if there were none.
    const auto& hooks = at::detail::getCUDAHooks();
    if (!hooks.hasCUDA() || hooks.getNumGPUs() == 0) {
      return no_gpu_answers(warning.text);
    }
    make_a_tensor();
  } catch (const c10::Error& error) {
    const std::string what = error.what_without_backtrace();
    if (says_out_of_device_memory(what))
      return "the GPU's memory is used up\n  `nvidia-smi` shows who uses it.";
    return explain_device_error(what).value_or(what);
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

std::string describe_device(c10::Device device) {
  if (device.is_cpu()) return "cpu";
  return fmt::format(
      "{} ({})", device.str(),
      describe_gpu(gpu_driver(), static_cast<std::size_t>(device.index()), ASBENCH_LIBTORCH_CUDA));
}

}  // namespace asbench::models
