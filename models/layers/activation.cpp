#include "models/layers/activation.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "models/kernels/cpu_kernels.h"

namespace asbench::models {

std::optional<Activation> parse_activation(std::string_view hidden_act) {
  if (hidden_act == "quick_gelu") return Activation::quick_gelu;
  if (hidden_act == "gelu" || hidden_act == "gelu_python") return Activation::gelu;
  if (hidden_act == "gelu_new" || hidden_act == "gelu_pytorch_tanh") return Activation::gelu_tanh;
  return std::nullopt;
}

std::string activation_names() {
  return "quick_gelu, gelu, gelu_python, gelu_new, gelu_pytorch_tanh";
}

bool runs_on_cpu_kernels(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
}

namespace {

/// Fewer aren't worth another thread.
constexpr std::int64_t kValuesAThread = 1 << 15;

auto loop_of(Activation activation) {
  const CpuKernels& kernels = cpu_kernels();
  switch (activation) {
    case Activation::quick_gelu:
      return kernels.add_bias_quick_gelu;
    case Activation::gelu_tanh:
      return kernels.add_bias_gelu_tanh;
    case Activation::gelu:
      break;
  }
  return kernels.add_bias_gelu;
}

}  // namespace

void add_bias_and_activate(at::Tensor& x, const at::Tensor& bias, Activation activation) {
  if (runs_on_cpu_kernels(x)) {
    loop_of(activation)(x.data_ptr<float>(),
                        bias.defined() ? bias.const_data_ptr<float>() : nullptr, x.size(0),
                        x.size(1));
    return;
  }
  if (bias.defined()) x.add_(bias);
  switch (activation) {
    case Activation::quick_gelu:
      x.mul_(at::sigmoid(x * 1.702));
      return;
    case Activation::gelu:
      at::gelu_(x);
      return;
    case Activation::gelu_tanh:
      at::gelu_(x, "tanh");
      return;
  }
}

// LibTorch computes what fills its vectors by another function than the rest, so that the last bits
// would depend on a tensor's size and on how threads share it.
void silu_in_place(at::Tensor& x) {
  if (!runs_on_cpu_kernels(x)) {
    // Frames of a batch that lie apart.
    const bool apart = x.device().is_cpu() && x.dim() > 1 && x.size(0) > 1 && !x.is_contiguous();
    if (!apart) {
      at::silu_(x);
      return;
    }
    for (std::int64_t i = 0; i < x.size(0); ++i) {
      at::Tensor one = x.select(0, i);
      silu_in_place(one);
    }
    return;
  }
  float* const values = x.data_ptr<float>();
  at::parallel_for(0, x.numel(), kValuesAThread, [&](std::int64_t begin, std::int64_t end) {
    cpu_kernels().silu(values + begin, end - begin);
  });
}

at::Tensor swiglu(const at::Tensor& x) {
  const std::int64_t half = x.size(-1) / 2;
  if (runs_on_cpu_kernels(x)) {
    auto sizes = x.sizes().vec();
    sizes.back() = half;
    at::Tensor out = at::empty(sizes, x.options());
    const std::int64_t rows = half > 0 ? out.numel() / half : 0;
    const float* const from = x.const_data_ptr<float>();
    float* const to = out.data_ptr<float>();
    at::parallel_for(
        0, rows, std::max<std::int64_t>(1, kValuesAThread / std::max<std::int64_t>(1, half)),
        [&](std::int64_t begin, std::int64_t end) {
          cpu_kernels().swiglu(from + begin * 2 * half, to + begin * half, end - begin, half);
        });
    return out;
  }
  return at::silu(x.narrow(-1, 0, half)).mul_(x.narrow(-1, half, half));
}

}  // namespace asbench::models
