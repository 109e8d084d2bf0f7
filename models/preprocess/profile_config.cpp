// Reading profiles from JSON: a checkpoint's preprocessor_config.json, and the pins of
// configs/encoders.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>

#include "core/error.h"
#include "models/preprocess/profile.h"

namespace asbench::models {
namespace {

/// Keys that say something about the file, the containers or the code, never about a value: our
/// pictures are RGB and our output is always float32 [3, H, W].
constexpr std::array<std::string_view, 16> kHarmlessKeys{"_name_or_path",
                                                         "_processor_class",
                                                         "_valid_processor_keys",
                                                         "data_format",
                                                         "device",
                                                         "disable_grouping",
                                                         "do_convert_rgb",
                                                         "feature_extractor_type",
                                                         "image_processor_type",
                                                         "input_data_format",
                                                         "processor_class",
                                                         "return_tensors",
                                                         "tokenizer_class",
                                                         "transformers_version",
                                                         "use_fast",
                                                         "backend"};

/// What a class of Hugging Face's takes where the file is silent.
struct ClassDefaults {
  std::string_view family;
  bool number_is_square;  ///< a size given as a number: both sides, not the shortest edge
  ResizeKind resize;
  bool center_crop;
  int resample;
  std::array<double, 3> mean, std;
};

constexpr std::array<double, 3> kClipMean{.48145466, .4578275, .40821073};
constexpr std::array<double, 3> kClipStd{.26862954, .26130258, .27577711};
constexpr std::array<double, 3> kHalves{.5, .5, .5};
constexpr int kDefaultSide = 224;
constexpr std::array<double, 3> kImageNetMean{.485, .456, .406};
constexpr std::array<double, 3> kImageNetStd{.229, .224, .225};
constexpr std::array<ClassDefaults, 5> kClasses{{
    {"CLIP", false, ResizeKind::shortest_edge, true, 3, kClipMean, kClipStd},
    {"Bit", false, ResizeKind::shortest_edge, true, 3, kClipMean, kClipStd},
    {"ViT", true, ResizeKind::squash, false, 2, kHalves, kHalves},
    {"Siglip", false, ResizeKind::squash, false, 3, kHalves, kHalves},
    {"DINOv3ViT", true, ResizeKind::squash, false, 2, kImageNetMean, kImageNetStd},
}};

/// One object of settings that remembers what to call itself and which keys it has been asked for.
class Settings {
 public:
  Settings(const Json& object, std::string_view where) : object_(object), where_(where) {
    if (!object.is_object()) fail("the whole text", object, "an object");
  }

  /// The value, or null when the key is absent or null.
  const Json* find(const std::string& key) {
    asked_.insert(key);
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  [[noreturn]] void fail(std::string_view key, const Json& value, std::string_view expected) const {
    throw BadInput(fmt::format(
        "{}: `{}` is {}; expected {}.", where_, key,
        value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 200), expected));
  }

  bool flag(const std::string& key, bool fallback) {
    const Json* value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_boolean()) fail(key, *value, "true or false");
    return value->get<bool>();
  }

  int side(std::string_view key, const Json& value) const {
    // Some files carry 224.0.
    const double length = value.is_number() ? value.get<double>() : 0.0;
    if (!(length >= 1 && length <= 16384) || length != static_cast<int>(length)) {
      fail(key, value, "a whole number of pixels from 1 to 16384");
    }
    return static_cast<int>(length);
  }

  /// An object of exactly height and width.
  Extent extent(std::string_view key, const Json& value) const {
    if (!value.is_object() || value.size() != 2 || !value.contains("height") ||
        !value.contains("width")) {
      fail(key, value, "an object of `height` and `width`");
    }
    return {side(fmt::format("{}.height", key), value["height"]),
            side(fmt::format("{}.width", key), value["width"])};
  }

  /// Three numbers; or one for all three, if `one_for_all`.
  std::array<double, 3> channels(std::string_view key, const Json& value, bool one_for_all) const {
    if (one_for_all && value.is_number()) {
      const auto same = value.get<double>();
      return {same, same, same};
    }
    const bool three = value.is_array() && value.size() == 3 &&
                       std::all_of(value.begin(), value.end(),
                                   [](const Json& entry) { return entry.is_number(); });
    if (!three) fail(key, value, "three numbers, for red, green and blue");
    return {value[0].get<double>(), value[1].get<double>(), value[2].get<double>()};
  }

