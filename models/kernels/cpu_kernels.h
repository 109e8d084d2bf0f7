#pragma once

#include <cstdint>
#include <span>

namespace at {
class Tensor;
}

namespace asbench::models {

/// Loops that would otherwise be several passes over memory each. On the calling thread, row by
/// row; a value depends on its own row alone and not on where it lies, so results don't change with
/// the batch. float32; within 2e-7 of the exact value, relative to the larger of it and 1
/// (tests/models/layers/cpu_kernels_test.cpp).
struct CpuKernels {
  const char* name;
  /// x[r][c] = gelu(x[r][c] + bias[c]), exact (erf) form; `bias` may be null.
  void (*add_bias_gelu)(float* x, const float* bias, std::int64_t rows, std::int64_t width);
  /// x[r][c] = q(x[r][c] + bias[c]) with q(v) = v * sigmoid(1.702 v); `bias` may be null.
  void (*add_bias_quick_gelu)(float* x, const float* bias, std::int64_t rows, std::int64_t width);
  /// x[r][c] = t(x[r][c] + bias[c]) with t(v) = v * (1 + tanh(sqrt(2 / pi) (v + 0.044715 v^3))) /
  /// 2; `bias` may be null.
  void (*add_bias_gelu_tanh)(float* x, const float* bias, std::int64_t rows, std::int64_t width);
  /// x[i] = s(x[i]) with s(v) = v * sigmoid(v), over `count` values.
  void (*silu)(float* x, std::int64_t count);
  /// out[r][c] = s(x[r][c]) * x[r][width + c]. x [rows, 2 width], out [rows, width].
  void (*swiglu)(const float* x, float* out, std::int64_t rows, std::int64_t width);
  /// out[r] = layer norm of x[r]; then x[r][c] += then_add[c] unless that is null: the bias of the
  /// product that is added to x next.
  void (*norm_then_add)(float* x, const float* then_add, const float* weight, const float* bias,
                        double eps, float* out, std::int64_t rows, std::int64_t width);
  /// x[r] = softmax(scale * x[r]) in place, scale > 0. x [rows, width], rows `stride` apart.
  void (*softmax)(float* x, std::int64_t rows, std::int64_t width, std::int64_t stride,
                  float scale);
};

/// The fastest that this CPU can run: AVX-512, AVX2 with FMA, or what every CPU can; else those
/// that $ASBENCH_KERNELS names (kernel_choice.h). Thread-safe. @throws UsageError as
/// choose_kernels().
[[nodiscard]] const CpuKernels& cpu_kernels();

/// Whether the loops can work on a tensor: float32, on the CPU, contiguous.
[[nodiscard]] bool runs_on_cpu_kernels(const at::Tensor& x);

/// For tests: all that this CPU can run, the fastest first; the last one is what every CPU can.
[[nodiscard]] std::span<const CpuKernels* const> all_cpu_kernels();

}  // namespace asbench::models
