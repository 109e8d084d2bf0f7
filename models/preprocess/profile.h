#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "models/preprocess/pillow_resize.h"

namespace asbench::models {

/// Height and width in pixels.
struct Extent {
  int height = 0, width = 0;
  bool operator==(const Extent&) const = default;
};

enum class ResizeKind {
  none,           ///< the picture keeps its size
  shortest_edge,  ///< shorter side to `short_side`, the longer to floor(short_side * long / short)
  squash,         ///< to exactly `squash`, aspect ratio lost
};

/// Whose interpolation resizes (docs/design/metrics.md 1.1 and 1.2).
enum class Resampler {
  pillow,        ///< on bytes, antialiased: the default
  torch_floats,  ///< torch's without antialias, on floats: values between and beyond the levels
  torch_levels,  ///< the same, drawn into 0..255 and rounded to levels again, halves to the even
};

/// Where a centre crop of n out of L pixels begins.
enum class CropOffset {
  floor,            ///< floor((L - n) / 2): Hugging Face, `image_transforms.center_crop`
  round_half_even,  ///< round((L - n) / 2), halves to the even: torchvision, so OpenAI's CLIP, DINO
};

/// How a level 0..255 becomes a number before it is normalised.
enum class LevelScale {
  none,           ///< the level itself
  factor,         ///< level * rescale_factor in double, rounded to float32: Hugging Face
  divide_by_255,  ///< level / 255 in float32: torchvision's ToTensor
};

/// How pictures become an encoder's input: a plain value, resolved to numbers. In this order:
/// resize (mostly with Pillow's filter on bytes), centre crop (what the picture lacks is 0), scale,
/// (v - mean) / std in float32. Made by the functions below; docs/design/metrics.md 1.3 and 1.4.
struct Profile {
  std::string name = "hf";
  ResizeKind resize = ResizeKind::none;
  int short_side = 0;          ///< for shortest_edge
  Extent squash;               ///< for squash
  std::optional<Extent> crop;  ///< none: the resized picture whole
  Filter filter = Filter::bicubic;
  Resampler resampler = Resampler::pillow;
  CropOffset crop_offset = CropOffset::floor;
  LevelScale scale = LevelScale::factor;
  double rescale_factor = 1.0 / 255.0;
  bool normalize = true;
  std::array<double, 3> mean{}, std{1.0, 1.0, 1.0};  ///< R, G, B, of values in [0, 1]
  /// The encoder stretches its position table by (new + 0.1) / old, as the original DINO does,
  /// instead of by size (docs/design/metrics.md 3.2).
  bool positions_plus_a_tenth = false;
  int output_height = 0, output_width = 0;  ///< of the result; 0 when they depend on the picture

  /// Name and every number that decides the result, shortest form that reads back to the same
  /// double: `hf[short256,crop224,bicubic,mean=.485/.456/.406,std=.229/.224/.225]`. Two profiles
  /// with the same text give the same values. Other pieces: `squash224`, `squash224x336` (height x
  /// width), `noresize`, `torch-bilinear` and `torch-bicubic` (`-levels` where they are rounded),
  /// `scale=F` (not 1/255), `noscale`, `nonorm`, `positions+.1`.
  [[nodiscard]] std::string describe() const;

  /// Size of the picture after the resize. @throws BadInput when the picture is empty.
  [[nodiscard]] Extent resized(Extent picture) const;
  /// Size of the result: the crop, or the resized picture.
  [[nodiscard]] Extent output(Extent picture) const;

  /// Whether every value comes from a level 0..255, so that pictures can travel as bytes.
  [[nodiscard]] bool by_levels() const { return resampler != Resampler::torch_floats; }

  bool operator==(const Profile&) const = default;
};

/// Reads a checkpoint's `preprocessor_config.json` as Hugging Face's Pillow-based processors do
/// (`hf` of docs/design/metrics.md 1.4): old spelling (`feature_extractor_type`, sizes as numbers)
/// and new. Classes CLIP, Bit, ViT, Siglip and DINOv3ViT with their defaults; of another or no
/// class only when no default is needed. Keys that change no value are ignored (see kHarmlessKeys
/// in the source), as are keys set to null and unknown `do_*` set to false. Any other unknown key
/// is an error that names it.
/// @param where  what to call the document in messages
/// @throws BadInput naming the key, its value and what is allowed.
[[nodiscard]] Profile profile_from_preprocessor_config(
    const Json& config, std::string_view where = "preprocessor_config.json");

/// DreamSim's: squash 224 by Pillow's bicubic, level / 255, not normalised, because each of its
/// networks does that for itself. Only its checkpoints are pinned to it: no other encoder takes
/// such values, so `--preprocess` does not offer it.
[[nodiscard]] Profile dreamsim_profile();

/// Reads the `preprocess` object of a file in configs/encoders/: {"profile": "dreamsim"}, or
/// {"resize": {"shortest_edge": n} |
/// {"height", "width"} | null, "crop": {"height", "width"} | null, "resample": "bicubic" |
/// "bilinear", "mean": [3], "std": [3], "rescale_factor": number | "1/255"}. @throws BadInput.
[[nodiscard]] Profile profile_from_pin(const Json& preprocess, std::string_view where);

/// A profile that doesn't depend on the checkpoint: `openai-clip`, `dino-eval`, `vbench-dino`,
/// `vbench-clip`, `vbench-viclip`.
/// @throws UsageError naming those there are.
[[nodiscard]] Profile named_profile(std::string_view name);
/// What `--preprocess ROLE=...` takes: `hf` (the checkpoint's own file) and the named ones.
[[nodiscard]] std::vector<std::string> profile_names();

/// The profile of an encoder: `override_name` if given, else the pin in
/// configs/encoders/<id>.json, else its own file.
/// @param encoder_id  as "openai/clip-vit-base-patch32"
/// @param preprocessor_config  the checkpoint's file, if it has one
/// @throws UsageError for an unknown name, BadInput when neither pin nor file exists or the file
/// can't be followed. Thread-safe, as all of these.
[[nodiscard]] Profile resolve_profile(std::string_view encoder_id,
                                      const std::optional<Json>& preprocessor_config,
                                      const std::optional<std::string>& override_name = {});

/// Fills in output_height and output_width and checks the rest. @throws BadInput naming the field.
[[nodiscard]] Profile checked_profile(Profile profile, std::string_view where);

}  // namespace asbench::models