  const std::set<std::string, std::less<>>& asked() const { return asked_; }
  const Json& object() const { return object_; }
  const std::string& where() const { return where_; }

 private:
  const Json& object_;
  std::string where_;
  std::set<std::string, std::less<>> asked_;
};

/// The class that the file names; null when it names none or one we don't know.
const ClassDefaults* class_of(Settings& settings, std::string& named) {
  for (const char* key : {"image_processor_type", "feature_extractor_type"}) {
    const Json* value = settings.find(key);
    if (value == nullptr) continue;
    if (!value->is_string()) settings.fail(key, *value, "the name of a class");
    named = value->get<std::string>();
    for (const ClassDefaults& known : kClasses) {
      for (const char* suffix :
           {"FeatureExtractor", "ImageProcessor", "ImageProcessorFast", "ImageProcessorPil"}) {
        if (named == fmt::format("{}{}", known.family, suffix)) return &known;
      }
    }
    return nullptr;
  }
  return nullptr;
}

void refuse_unknown_keys(const Settings& settings) {
  std::vector<std::string> unknown;
  for (const auto& [key, value] : settings.object().items()) {
    const bool off = value.is_null() || (key.starts_with("do_") && value == false);
    const bool harmless =
        std::find(kHarmlessKeys.begin(), kHarmlessKeys.end(), key) != kHarmlessKeys.end();
    if (!off && !harmless && !settings.asked().contains(key)) unknown.push_back("`" + key + "`");
  }
  if (unknown.empty()) return;
  throw BadInput(fmt::format(
      "{}: {} not known here and could change the values, so the file can't be followed. Take "
      "the keys out if they do nothing, or choose a profile by name: --preprocess "
      "ROLE=openai-clip or dino-eval.",
      settings.where(),
      fmt::format("{} {}", fmt::join(unknown, ", "), unknown.size() == 1 ? "is" : "are")));
}

void read_size(Settings& settings, const ClassDefaults* defaults, Profile& profile,
               const auto& need_class) {
  const Json* size = settings.find("size");
  if (size == nullptr) {
    need_class("size");
    profile.resize = defaults->resize;
    profile.short_side = profile.resize == ResizeKind::shortest_edge ? kDefaultSide : 0;
    if (profile.resize == ResizeKind::squash) profile.squash = {kDefaultSide, kDefaultSide};
  } else if (size->is_number()) {
    need_class("the meaning of a number as `size`");
    const int side = settings.side("size", *size);
    if (settings.flag("default_to_square", defaults->number_is_square) !=
        defaults->number_is_square) {
      settings.fail("default_to_square", settings.object()["default_to_square"],
                    "no other meaning of a number as `size` than the class gives it");
    }
    profile.resize = defaults->number_is_square ? ResizeKind::squash : ResizeKind::shortest_edge;
    if (defaults->number_is_square) {
      profile.squash = {side, side};
    } else {
      profile.short_side = side;
    }
  } else if (size->is_object() && size->size() == 1 && size->contains("shortest_edge")) {
    profile.resize = ResizeKind::shortest_edge;
    profile.short_side = settings.side("size.shortest_edge", (*size)["shortest_edge"]);
  } else if (size->is_object() && size->size() == 2 && size->contains("height") &&
             size->contains("width")) {
    profile.resize = ResizeKind::squash;
    profile.squash = settings.extent("size", *size);
  } else {
    settings.fail("size", *size,
                  "a number, an object of `shortest_edge` alone, or one of `height` and `width`");
  }
}

}  // namespace

