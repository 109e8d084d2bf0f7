#include "models/preprocess/preprocess.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.h"
#include "models/preprocess/torch_resize.h"

namespace asbench::models {
namespace {

std::size_t as_size(int value) {
  return static_cast<std::size_t>(value);
}

/// Where a crop of n out of `length` begins; negative when the picture is shorter, which puts it
/// ceil((n - length) / 2) samples into the zeros, as Hugging Face does.
int crop_begin(int length, int n, CropOffset rule) {
  const int room = length - n;
  const int half = room >= 0 ? room / 2 : -((1 - room) / 2);  // floor
  if (rule == CropOffset::floor || room % 2 == 0) return half;
  return half % 2 == 0 ? half : half + 1;  // half-way: to the even one
}

/// The part of [begin, begin + n) that lies within [0, length).
struct Overlap {
  int begin, end;
};
Overlap overlap(int begin, int n, int length) {
  return {std::max(begin, 0), std::min(begin + n, length)};
}

// Note [A table of values]
// A byte has 256 levels, so each channel's scaled and normalised values are computed once, in the
// arithmetic that the profile prescribes, and looked up: exact by construction.
float value_of(float level, const Profile& profile, std::size_t channel) {
  float value = level;
  if (profile.scale == LevelScale::factor) {
    value = static_cast<float>(static_cast<double>(level) * profile.rescale_factor);
  } else if (profile.scale == LevelScale::divide_by_255) {
    value /= 255.0F;
  }
  if (!profile.normalize) return value;
  const auto mean = static_cast<float>(profile.mean[channel]);
  const auto deviation = static_cast<float>(profile.std[channel]);
  return (value - mean) / deviation;
}

}  // namespace

LevelValues level_values(const Profile& profile) {
  LevelValues values;
  for (std::size_t c = 0; c < 3; ++c) {
    for (int level = 0; level < 256; ++level)
      values[c][as_size(level)] = value_of(static_cast<float>(level), profile, c);
  }
  return values;
}

Preprocessor::Preprocessor(Profile profile, Instructions instructions)
    : profile_(checked_profile(std::move(profile), "preprocess")),
      resizer_(instructions),
      values_(level_values(profile_)) {}

namespace {

void require_rgb(const Image& image) {
  if (image.channels == 3) return;
  throw BadInput(fmt::format(
      "preprocess: a picture of {} channels; expected 3, red, green and blue. RGBA is composited "
      "over a background first.",
      image.channels));
}

/// Calls `visit(channel, place in the result, place in the planes)` for each value that a centre
/// crop takes of planes of `from` pixels; none for what the picture lacks.
template <typename Visit>
void visit_crop(Extent from, Extent to, CropOffset rule, const Visit& visit) {
  const int top = crop_begin(from.height, to.height, rule);
  const int left = crop_begin(from.width, to.width, rule);
  const Overlap rows = overlap(top, to.height, from.height);
  const Overlap columns = overlap(left, to.width, from.width);
  for (std::size_t c = 0; c < 3; ++c) {
    for (int y = rows.begin; y < rows.end; ++y) {
      for (int x = columns.begin; x < columns.end; ++x) {
        visit(c, as_size(y - top) * as_size(to.width) + as_size(x - left),
              (c * as_size(from.height) + as_size(y)) * as_size(from.width) + as_size(x));
      }
    }
  }
}

}  // namespace

Extent Preprocessor::resize_planes(const Image& image) {
  require_rgb(image);
  const Extent size = profile_.resized({image.height, image.width});
  planes_.resize(3 * as_size(size.height) * as_size(size.width));
  const auto resize = profile_.filter == Filter::bicubic ? torch_bicubic : torch_bilinear;
  resize(image, size, planes_);
  return size;
}

void Preprocessor::run_floats(const Image& image, std::span<float> out) {
  const Extent size = resize_planes(image);
  const Extent target = profile_.crop.value_or(size);
  const std::size_t plane = as_size(target.height) * as_size(target.width);
  for (std::size_t c = 0; c < 3; ++c) {
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(c * plane), plane,
                value_of(0.0F, profile_, c));
  }
  visit_crop(size, target, profile_.crop_offset,
             [&](std::size_t channel, std::size_t to, std::size_t from) {
               out[channel * plane + to] = value_of(planes_[from], profile_, channel);
             });
}

