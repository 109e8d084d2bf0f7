#include "models/layers/activation.h"

#include <ATen/ATen.h>

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

void activate(at::Tensor& x, Activation activation) {
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
