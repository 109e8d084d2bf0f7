#include "features/encoder_use.h"

#include <fmt/format.h>

#include <vector>

#include "core/error.h"
#include "core/hash.h"
#include "core/stand_in.h"
#include "features/weights_hash.h"
#include "models/encoders/encoder.h"

namespace asbench::features {

EncoderUse open_encoder(const EncoderRequest& request) {
  EncoderUse use;
  use.checkpoint =
      models::open_checkpoint(request.id, models::default_weight_folders(request.weights));
  use.profile =
      models::resolve_profile(use.checkpoint.id, use.checkpoint.preprocessor, request.preprocess);
  use.role = request.role;
  use.id = use.checkpoint.id;
  use.revision = use.checkpoint.revision;
  use.demo_only = models::is_embedded(use.id);
  use.weights_sha256 = remembered_hash(request.store, "checkpoint", use.checkpoint.weight_files,
                                       [&] { return models::weights_sha256(use.checkpoint); });
  use.pin = models::verify_pins({use.checkpoint, use.weights_sha256, request.text});
  use.preprocess = use.profile.describe();
  use.chosen_profile = request.preprocess;
  use.config_sha256 = sha256_hex(use.checkpoint.config.dump());
  use.precision = models::precision_of_dtype(request.dtype);
  use.images = request.images;
  use.sampled_frames = request.images && request.sampled_frames;
  use.every_frame = request.images && request.every_frame;
  if (use.images) use.width = models::image_feature_length(use.checkpoint);
  use.text = request.text;
  if (use.text) {
    std::string files;
    for (const char* name : {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json",
                             "special_tokens_map.json", "added_tokens.json"}) {
      const auto path = use.checkpoint.folder / name;
      if (!is_there(path)) continue;
      refuse_stand_in(path);
      files += fmt::format("{} {}\n", name, sha256_file(path));
    }
    use.tokenizer_sha256 = sha256_hex(files);
  }
  return use;
}

bool is_video_network(const EncoderRequest& request) {
  const std::filesystem::path path(request.id);
  if (path.extension() == ".pt" || path.extension() == ".torchscript") return true;
  return models::open_checkpoint(request.id, models::default_weight_folders(request.weights))
             .config.value("model_type", "") == "videomae";
}

ClipEncoderUse open_clip_encoder(const EncoderRequest& request) {
  ClipEncoderUse use;
  use.role = request.role;
  use.checkpoint =
      models::open_clip_checkpoint(request.id, models::default_weight_folders(request.weights));
  use.profile = models::resolve_clip_profile(use.checkpoint, request.preprocess);
  use.id = use.checkpoint.id;
  if (use.checkpoint.checkpoint) use.revision = use.checkpoint.checkpoint->revision;
  const bool script = use.checkpoint.is_torchscript();
  const auto files =
      script ? std::vector{use.checkpoint.torchscript} : use.checkpoint.checkpoint->weight_files;
  for (const auto& file : files) refuse_stand_in(file);
  use.weights_sha256 = remembered_hash(request.store, script ? "file" : "checkpoint", files,
                                       [&] { return models::clip_weights_sha256(use.checkpoint); });
  if (!script) use.pin = models::verify_pins({*use.checkpoint.checkpoint, use.weights_sha256});
  use.preprocess = use.profile.describe();
  use.precision = models::precision_of_dtype(request.dtype);
  use.architecture = models::clip_architecture(use.checkpoint);
  use.length = models::clip_length(use.checkpoint);
  return use;
}

InterpolatorUse open_interpolator(const EncoderRequest& request) {
  if (request.preprocess) {
    throw UsageError(fmt::format(
        "--preprocess {}={}: frames go to the network of this role in their own size and colours; "
        "there is no profile to choose\n  Leave it out.",
        request.role, *request.preprocess));
  }
  InterpolatorUse use;
  use.role = request.role;
  use.file =
      models::open_interpolator_file(request.id, models::default_weight_folders(request.weights));
  use.id = use.file.id;
  refuse_stand_in(use.file.path);
  const std::vector files{use.file.path};
  use.weights_sha256 =
      remembered_hash(request.store, "file", files, [&] { return sha256_file(use.file.path); });
  use.preprocess = models::interpolator_preprocessing();
  use.precision = models::precision_of_dtype(request.dtype);
  return use;
}

}  // namespace asbench::features
