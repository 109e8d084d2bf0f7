#include "core/gpu_driver.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <memory>
#include <string_view>

namespace asbench {
namespace {

// The part of NVIDIA's driver interface (cuda.h) that is asked here; it is the same in every
// version.
constexpr int kSuccess = 0;
constexpr int kNoDevice = 100;
constexpr int kCapabilityMajor = 75;
constexpr int kCapabilityMinor = 76;
/// Turing: what the kernels of the CUDA 13 libraries begin with.
constexpr int kOldestCapability = 75;

constexpr std::string_view kDriverRemedy =
    "\n  Install NVIDIA's driver, version 580 or newer (docs/gpu.md); in a container, pass the GPU "
    "through (docker run --gpus all).";

struct CloseLibrary {
  void operator()(void* handle) const { ::dlclose(handle); }
};

/// The driver's library; its functions return error numbers.
class DriverLibrary {
 public:
  explicit DriverLibrary(const std::string& name)
      : handle_(::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {}

  [[nodiscard]] bool loaded() const { return handle_ != nullptr; }

  /// @returns the function's answer; kMissing where the library has no such function.
  template <typename... Arguments>
  int call(const char* name, Arguments... arguments) const {
    constexpr int kMissing = -1;
    void* const function = ::dlsym(handle_.get(), name);
    if (function == nullptr) return kMissing;
    return reinterpret_cast<int (*)(Arguments...)>(function)(arguments...);
  }

  [[nodiscard]] std::string error_text(int error) const {
    const char* text = nullptr;
    if (call("cuGetErrorString", error, &text) == kSuccess && text != nullptr) return text;
    return fmt::format("error {}", error);
  }

 private:
  std::unique_ptr<void, CloseLibrary> handle_;
};

/// The kernel module says it in a file of its own, also inside of containers.
std::string module_version() {
  std::ifstream file("/sys/module/nvidia/version");
  std::string version;
  std::getline(file, version);
  return version;
}

int whole_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string cuda_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::vector<Gpu> gpus_of(const DriverLibrary& library, int count) {
  std::vector<Gpu> gpus;
  for (int i = 0; i < count; ++i) {
    int device = 0;
    char name[256] = "";
    int major = 0;
    int minor = 0;
    if (library.call("cuDeviceGet", &device, i) != kSuccess) break;
    library.call("cuDeviceGetName", static_cast<char*>(name), static_cast<int>(sizeof(name)) - 1,
                 device);
    library.call("cuDeviceGetAttribute", &major, kCapabilityMajor, device);
    library.call("cuDeviceGetAttribute", &minor, kCapabilityMinor, device);
    gpus.push_back({name, 10 * major + minor});
  }
  return gpus;
}

/// A driver runs what is built for its own major version of CUDA, or for an older one.
bool too_old(int cuda, const std::string& needed) {
  return !needed.empty() && cuda > 0 && cuda / 1000 < whole_number(needed);
}

std::string why_no_gpu_answers(const DriverLibrary& library, int error) {
  if (error == kNoDevice)
    return "NVIDIA's driver is there, but it finds no GPU.\n  `nvidia-smi` should list one; is "
           "CUDA_VISIBLE_DEVICES set to something else?";
  return fmt::format(
      "NVIDIA's driver does not start: {}.\n  `nvidia-smi` shows whether it works; after an update "
      "of the driver, restart the machine.",
      library.error_text(error));
}

}  // namespace

GpuDriver read_gpu_driver(const std::string& cuda_needed, const std::string& library_name) {
  GpuDriver driver;
  const DriverLibrary library(library_name);
  if (!library.loaded()) {
    driver.problem =
        fmt::format("no NVIDIA driver found: {} is missing.{}", library_name, kDriverRemedy);
    return driver;
  }
  driver.version = module_version();
  library.call("cuDriverGetVersion", &driver.cuda);  // needs no GPU
  if (too_old(driver.cuda, cuda_needed)) {
    driver.problem = fmt::format(
        "NVIDIA's driver{} is too old: it runs CUDA {}, and this LibTorch needs CUDA {}.{}",
        driver.version.empty() ? "" : " " + driver.version, cuda_text(driver.cuda), cuda_needed,
        kDriverRemedy);
    return driver;
  }
  int error = library.call("cuInit", 0U);
  int count = 0;
  if (error == kSuccess) error = library.call("cuDeviceGetCount", &count);
  if (error == kSuccess && count == 0) error = kNoDevice;
  if (error != kSuccess) {
    driver.problem = why_no_gpu_answers(library, error);
    return driver;
  }
  driver.gpus = gpus_of(library, count);
  if (driver.gpus.empty()) driver.problem = why_no_gpu_answers(library, kNoDevice);
  return driver;
}

std::string describe_gpu(const GpuDriver& driver, std::size_t index, const std::string& cuda) {
  std::string text = index < driver.gpus.size() ? driver.gpus[index].name : "unknown GPU";
  if (!driver.version.empty()) text += fmt::format(", driver {}", driver.version);
  if (!cuda.empty()) text += fmt::format(", CUDA {}", cuda);
  return text;
}

std::string why_gpu_is_too_old(const Gpu& gpu) {
  if (gpu.capability == 0 || gpu.capability >= kOldestCapability) return {};
  return fmt::format(
      "{} has compute capability {}.{}, and the CUDA libraries have code for 7.5 and newer "
      "(Turing: GTX 16, RTX 20, T4).\n  Use another GPU, or --device cpu.",
      gpu.name, gpu.capability / 10, gpu.capability % 10);
}

}  // namespace asbench
