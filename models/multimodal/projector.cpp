#include "models/multimodal/projector.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "models/encoders/config_reader.h"
#include "models/encoders/strict_loading.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/activation.h"
#include "models/layers/runtime.h"
#include "models/multimodal/tile_maps.h"

namespace asbench::models {
namespace {

constexpr double kEps = 1e-5;  // torch.nn.LayerNorm's own; no file states it

void check_type(const Checkpoint& checkpoint) {
  const ConfigReader root(checkpoint.config, fmt::format("config.json of {}", checkpoint.id));
  root.refuse_quantised();
  const std::string type = root.text("mm_projector_type", "");
  if (type != "mlp_downsample" && type != "mlp_downsample_2x2_fix") {
    root.refuse("mm_projector_type",
                "supported are mlp_downsample and mlp_downsample_2x2_fix; others order tokens or "
                "layers differently");
  }
}

}  // namespace

void move_to(Projector& model, const Placement& placement) {
  model.placement = placement;
  move_to(model.norm, placement);
  move_to(model.in, placement);
  move_to(model.out, placement);
}

Projector load_projector(const Checkpoint& checkpoint, const Placement& placement) {
  check_type(checkpoint);
  Projector model = load_strictly(checkpoint, 0, {}, [&](StateDict& weights) {
    const auto shape = weights.shape("layers.2.weight");
    const bool matrix = shape && shape->size() == 2;
    const std::int64_t width = matrix ? std::max<std::int64_t>(1, (*shape)[0]) : 1;
    // Four tokens make one: a width that 4 doesn't divide is shown as misshaped.
    const std::int64_t inputs = matrix ? std::max<std::int64_t>(4, (*shape)[1] / 4 * 4) : 4;
    Projector loaded;
    loaded.id = checkpoint.id;
    loaded.norm = take_norm(weights, "layers.1", inputs, kEps);
    loaded.in = take_linear(weights, "layers.2", width, inputs);
    loaded.out = take_linear(weights, "layers.4", width, width);
    return loaded;
  });
  place(model, checkpoint.id, placement);
  return model;
}

at::Tensor squares_of_tokens(const at::Tensor& features) {
  const InferenceScope scope;
  const std::int64_t n = features.size(0);
  const std::int64_t g = side_of_map(features.size(1));
  const std::int64_t channels = features.size(2);
  at::Tensor map = features.reshape({n, g, g, channels});
  if (g % 2 == 1) {
    at::Tensor even = at::zeros({n, g + 1, g + 1, channels}, features.options());
    even.narrow(1, 0, g).narrow(2, 0, g).copy_(map);
    map = std::move(even);
  }
  const std::int64_t half = map.size(1) / 2;
  return map.reshape({n, half, 2, half, 2, channels})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({n, half * half, 4 * channels});
}

at::Tensor run(const Projector& model, const at::Tensor& features) {
  if (features.dim() != 3 || features.size(0) < 1 || features.size(1) < 1 ||
      features.size(2) != model.channels() || !features.is_floating_point()) {
    throw BadInput(
        fmt::format("{}: features is {} [{}]; floating-point [tiles, tokens, {}] is "
                    "needed",
                    model.id, c10::toString(features.scalar_type()),
                    fmt::join(features.sizes(), ", "), model.channels()));
  }
  try {
    const InferenceScope scope;
    const Placement& placement = model.placement;
    const at::Tensor squares = squares_of_tokens(
        features.to(features.options().device(placement.device).dtype(placement.dtype)));
    const at::Tensor normed = layer_norm(squares, model.norm);
    const std::int64_t rows = normed.size(0) * normed.size(1);
    at::Tensor inner = at::empty({rows, model.in.outputs()}, normed.options());
    product_into(inner, normed.view({rows, -1}), model.in);
    add_bias_and_activate(inner, model.in.bias, Activation::gelu);
    return linear(inner, model.out).view({normed.size(0), normed.size(1), -1});
  } catch (...) {
    rethrow_torch_error(
        fmt::format("{} on {}: projecting", model.id, model.placement.device.str()));
  }
}

}  // namespace asbench::models