Profile profile_from_preprocessor_config(const Json& config, std::string_view where) {
  Settings settings(config, where);
  std::string class_name;
  const ClassDefaults* defaults = class_of(settings, class_name);
  const auto need_class = [&](std::string_view what) {
    if (defaults != nullptr) return;
    throw BadInput(fmt::format(
        "{}: {} isn't given, and the default depends on the class, which is {}. Known classes: "
        "CLIP, Bit, ViT, Siglip and DINOv3ViT (…ImageProcessor, …FeatureExtractor). Add the key, "
        "or choose a profile "
        "by name: --preprocess ROLE=openai-clip or dino-eval.",
        where, what, class_name.empty() ? "not named" : "`" + class_name + "`"));
  };

  Profile profile;
  profile.name = "hf";
  // The five switches first: a step that is off needs none of its settings.
  const bool resize = settings.flag("do_resize", true);
  const Json* crop_switch = settings.find("do_center_crop");
  if (crop_switch == nullptr) need_class("`do_center_crop`");
  const bool crop = settings.flag("do_center_crop", defaults != nullptr && defaults->center_crop);
  const bool rescale = settings.flag("do_rescale", true);
  profile.normalize = settings.flag("do_normalize", true);
  for (const char* key : {"default_to_square", "size", "crop_size", "resample", "rescale_factor",
                          "image_mean", "image_std"}) {
    settings.find(key);
  }
  refuse_unknown_keys(settings);

  if (resize) {
    read_size(settings, defaults, profile, need_class);
    const Json* resample = settings.find("resample");
    if (resample == nullptr) need_class("`resample`");
    const Json filter = resample != nullptr ? *resample : Json(defaults->resample);
    if (filter != 2 && filter != 3) {
      settings.fail("resample", filter, "2 (bilinear) or 3 (bicubic)");
    }
    profile.filter = filter == 3 ? Filter::bicubic : Filter::bilinear;
  }
  if (crop) {
    const Json* size = settings.find("crop_size");
    if (size == nullptr) {
      if (defaults == nullptr || !defaults->center_crop) {
        throw BadInput(fmt::format("{}: `do_center_crop` is true without a `crop_size`.", where));
      }
      profile.crop = Extent{kDefaultSide, kDefaultSide};
    } else if (size->is_number()) {
      const int side = settings.side("crop_size", *size);
      profile.crop = Extent{side, side};
    } else {
      profile.crop = settings.extent("crop_size", *size);
    }
  }
  profile.scale = rescale ? LevelScale::factor : LevelScale::none;
  if (const Json* factor = settings.find("rescale_factor"); rescale && factor != nullptr) {
    if (!factor->is_number()) settings.fail("rescale_factor", *factor, "a number");
    profile.rescale_factor = factor->get<double>();
  }
  if (profile.normalize) {
    const Json* mean = settings.find("image_mean");
    const Json* std = settings.find("image_std");
    if (mean == nullptr) need_class("`image_mean`");
    if (std == nullptr) need_class("`image_std`");
    profile.mean = mean != nullptr ? settings.channels("image_mean", *mean, true) : defaults->mean;
    profile.std = std != nullptr ? settings.channels("image_std", *std, true) : defaults->std;
  }
  return checked_profile(profile, where);
}

Profile profile_from_pin(const Json& preprocess, std::string_view where) {
  const std::string name = fmt::format("{}: preprocess", where);
  Settings settings(preprocess, name);
  const auto need = [&](const char* key) -> const Json& {
    const Json* value = settings.find(key);
    if (value != nullptr) return *value;
    throw BadInput(fmt::format("{}: `{}` is missing.", name, key));
  };
  if (const Json* named = settings.find("profile"); named != nullptr) {
    if (*named != "dreamsim") settings.fail("profile", *named, "\"dreamsim\"");
    refuse_unknown_keys(settings);
    return dreamsim_profile();
  }
  Profile profile;
  if (const Json* resize = settings.find("resize"); resize != nullptr) {
    if (resize->is_object() && resize->size() == 1 && resize->contains("shortest_edge")) {
      profile.resize = ResizeKind::shortest_edge;
      profile.short_side = settings.side("resize.shortest_edge", (*resize)["shortest_edge"]);
    } else {
      profile.resize = ResizeKind::squash;
      profile.squash = settings.extent("resize", *resize);
    }
    const Json& resample = need("resample");
    if (resample != "bicubic" && resample != "bilinear") {
      settings.fail("resample", resample, "\"bicubic\" or \"bilinear\"");
    }
    profile.filter = resample == "bicubic" ? Filter::bicubic : Filter::bilinear;
  } else {
    settings.find("resample");
  }
  if (const Json* crop = settings.find("crop"); crop != nullptr) {
    profile.crop = settings.extent("crop", *crop);
  }
  profile.mean = settings.channels("mean", need("mean"), false);
  profile.std = settings.channels("std", need("std"), false);
  if (const Json& factor = need("rescale_factor"); factor != "1/255") {
    if (!factor.is_number()) settings.fail("rescale_factor", factor, "a number or \"1/255\"");
    profile.rescale_factor = factor.get<double>();
  }
  refuse_unknown_keys(settings);
  return checked_profile(profile, name);
}

}  // namespace asbench::models
