#pragma once

#include <c10/core/Device.h>
#include <c10/core/InferenceMode.h>

#include <optional>
#include <string>
#include <string_view>

namespace asbench::models {

/// What every thread that runs a network opens first: LibTorch's inference mode (no graph is
/// recorded, no version counters) is a property of the thread, so one scope in main() does not
/// reach a worker. Opening it twice is fine.
class InferenceScope {
 public:
  InferenceScope() = default;
  InferenceScope(const InferenceScope&) = delete;
  InferenceScope& operator=(const InferenceScope&) = delete;

 private:
  c10::InferenceMode mode_;
};

/// How products are computed on a GPU. On the CPU there is float32 alone.
enum class Precision {
  fp32,  ///< float32 factors, products and sums
  tf32,  ///< float32 in memory, factors rounded to 11 bits where tensor cores multiply
  bf16,  ///< weights and activations in bfloat16, sums in float32
};

/// Reads `--precision`: fp32, tf32 or bf16. @throws UsageError naming the choices.
[[nodiscard]] Precision parse_precision(std::string_view text);
/// As store keys and signatures call it: "float32", "tf32", "bfloat16".
[[nodiscard]] std::string_view dtype_name(Precision precision);
/// The reverse of dtype_name(). @throws BadInput for another text.
[[nodiscard]] Precision precision_of_dtype(std::string_view dtype);

/// Process-wide settings of LibTorch, once, by main() before the first tensor: threads of matrix
/// products and of parallel_chunks(), and float32 products in float32 (TF32 off, also in cuDNN)
/// unless `precision` says otherwise.
/// @param threads  >= 1, or 0 for all cores
/// @throws UsageError for a negative count, and for kernels that this CPU can't run
/// (models/kernels/kernel_choice.h).
void configure_runtime(int threads = 0, Precision precision = Precision::fp32);

/// Threads that a computation may use, >= 1.
[[nodiscard]] int thread_count();

/// Reads `--device`: cpu, cuda, cuda:N or auto (cuda where there is one, else cpu). Where no driver
/// answers, nothing large is loaded.
/// @throws UsageError for another text; BadInput when CUDA is asked for by name and can't be had:
/// the message says why and what to do. Thread-safe.
[[nodiscard]] c10::Device parse_device(std::string_view text);

/// For people and provenance: "cpu", or "cuda:0 (NVIDIA H200, driver 580.65.06, CUDA 13.0)".
[[nodiscard]] std::string describe_device(c10::Device device);

/// Loads CUDA (libtorch_cuda.so beside libtorch_cpu.so) into the process, once, and makes a tensor
/// on the first GPU.
/// @returns nothing when at least one GPU can be used, else the reason why none can. The binary
/// itself is linked to the CPU library alone, so that one build serves both. Thread-safe.
[[nodiscard]] std::optional<std::string> load_cuda();

/// Waits for all work of a device; nothing to wait for on the CPU. What one stream has prepared
/// (weights, when a network is loaded) may then be used on any other.
void synchronize(c10::Device device);

/// Turns the c10::Error now being handled into one of ours, without its pages of stack; other
/// exceptions go through as they are. To be called in a catch block:
///   try { … } catch (...) { rethrow_torch_error("facebook/dino-vitb16 on cuda:0"); }
/// @throws DeviceOutOfMemory (device_errors.h) when a GPU's memory ran out, BadInput for other
/// failures of a GPU or its driver, std::bad_alloc for the CPU's memory, else InternalError; all
/// but bad_alloc begin with `where`.
[[noreturn]] void rethrow_torch_error(std::string_view where);

}  // namespace asbench::models
