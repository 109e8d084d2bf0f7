#include "models/preprocess/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/config_files.h"
#include "core/error.h"
#include "core/nearest_name.h"

namespace asbench::models {
namespace {

constexpr std::array<double, 3> kClipMean{.48145466, .4578275, .40821073};
constexpr std::array<double, 3> kClipStd{.26862954, .26130258, .27577711};
constexpr std::array<double, 3> kImageNetMean{.485, .456, .406};
constexpr std::array<double, 3> kImageNetStd{.229, .224, .225};

/// Largest side that a profile may ask for: a typing error, not a network, asks for more.
constexpr int kMaxProfileSide = 16384;

/// Shortest digits that read back to the same double, without the leading 0.
std::string number(double value) {
  std::string text = fmt::format("{}", value);
  if (text.starts_with("0.")) text.erase(0, 1);
  if (text.starts_with("-0.")) text.erase(1, 1);
  return text;
}

std::string numbers(const std::array<double, 3>& values) {
  return fmt::format("{}/{}/{}", number(values[0]), number(values[1]), number(values[2]));
}

std::string extent(const Extent& value) {
  return value.height == value.width ? fmt::format("{}", value.height)
                                     : fmt::format("{}x{}", value.height, value.width);
}

/// Torchvision's arithmetic of both named profiles: PIL resize, CenterCrop, ToTensor, Normalize.
Profile torchvision_style(std::string name, int short_side, const std::array<double, 3>& mean,
                          const std::array<double, 3>& std) {
  Profile profile;
  profile.name = std::move(name);
  profile.resize = ResizeKind::shortest_edge;
  profile.short_side = short_side;
  profile.crop = Extent{224, 224};
  profile.crop_offset = CropOffset::round_half_even;
  profile.scale = LevelScale::divide_by_255;
  profile.mean = mean;
  profile.std = std;
  return checked_profile(profile, profile.name);
}

/// VBench's: shorter side 224 by torch without antialias, then / 255 and normalised
/// (`vbench/utils.py`).
Profile vbench(std::string name, Filter filter, Resampler resampler,
               const std::array<double, 3>& mean, const std::array<double, 3>& std) {
  Profile profile;
  profile.name = std::move(name);
  profile.resize = ResizeKind::shortest_edge;
  profile.short_side = 224;
  profile.filter = filter;
  profile.resampler = resampler;
  profile.crop_offset = CropOffset::round_half_even;
  profile.scale = LevelScale::divide_by_255;
  profile.mean = mean;
  profile.std = std;
  return profile;
}

Profile vbench_dino() {
  Profile profile =
      vbench("vbench-dino", Filter::bilinear, Resampler::torch_floats, kImageNetMean, kImageNetStd);
  profile.positions_plus_a_tenth = true;
  return checked_profile(profile, profile.name);
}

Profile vbench_clip(std::string name, Resampler resampler) {
  Profile profile = vbench(std::move(name), Filter::bicubic, resampler, kClipMean, kClipStd);
  profile.crop = Extent{224, 224};
  return checked_profile(profile, profile.name);
}

}  // namespace

std::string Profile::describe() const {
  std::vector<std::string> parts;
  switch (resize) {
    case ResizeKind::none:
      parts.emplace_back("noresize");
      break;
    case ResizeKind::shortest_edge:
      parts.push_back(fmt::format("short{}", short_side));
      break;
    case ResizeKind::squash:
      parts.push_back("squash" + extent(squash));
      break;
  }
  if (crop) parts.push_back("crop" + extent(*crop));
  if (resize != ResizeKind::none) {
    parts.push_back(fmt::format("{}{}{}", resampler == Resampler::pillow ? "" : "torch-",
                                to_string(filter),
                                resampler == Resampler::torch_levels ? "-levels" : ""));
  }
  // The crop's rounding and the division go with the name: floor and x * factor are hf's.
  if (scale == LevelScale::none) parts.emplace_back("noscale");
  if (scale == LevelScale::factor && rescale_factor != 1.0 / 255.0) {
    parts.push_back("scale=" + number(rescale_factor));
  }
  if (normalize) {
    parts.push_back("mean=" + numbers(mean));
    parts.push_back("std=" + numbers(std));
  } else {
    parts.emplace_back("nonorm");
  }
  if (positions_plus_a_tenth) parts.emplace_back("positions+.1");
  return fmt::format("{}[{}]", name, fmt::join(parts, ","));
}

Extent Profile::resized(Extent picture) const {
  if (picture.height < 1 || picture.width < 1) {
    throw BadInput(fmt::format("preprocess: a picture of {} x {} pixels; expected at least 1 x 1.",
                               picture.height, picture.width));
  }
  switch (resize) {
    case ResizeKind::none:
      return picture;
    case ResizeKind::squash:
      return squash;
    case ResizeKind::shortest_edge:
      break;
  }
  const auto [shorter, longer] = std::minmax({picture.height, picture.width});
  const std::int64_t scaled = static_cast<std::int64_t>(short_side) * longer / shorter;
  if (scaled > kMaxSide) {
    throw BadInput(fmt::format(
        "preprocess: a picture of {} x {} pixels would become {} pixels long when its shorter side "
        "becomes {}; at most {} are possible.",
        picture.height, picture.width, scaled, short_side, kMaxSide));
  }
  const int new_long = static_cast<int>(scaled);
  return picture.width <= picture.height ? Extent{new_long, short_side}
                                         : Extent{short_side, new_long};
}

Extent Profile::output(Extent picture) const {
  return crop ? *crop : resized(picture);
}

Profile checked_profile(Profile profile, std::string_view where) {
  const auto side = [&](int value, const char* what) {
    if (value >= 1 && value <= kMaxProfileSide) return;
    throw BadInput(
        fmt::format("{}: {} of {} pixels; expected 1 to {}.", where, what, value, kMaxProfileSide));
  };
  if (profile.resize == ResizeKind::shortest_edge) side(profile.short_side, "a shortest edge");
  if (profile.resize == ResizeKind::squash) {
    side(profile.squash.height, "a height to resize to");
    side(profile.squash.width, "a width to resize to");
  }
  if (profile.crop) {
    side(profile.crop->height, "a crop height");
    side(profile.crop->width, "a crop width");
  }
  for (std::size_t c = 0; c < 3; ++c) {
    // In float32, where the division happens: a double like 1e-50 would be 0 there.
    const auto deviation = static_cast<float>(profile.std[c]);
    const bool usable = std::isfinite(static_cast<float>(profile.mean[c])) &&
                        std::isfinite(deviation) && deviation > 0.0F;
    if (profile.normalize && !usable) {
      throw BadInput(fmt::format(
          "{}: channel {} is normalised with mean {} and std {}; expected a finite mean and a std "
          "above 0.",
          where, c, profile.mean[c], profile.std[c]));
    }
  }
  if (profile.scale == LevelScale::factor &&
      !(std::isfinite(profile.rescale_factor) && profile.rescale_factor > 0.0)) {
    throw BadInput(fmt::format("{}: rescale factor {}; expected a finite number above 0.", where,
                               profile.rescale_factor));
  }
  const Extent fixed = profile.crop                           ? *profile.crop
                       : profile.resize == ResizeKind::squash ? profile.squash
                                                              : Extent{};
  profile.output_height = fixed.height;
  profile.output_width = fixed.width;
  return profile;
}

std::vector<std::string> profile_names() {
  return {"hf", "openai-clip", "dino-eval", "vbench-dino", "vbench-clip", "vbench-viclip"};
}

Profile dreamsim_profile() {
  Profile profile;
  profile.name = "dreamsim";
  profile.resize = ResizeKind::squash;
  profile.squash = {224, 224};
  profile.scale = LevelScale::divide_by_255;
  profile.normalize = false;
  return checked_profile(profile, profile.name);
}

Profile named_profile(std::string_view name) {
  if (name == "openai-clip") return torchvision_style("openai-clip", 224, kClipMean, kClipStd);
  if (name == "dino-eval") return torchvision_style("dino-eval", 256, kImageNetMean, kImageNetStd);
  if (name == "vbench-dino") return vbench_dino();
  if (name == "vbench-clip") return vbench_clip("vbench-clip", Resampler::torch_floats);
  if (name == "vbench-viclip") return vbench_clip("vbench-viclip", Resampler::torch_levels);
  const auto names = profile_names();
  throw UsageError(fmt::format(
      "preprocessing profile `{}` isn't available.{} Choose {}, or leave the option out for the "
      "encoder's pinned profile.",
      name, did_you_mean(name, names), fmt::join(names, ", ")));
}

Profile resolve_profile(std::string_view encoder_id, const std::optional<Json>& preprocessor_config,
                        const std::optional<std::string>& override_name) {
  if (override_name && *override_name != "hf") return named_profile(*override_name);
  const std::string own_file = fmt::format("{}: preprocessor_config.json", encoder_id);
  if (override_name) {
    if (preprocessor_config)
      return profile_from_preprocessor_config(*preprocessor_config, own_file);
    throw BadInput(fmt::format(
        "{}: profile `hf` is that of the checkpoint's own preprocessor_config.json, and it has "
        "none. Put the file beside the weights, or choose openai-clip or dino-eval.",
        encoder_id));
  }
  const std::string file = fmt::format("encoders/{}.json", encoder_id);
  if (const auto text = config_file(file)) {
    const std::string where = "configs/" + file;
    const Json document = parse_json(*text, where);
    if (const auto pin = document.find("preprocess"); pin != document.end()) {
      return profile_from_pin(*pin, where);
    }
  }
  if (preprocessor_config) return profile_from_preprocessor_config(*preprocessor_config, own_file);
  throw BadInput(fmt::format(
      "{}: how to preprocess pictures isn't known: there is no preprocessor_config.json beside the "
      "weights and no pin in configs/{}. Add either, or name a profile: --preprocess "
      "ROLE=openai-clip or dino-eval.",
      encoder_id, file));
}

}  // namespace asbench::models
