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

/// Process-wide settings of LibTorch, once, by main() before the first tensor: threads of matrix
/// products and of parallel_chunks(), and float32 products in float32 (TF32 off, also in cuDNN).
/// @param threads  >= 1, or 0 for all cores
/// @throws UsageError for a negative count.
void configure_runtime(int threads = 0);

/// Threads that a computation may use, >= 1.
[[nodiscard]] int thread_count();

/// Reads `--device`: cpu, cuda, cuda:N or auto (cuda where there is one, else cpu).
/// @throws UsageError for another text; BadInput when CUDA is asked for by name and can't be had:
/// the message says why and what to do. Thread-safe.
[[nodiscard]] c10::Device parse_device(std::string_view text);

/// Loads CUDA (libtorch_cuda.so beside libtorch_cpu.so) into the process, once.
/// @returns nothing when at least one GPU can be used, else the reason why none can. The binary
/// itself is linked to the CPU library alone, so that one build serves both. Thread-safe.
[[nodiscard]] std::optional<std::string> load_cuda();

/// Turns the c10::Error now being handled into one of ours, without its pages of stack; other
/// exceptions go through as they are. To be called in a catch block:
///   try { … } catch (...) { rethrow_torch_error("facebook/dino-vitb16 on cuda:0"); }
/// @throws BadInput when memory ran out, else InternalError, both beginning with `where`.
[[noreturn]] void rethrow_torch_error(std::string_view where);

}  // namespace asbench::models
