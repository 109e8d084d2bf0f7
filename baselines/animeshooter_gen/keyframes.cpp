#include "baselines/animeshooter_gen/keyframes.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/words.h"
#include "loaders/image_file.h"
#include "models/layers/runtime.h"
#include "models/preprocess/composite.h"
#include "models/preprocess/pillow_resize.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

constexpr std::array kEndings = {".png", ".jpg", ".jpeg", ".webp"};

std::string name_of(std::string_view story, int shot) {
  return fmt::format("{}/{}", story, shot);
}

/// Where the keyframe of a shot may lie.
std::vector<std::string> places_of(const fs::path& folder, std::string_view story, int shot) {
  std::vector<std::string> places;
  for (const char* ending : kEndings)
    places.push_back((folder / story / fmt::format("shot_{:02}{}", shot, ending)).string());
  return places;
}

}  // namespace

Keyframes::Keyframes(const fs::path& folder, const loaders::Split& split) : folder_(folder) {
  if (!is_folder(folder))
    throw BadInput(fmt::format("--keyframes {}: there is no such folder", folder.string()));
  for (const loaders::Story& story : split.stories) {
    for (const loaders::Shot& shot : story.shots) {
      fs::path& file = files_[name_of(story.id, shot.number)];
      for (const std::string& place : places_of(folder, story.id, shot.number)) {
        if (!is_file(place)) continue;
        if (!file.empty()) {
          throw BadInput(
              fmt::format("--keyframes: shot {} of {} has two keyframes; remove one: {}, {}",
                          shot.number, story.id, file.string(), place));
        }
        file = place;
      }
      if (file.empty()) files_.erase(name_of(story.id, shot.number));
    }
  }
}

void Keyframes::require(const loaders::Split& part) const {
  std::int64_t missing = 0;
  std::string first;
  for (const loaders::Story& story : part.stories) {
    for (const loaders::Shot& shot : story.shots) {
      if (files_.contains(name_of(story.id, shot.number))) continue;
      if (++missing > 1) continue;
      first = fmt::format("shot {} of story {} has no keyframe; tried {}", shot.number, story.id,
                          fmt::join(places_of(folder_, story.id, shot.number), ", "));
    }
  }
  if (missing == 0) return;
  const std::string others =
      missing == 1 ? ""
                   : fmt::format(". So it is with {} more", counted(missing - 1, "shot", "shots"));
  throw BadInput(fmt::format("--keyframes: {}{}", first, others));
}

Image Keyframes::read(std::string_view story, int shot) const {
  const auto file = files_.find(name_of(story, shot));
  if (file == files_.end())
    throw BadInput(fmt::format("--keyframes: shot {} of story {} has no keyframe", shot, story));
  return models::composite(loaders::read_image(file->second), models::Background::black);
}

Json Keyframes::hashes() const {
  Json json = Json::object();
  for (const auto& [name, file] : files_) json[name] = sha256_file(file);
  return json;
}

at::Tensor pixels_of_keyframe(const Image& keyframe, const ClipSettings& clip) {
  const models::InferenceScope scope;
  const Image resized =
      models::resize_pillow(keyframe, static_cast<int>(clip.width), static_cast<int>(clip.height),
                            models::Filter::lanczos);
  at::Tensor levels = at::empty({clip.height, clip.width, 3}, at::kByte);
  std::copy(resized.bytes.begin(), resized.bytes.end(), levels.mutable_data_ptr<std::uint8_t>());
  const at::Tensor pixels = levels.to(at::kFloat).div_(255.0).mul_(2.0).sub_(1.0);
  return pixels.permute({2, 0, 1}).unsqueeze(0).unsqueeze(2).contiguous();
}

at::Tensor latents_of_keyframe(const models::VaeEncoder& encoder, const at::Tensor& pixels,
                               const at::Tensor& noise, std::int64_t frames) {
  const models::InferenceScope scope;
  const at::Tensor latents =
      models::scaled_sample(models::encode_frames(encoder, pixels), noise, encoder.config)
          .permute({0, 2, 1, 3, 4});
  at::Tensor all =
      at::zeros({1, frames, latents.size(2), latents.size(3), latents.size(4)}, latents.options());
  all.narrow(1, 0, 1).copy_(latents);
  return all;
}

}  // namespace asbench::baselines
