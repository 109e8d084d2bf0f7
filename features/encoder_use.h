#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "features/store.h"
#include "models/encoders/clip_encoder.h"
#include "models/encoders/frame_interpolator.h"
#include "models/layers/runtime.h"
#include "models/preprocess/profile.h"
#include "models/weights/checkpoint.h"
#include "models/weights/pin.h"

namespace asbench::features {

/// What a run asks for: a checkpoint in a role.
struct EncoderRequest {
  std::string role;  ///< as the protocol names it; the extraction knows none by name
  std::string id;    ///< hub name, or the path of a checkpoint folder
  std::optional<std::filesystem::path>
      weights;  ///< --weights; else as models/weights/checkpoint.h searches
  const FeatureStore* store =
      nullptr;  ///< remembers the weights' hash while the files stay as they are; may be null
  std::optional<std::string> preprocess;  ///< profile name; else pinned, else the checkpoint's own
  std::string dtype = "float32";          ///< how it computes: dtype_of() (features/extractor.h)
  bool images = true;
  bool sampled_frames = true;  ///< of the images: the frames that the frame rule takes
  bool every_frame = false;    ///< of the images: every frame of the shots
  bool text = false;           ///< captions go through its text tower
};

/// One encoder of a run: found, hashed, not loaded. The plain fields are what signatures and
/// provenance name; the rest is for the extractor.
struct EncoderUse {
  std::string role;
  std::string id;
  std::optional<std::string> revision;
  bool demo_only = false;  ///< comes with the program (asbench/...): for the demo and tests, no
                           ///< judge of a real system
  std::string weights_sha256;
  models::PinVerdict pin = {};  ///< whether its files are the published ones
  std::string preprocess;       ///< Profile::describe(), every number resolved
  std::string config_sha256;    ///< what config.json says and weights don't: activation, eps, ...
  models::Precision precision = models::Precision::fp32;  ///< part of every key
  std::int64_t width = 0;        ///< of a picture's feature; 0 where it gets no pictures
  std::string tokenizer_sha256;  ///< of all its files; empty without a text tower
  bool images = true;
  bool sampled_frames = true;  ///< of the clips it gets the frames that the frame rule takes
  bool every_frame = false;    ///< it gets every frame of the shots, in a matrix of its own
  bool text = false;
  bool mirrored_references = false;  ///< it gets the references mirrored left-right too
  bool subjects = false;             ///< it gets the subject views of clips too (frame_view.h)
  bool backgrounds = false;          ///< it gets their background views too
  models::Checkpoint checkpoint;
  models::Profile profile;
  std::optional<std::string> chosen_profile;  ///< the name that was asked for instead of a pin
};

/// Finds the checkpoint, reads its configuration, resolves its preprocessing and hashes its
/// weights.
/// @throws BadInput when it isn't there (says where it was looked for and how to fetch it),
/// UsageError for the profile.
[[nodiscard]] EncoderUse open_encoder(const EncoderRequest& request);

/// Whether the checkpoint is a video network, which gives one feature per clip, and not an image
/// encoder. Loads nothing. @throws as open_encoder().
[[nodiscard]] bool is_video_network(const EncoderRequest& request);

/// The video network of a run (role `video`): found, hashed, not loaded.
struct ClipEncoderUse {
  std::string role;
  std::string id;
  std::optional<std::string> revision;
  std::string weights_sha256;
  models::PinVerdict pin = {};  ///< whether its files are the published ones
  std::string preprocess;       ///< ClipProfile::describe()
  std::string architecture;
  models::Precision precision = models::Precision::fp32;
  models::ClipLength length;
  models::ClipCheckpoint checkpoint;
  models::ClipProfile profile;
};

/// `request.images` and `text` don't matter. @throws as open_encoder().
[[nodiscard]] ClipEncoderUse open_clip_encoder(const EncoderRequest& request);

/// The network of a run that predicts frames from their neighbours: found, hashed, not loaded.
struct InterpolatorUse {
  std::string role;
  std::string id;
  std::optional<std::string> revision;  ///< none: it is a file
  std::string weights_sha256;           ///< of the file
  models::PinVerdict pin = {};          ///< nothing to compare with
  std::string preprocess;               ///< models::interpolator_preprocessing()
  models::Precision precision = models::Precision::fp32;
  models::InterpolatorFile file;
};

/// `request.images` and `text` don't matter. @throws BadInput as models::open_interpolator_file();
/// UsageError for a profile, because frames go into it as they are.
[[nodiscard]] InterpolatorUse open_interpolator(const EncoderRequest& request);

}  // namespace asbench::features
