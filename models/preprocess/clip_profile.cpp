#include "models/preprocess/clip_profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/nearest_name.h"
#include "models/preprocess/preprocess.h"
#include "models/preprocess/torch_resize.h"

namespace asbench::models {
namespace {

using Geometry = ClipProfile::Geometry;
using Values = ClipProfile::Values;

const std::array<ClipProfile, 4>& named() {
  static const std::array<ClipProfile, 4> all = {{
      {"stylegan-v", Geometry::native, 0, Values::levels, std::nullopt},
      {"cmv", Geometry::short_crop, 224, Values::symmetric, std::nullopt},
      {"cd-i3d", Geometry::squash, 224, Values::symmetric, std::nullopt},
      {"cd-videomae", Geometry::squash, 224, Values::unit, std::nullopt},
  }};
  return all;
}

Extent resized(const ClipProfile& profile, Extent frame) {
  const int side = profile.side;
  if (profile.geometry == Geometry::native) return frame;
  if (profile.geometry == Geometry::squash) return {side, side};
  const auto longer = [side](int shorter_now, int longer_now) {
    return static_cast<int>((static_cast<std::int64_t>(side) * longer_now + shorter_now - 1) /
                            shorter_now);
  };
  return frame.height <= frame.width ? Extent{side, longer(frame.height, frame.width)}
                                     : Extent{longer(frame.width, frame.height), side};
}

float value_of(float level, Values values) {
  switch (values) {
    case Values::levels:
      return level;
    case Values::unit:
      return level / 255.0F;
    case Values::symmetric:
      return (level / 255.0F - 0.5F) * 2.0F;
  }
  throw InternalError("no such kind of values");
}

}  // namespace

std::string ClipProfile::describe() const {
  if (picture) return picture->describe();
  std::string text;
  if (geometry == Geometry::native) text = "in-graph";
  if (geometry == Geometry::short_crop)
    text = fmt::format("short{0}ceil,crop{0},torch-bilinear", side);
  if (geometry == Geometry::squash) text = fmt::format("squash{},torch-bilinear", side);
  return fmt::format("{}[{},{}]", name, text,
                     values == Values::levels ? "0..255"
                     : values == Values::unit ? "x/255"
                                              : "2x/255-1");
}

Extent ClipProfile::output(Extent frame) const {
  if (frame.height < 1 || frame.width < 1) throw BadInput("a frame of a clip is empty");
  if (picture) return picture->output(frame);
  return geometry == Geometry::native ? frame : Extent{side, side};
}

ClipProfile named_clip_profile(std::string_view name) {
  for (const auto& profile : named()) {
    if (profile.name == name) return profile;
  }
  const auto names = clip_profile_names();
  throw UsageError(
      fmt::format("Unknown preprocessing of clips '{}'.{} Choose from: {}, and hf (the "
                  "checkpoint's own file).",
                  name, did_you_mean(name, names), fmt::join(names, ", ")));
}

std::vector<std::string> clip_profile_names() {
  std::vector<std::string> names;
  for (const auto& profile : named()) names.push_back(profile.name);
  return names;
}

void preprocess_clip(std::span<const Image* const> frames, const ClipProfile& profile,
                     std::span<float> out) {
  if (frames.empty()) throw BadInput("a clip without frames can't be preprocessed");
  const Extent size{frames.front()->height, frames.front()->width};
  const Extent target = profile.output(size);
  const auto plane =
      static_cast<std::size_t>(target.height) * static_cast<std::size_t>(target.width);
  if (out.size() != 3 * frames.size() * plane) {
    throw BadInput(fmt::format("memory for {} values was given for a clip of 3 x {} x {} x {}",
                               out.size(), frames.size(), target.height, target.width));
  }
  std::optional<Preprocessor> pictures;
  if (profile.picture) pictures.emplace(*profile.picture);
  const Extent whole = resized(profile, size);
  const int top = (whole.height - target.height) / 2;
  const int left = (whole.width - target.width) / 2;
  std::vector<float> planes(3 * static_cast<std::size_t>(whole.height) *
                            static_cast<std::size_t>(whole.width));
  std::vector<float> picture(3 * plane);
  for (std::size_t t = 0; t < frames.size(); ++t) {
    const Image& frame = *frames[t];
    if (frame.height != size.height || frame.width != size.width) {
      throw BadInput(fmt::format("frame {} of a clip has {} x {} pixels, its first {} x {}", t,
                                 frame.width, frame.height, size.width, size.height));
    }
    const auto destination = [&](std::size_t channel) {
      return out.subspan((channel * frames.size() + t) * plane, plane);
    };
    if (pictures) {
      pictures->run(frame, picture);
      for (std::size_t c = 0; c < 3; ++c)
        std::copy_n(picture.begin() + static_cast<std::ptrdiff_t>(c * plane), plane,
                    destination(c).begin());
      continue;
    }
    torch_bilinear(frame, whole, planes);
    for (std::size_t c = 0; c < 3; ++c) {
      const auto target_plane = destination(c);
      for (int y = 0; y < target.height; ++y) {
        const auto from =
            ((c * static_cast<std::size_t>(whole.height)) + static_cast<std::size_t>(y + top)) *
                static_cast<std::size_t>(whole.width) +
            static_cast<std::size_t>(left);
        const auto to = static_cast<std::size_t>(y) * static_cast<std::size_t>(target.width);
        for (std::size_t x = 0; x < static_cast<std::size_t>(target.width); ++x)
          target_plane[to + x] = value_of(planes[from + x], profile.values);
      }
    }
  }
}

}  // namespace asbench::models
