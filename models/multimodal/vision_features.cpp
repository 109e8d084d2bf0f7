#include "models/multimodal/vision_features.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"
#include "models/encoders/config_reader.h"
#include "models/encoders/strict_loading.h"
#include "models/layers/parallel.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

std::int64_t blocks_to_run(std::int64_t select_layer, std::int64_t layers, const std::string& id) {
  const std::int64_t blocks = select_layer < 0 ? layers + 1 + select_layer : select_layer;
  if (blocks < 0 || blocks > layers) {
    throw BadInput(
        fmt::format("mm_vision_select_layer is {}; {} has {} layers, so {} to {} is "
                    "possible",
                    select_layer, id, layers, -layers - 1, layers));
  }
  return blocks;
}

}  // namespace

VisionConfig vision_config_of(const Checkpoint& checkpoint) {
  const std::string file = fmt::format("config.json of {}", checkpoint.id);
  const ConfigReader root(checkpoint.config, file);
  const std::string type = root.text("model_type", "siglip_vision_model");
  if (type != "siglip_vision_model" && type != "siglip") {
    root.refuse("model_type",
                "the vision tower that is supported is siglip_vision_model, or siglip with a "
                "vision_config");
  }
  const Json* const section = root.find("vision_config");
  const ConfigReader reader(section != nullptr ? *section : checkpoint.config, file,
                            section != nullptr ? "vision_config." : "");
  VisionConfig vision;
  vision.family = VisionFamily::siglip;
  vision.blocks = parse_blocks(reader, {768, 3072, 12, 12, "gelu_pytorch_tanh", 1e-6});
  vision.image_size = reader.side("image_size", 224);
  vision.patch_size = reader.side("patch_size", 16);
  if (reader.size("num_channels", 3) != 3) reader.refuse("num_channels", "pictures have 3");
  if (vision.patch_size > vision.image_size) {
    reader.refuse("patch_size", fmt::format("image_size is only {}", vision.image_size));
  }
  return vision;
}

VisionFeatures load_vision_features(const Checkpoint& checkpoint, std::int64_t select_layer,
                                    const Placement& placement) {
  const VisionConfig config = vision_config_of(checkpoint);
  VisionFeatures model;
  model.id = checkpoint.id;
  model.image_size = config.image_size;
  model.blocks = blocks_to_run(select_layer, config.blocks.layers, checkpoint.id);
  model.placement = placement;
  // A file with keys of both spellings is a mix of two: only its own head may be left over.
  std::vector<std::string> ignorable;
  model.tower = load_strictly(checkpoint, config.blocks.layers, ignorable, [&](StateDict& weights) {
    const std::string prefix =
        weights.has("vision_model.embeddings.patch_embedding.weight") ? "vision_model." : "";
    ignorable = {prefix + "head.*", prefix + "embeddings.position_ids"};
    return load_siglip_tokens(weights, config, prefix);
  });
  model.tower.final_norm.reset();
  // One layer is kept even where none is run: it says in which type and where the tower is.
  const auto kept = static_cast<std::size_t>(std::max<std::int64_t>(1, model.blocks));
  model.tower.blocks.resize(kept);
  place(model.tower, checkpoint.id, placement);
  return model;
}

at::Tensor run(const VisionFeatures& model, const at::Tensor& pixels) {
  if (pixels.dim() != 4 || pixels.size(0) < 1 || pixels.size(1) != 3 ||
      pixels.size(2) != model.image_size || pixels.size(3) != model.image_size ||
      !pixels.is_floating_point()) {
    throw BadInput(
        fmt::format("{}: pixel_values is {} [{}]; floating-point [tiles, 3, {}, {}] is "
                    "needed",
                    model.id, c10::toString(pixels.scalar_type()), fmt::join(pixels.sizes(), ", "),
                    model.image_size, model.image_size));
  }
  try {
    const InferenceScope scope;
    const Placement& placement = model.placement;
    const at::Tensor placed =
        pixels.to(pixels.options().device(placement.device).dtype(placement.dtype)).contiguous();
    const at::Tensor positions = model.tower.positions_for(model.image_size, model.image_size);
    const std::int64_t count = placed.size(0);
    if (!placement.own_kernels || count < thread_count()) {
      return run_blocks(model.tower, placed, positions, model.blocks);
    }
    // A tile a thread, which changes no bit (models/layers/parallel.h).
    const std::int64_t width = model.tower.blocks.front().norm1.weight.size(0);
    at::Tensor features =
        at::empty({count, model.tower.tokens(model.image_size, model.image_size), width});
    parallel_chunks(count, 1, [&](std::int64_t begin, std::int64_t end) {
      features.narrow(0, begin, end - begin)
          .copy_(run_blocks(model.tower, placed.narrow(0, begin, end - begin), positions,
                            model.blocks));
    });
    return features;
  } catch (...) {
    rethrow_torch_error(fmt::format("{} on {}: reading {} tiles", model.id,
                                    model.placement.device.str(), pixels.size(0)));
  }
}

}  // namespace asbench::models