std::span<const std::uint8_t> Preprocessor::torch_levels(const Image& image) {
  const Extent size = resize_planes(image);
  const Extent target = profile_.crop.value_or(size);
  bytes_.assign(3 * as_size(target.height) * as_size(target.width), 0);
  visit_crop(size, target, profile_.crop_offset,
             [&](std::size_t channel, std::size_t to, std::size_t from) {
               // nearbyint: halves to the even, as torch.round.
               const float level = std::nearbyint(std::clamp(planes_[from], 0.0F, 255.0F));
               bytes_[to * 3 + channel] = static_cast<std::uint8_t>(level);
             });
  return bytes_;
}

std::span<const std::uint8_t> Preprocessor::geometry(const Image& image) {
  if (!profile_.by_levels()) {
    throw InternalError("preprocess: the values of " + profile_.name + " are no levels");
  }
  if (profile_.resampler == Resampler::torch_levels) return torch_levels(image);
  require_rgb(image);
  const Extent resized = profile_.resized({image.height, image.width});
  const Extent target = profile_.crop ? *profile_.crop : resized;
  const std::size_t row_bytes = as_size(target.width) * 3;
  const std::size_t size = as_size(target.height) * row_bytes;
  if (bytes_.size() < size) bytes_.resize(size);
  const std::span<std::uint8_t> bytes(bytes_.data(), size);

  const int top = crop_begin(resized.height, target.height, profile_.crop_offset);
  const int left = crop_begin(resized.width, target.width, profile_.crop_offset);
  const Overlap rows = overlap(top, target.height, resized.height);
  const Overlap columns = overlap(left, target.width, resized.width);
  const Region region{rows.begin, columns.begin, rows.end - rows.begin,
                      columns.end - columns.begin};
  if (region.height == target.height && region.width == target.width) {
    resizer_.resize(image, resized.height, resized.width, profile_.filter, region, bytes);
    return bytes;
  }
  const std::size_t part_row_bytes = as_size(region.width) * 3;
  const std::size_t part_size = as_size(region.height) * part_row_bytes;
  if (part_.size() < part_size) part_.resize(part_size);
  resizer_.resize(image, resized.height, resized.width, profile_.filter, region,
                  std::span<std::uint8_t>(part_.data(), part_size));
  std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
  for (int y = 0; y < region.height; ++y) {
    std::memcpy(bytes.data() + as_size(y + rows.begin - top) * row_bytes +
                    as_size(columns.begin - left) * 3,
                part_.data() + as_size(y) * part_row_bytes, part_row_bytes);
  }
  return bytes;
}

void Preprocessor::run(const Image& image, std::span<float> out) {
  const Extent target = profile_.output({image.height, image.width});
  const std::size_t plane = as_size(target.height) * as_size(target.width);
  if (out.size() != 3 * plane) {
    throw BadInput(fmt::format("preprocess: room for {} values; the result 3 x {} x {} has {}.",
                               out.size(), target.height, target.width, 3 * plane));
  }
  if (!profile_.by_levels()) {
    run_floats(image, out);
    return;
  }
  const std::uint8_t* from = geometry(image).data();
  float* red = out.data();
  float* green = red + plane;
  float* blue = green + plane;
  for (std::size_t i = 0; i < plane; ++i, from += 3) {
    red[i] = values_[0][from[0]];
    green[i] = values_[1][from[1]];
    blue[i] = values_[2][from[2]];
  }
}

void preprocess(const Image& image, const Profile& profile, std::span<float> out) {
  Preprocessor(profile).run(image, out);
}

}  // namespace asbench::models
