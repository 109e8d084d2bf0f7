#include "models/layers/activation.h"

#include <ATen/ATen.h>

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

at::Tensor swiglu(const at::Tensor& x) {
  const std::int64_t half = x.size(-1) / 2;
  return at::silu(x.narrow(-1, 0, half)).mul_(x.narrow(-1, half, half));
}

}  // namespace asbench::models
