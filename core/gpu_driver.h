#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace asbench {

/// One GPU, as the driver numbers them (CUDA_VISIBLE_DEVICES counts).
struct Gpu {
  std::string name;    ///< "NVIDIA H200"
  int capability = 0;  ///< compute capability times 10: 75 is Turing, 90 Hopper
};

/// What NVIDIA's driver says of itself, asked without CUDA's libraries: they take a second to load.
struct GpuDriver {
  std::vector<Gpu> gpus;
  std::string version;  ///< "580.65.06"; empty where the system doesn't tell
  int cuda = 0;         ///< the newest CUDA that it runs, as 13000 for 13.0; 0: unknown
  std::string problem;  ///< why no GPU can be used, one sentence and the remedy; else empty
};

/// Asks the driver.
/// @param library  of the driver: its usual name, or that of a stand-in
/// @param cuda_needed  the CUDA version of the libraries that will run on it ("13.0"); an
///        older driver is a `problem`. Empty: any driver will do.
/// Never throws for a machine without GPU or driver. Thread-safe.
[[nodiscard]] GpuDriver read_gpu_driver(const std::string& cuda_needed = {},
                                        const std::string& library = "libcuda.so.1");

/// "NVIDIA H200, driver 580.65.06, CUDA 13.0", what is known of GPU number `index`.
[[nodiscard]] std::string describe_gpu(const GpuDriver& driver, std::size_t index,
                                       const std::string& cuda);

/// Why the CUDA libraries have no code for this GPU, one sentence and the remedy; empty where they
/// have.
[[nodiscard]] std::string why_gpu_is_too_old(const Gpu& gpu);

}  // namespace asbench
