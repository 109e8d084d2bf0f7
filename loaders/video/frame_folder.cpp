#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/luma_picture.h"
#include "core/picture_meter.h"
#include "loaders/image_file.h"
#include "loaders/splits/common.h"
#include "loaders/video/decoder.h"
#include "loaders/video/frame_folder.h"
#include "loaders/video/mat_image.h"

namespace asbench::loaders {
namespace {

constexpr std::array<std::string_view, 4> kPictureEndings = {".png", ".jpg", ".jpeg", ".webp"};

}  // namespace

bool has_picture_ending(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kPictureEndings.begin(), kPictureEndings.end(), ending) != kPictureEndings.end();
}

std::vector<std::filesystem::path> list_frames(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> frames;
  try {
    frames = list_files(folder);
  } catch (const BadInput& error) {
    throw BrokenVideo(folder, "the folder can't be listed");
  }
  std::erase_if(frames,
                [](const std::filesystem::path& file) { return !has_picture_ending(file); });
  if (frames.empty()) throw BrokenVideo(folder, "a folder without PNG, JPEG or WebP files");
  std::sort(frames.begin(), frames.end(),
            [](const std::filesystem::path& a, const std::filesystem::path& b) {
              return natural_less(a.filename().string(), b.filename().string());
            });
  return frames;
}

DecodedClip decode_folder(const std::filesystem::path& folder, std::span<const FrameRule> rules,
                          const DecodeOptions& options) {
  const auto files = list_frames(folder);
  DecodedClip clip;
  clip.frame_count = clip.declared_frames = static_cast<int>(files.size());
  clip.indices = indices_of(rules, clip.frame_count);
  const std::vector<int> wanted = union_of(clip.indices);
  LumaReducer reducer;
  PictureMeter meter;
  if (options.receiver != nullptr) options.receiver->begin();
  // Every picture is decoded, wanted or not: n counts frames that decode.
  for (int i = 0; i < clip.frame_count; ++i) {
    const auto& file = files[static_cast<std::size_t>(i)];
    Image frame;
    try {
      frame = read_image(file);
    } catch (const BadInput& error) {
      throw BrokenVideo(folder,
                        fmt::format("frame {}: {}", file.filename().string(), error.what()));
    }
    if (is_transparent(frame)) clip.facts.alpha = StreamFacts::Alpha::on_black;
    frame = flatten_on_black(std::move(frame));
    if (i == 0) {
      clip.width = frame.width;
      clip.height = frame.height;
    } else if (frame.width != clip.width || frame.height != clip.height) {
      throw BrokenVideo(
          folder, fmt::format("the frame size changes from {}x{} to {}x{} at {}", clip.width,
                              clip.height, frame.width, frame.height, file.filename().string()));
    }
    if (options.pictures) meter.add(reducer.reduce(frame));
    if (options.receiver != nullptr) options.receiver->take(0, i, frame);
    if (std::binary_search(wanted.begin(), wanted.end(), i))
      clip.frames.emplace(i, std::move(frame));
  }
  if (options.pictures) clip.pictures = meter.result();
  return clip;
}

}  // namespace asbench::loaders
