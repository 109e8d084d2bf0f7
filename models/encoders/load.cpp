#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "models/encoders/clip_text_encoder.h"
#include "models/encoders/dreamsim_encoder.h"
#include "models/encoders/encoder.h"
#include "models/encoders/strict_loading.h"
#include "models/encoders/vision_encoder.h"

namespace asbench::models {
namespace {

// Its branches normalise for themselves and have position tables for one size: another profile
// would give plausible numbers of another metric.
void check_dreamsim_profile(const Checkpoint& checkpoint, const DreamSimConfig& config,
                            const Profile& profile) {
  if (!profile.normalize && profile.output_height == config.image_size &&
      profile.output_width == config.image_size) {
    return;
  }
  throw BadInput(fmt::format(
      "{}: the profile is {}; a dreamsim checkpoint takes pictures of {} x {} pixels that are not "
      "normalised (preprocessor_config.json of tools/convert_dreamsim, or the pinned profile)",
      checkpoint.id, profile.describe(), config.image_size, config.image_size));
}

std::unique_ptr<ImageEncoder> load_dreamsim_encoder(const Checkpoint& checkpoint,
                                                    const EncoderOptions& options) {
  const DreamSimConfig config = parse_dreamsim_config(checkpoint.config, checkpoint.id);
  EncoderInfo info = describe_image_encoder(checkpoint, options);
  DreamSim network = load_strictly(checkpoint, config.layers(), {}, [&](StateDict& weights) {
    return load_dreamsim(weights, config);
  });
  const Placement placement(options.device, options.precision);
  place(network, checkpoint.id, placement);
  return make_dreamsim_encoder(std::move(info), std::move(network), config.image_size, placement);
}

}  // namespace

int image_feature_length(const Checkpoint& checkpoint) {
  const std::int64_t length = is_dreamsim(checkpoint.config)
                                  ? parse_dreamsim_config(checkpoint.config, checkpoint.id).dim()
                                  : parse_vision_config(checkpoint.config, checkpoint.id).dim();
  return static_cast<int>(length);
}

EncoderInfo describe_image_encoder(const Checkpoint& checkpoint, const EncoderOptions& options) {
  EncoderInfo info;
  info.id = checkpoint.id;
  info.dim = image_feature_length(checkpoint);
  info.dtype = dtype_name(options.precision);
  info.profile = resolve_profile(checkpoint.id, checkpoint.preprocessor, options.preprocess);
  const Profile& profile = info.profile;
  if (is_dreamsim(checkpoint.config)) {
    const DreamSimConfig config = parse_dreamsim_config(checkpoint.config, checkpoint.id);
    check_dreamsim_profile(checkpoint, config, profile);
    info.flops_per_image = flops_per_image(config);
  } else {
    const VisionConfig config = parse_vision_config(checkpoint.config, checkpoint.id);
    info.flops_per_image = flops_per_image(
        config, profile.output_height > 0 ? profile.output_height : config.image_size,
        profile.output_width > 0 ? profile.output_width : config.image_size);
  }
  info.weights_sha256 =
      options.weights_sha256 ? *options.weights_sha256 : weights_sha256(checkpoint);
  return info;
}

std::unique_ptr<ImageEncoder> load_image_encoder(const Checkpoint& checkpoint,
                                                 const EncoderOptions& options) {
  if (is_dreamsim(checkpoint.config)) return load_dreamsim_encoder(checkpoint, options);
  const VisionConfig config = parse_vision_config(checkpoint.config, checkpoint.id);
  EncoderInfo info = describe_image_encoder(checkpoint, options);
  VisionTower tower =
      load_strictly(checkpoint, config.blocks.layers, ignorable_keys(config.family),
                    [&](StateDict& weights) { return load_vision_tower(weights, config); });
  if (info.profile.positions_plus_a_tenth) tower.stretch = PositionScale::plus_a_tenth;
  const Placement placement(options.device, options.precision);
  place(tower, checkpoint.id, placement);
  return make_vision_encoder(std::move(info), std::move(tower), placement);
}

std::unique_ptr<TextEncoder> load_text_encoder(const Checkpoint& checkpoint,
                                               const EncoderOptions& options) {
  const TextConfig config = parse_text_config(checkpoint.config, checkpoint.id);
  ClipTokenizer tokenizer =
      ClipTokenizer::load(checkpoint.folder, static_cast<int>(config.positions));
  if (tokenizer.id_limit() > config.vocabulary) {
    throw BadInput(fmt::format(
        "{}: the tokeniser's ids go up to {}, but vocab_size in config.json is {}; its files and "
        "the weights don't belong together",
        checkpoint.folder.string(), tokenizer.id_limit() - 1, config.vocabulary));
  }
  TextTower tower =
      load_strictly(checkpoint, config.blocks.layers, ignorable_text_keys(),
                    [&](StateDict& weights) { return load_clip_text(weights, config); });
  const Placement placement(options.device, options.precision);
  place(tower, checkpoint.id, placement);
  return make_clip_text_encoder(checkpoint.id, config, std::move(tower), std::move(tokenizer),
                                placement);
}

}  // namespace asbench::models
