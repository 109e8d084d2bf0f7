#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <string_view>

namespace asbench::models {

/// Mixing these up costs points silently, so the choice always comes from config.json.
enum class Activation {
  quick_gelu,  ///< x * sigmoid(1.702 x): OpenAI's CLIP
  gelu,        ///< x * (1 + erf(x / sqrt 2)) / 2: ViT, DINO, most OpenCLIP conversions
  gelu_tanh,   ///< x * (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
};

/// From `hidden_act`: quick_gelu; gelu (also gelu_python); gelu_new, gelu_pytorch_tanh.
/// @returns nothing for any other name.
[[nodiscard]] std::optional<Activation> parse_activation(std::string_view hidden_act);

/// The names that parse_activation() knows, for messages: "quick_gelu, gelu, …".
[[nodiscard]] std::string activation_names();

/// x = activation(x + bias), in place.
/// @param x     [rows, width], contiguous
/// @param bias  [width], or undefined for none
void add_bias_and_activate(at::Tensor& x, const at::Tensor& bias, Activation activation);

/// x = x * sigmoid(x), in place. On the CPU in float32, a value's bits depend on the value alone.
/// @param x  contiguous, or each entry of its first axis is
void silu_in_place(at::Tensor& x);

/// SwiGLU: silu(a) * b for the halves a, b of the last axis; bits as those of silu_in_place().
/// @param x  [..., 2 n], contiguous
/// @returns [..., n]
[[nodiscard]] at::Tensor swiglu(const at::Tensor& x);

}  // namespace asbench::models
