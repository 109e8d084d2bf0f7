#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/image.h"

namespace asbench::testing {

/// A small moving picture: a coloured gradient and a bright square that walks, both from the seed.
struct VideoSpec {
  int frames = 12;
  int width = 64;
  int height = 48;
  double fps = 16.0;
  std::uint64_t seed = 0;
};

/// Frame `index` of the spec, RGB, before any codec. Different for each index and seed.
[[nodiscard]] Image made_frame(const VideoSpec& spec, int index);

/// Writes the frames as a video; makes the folder. The ending chooses the codec: .avi and .mkv
/// Motion JPEG, .webm VP8, .mp4 and .mov MPEG-4 part 2. @throws InternalError when OpenCV can't
/// write it.
void make_video(const std::filesystem::path& file, const VideoSpec& spec = {});

/// The same with H.264, as generators deliver. @returns false where OpenCV's FFmpeg has no encoder.
[[nodiscard]] bool make_h264_video(const std::filesystem::path& file, const VideoSpec& spec = {});

/// Writes given pictures of one size as a video.
void make_video_of(const std::filesystem::path& file, const std::vector<Image>& frames,
                   double fps = 16.0);

/// Writes the frames as frame_1.png, frame_2.png, ... (so that frame_10 sorts before frame_2 by
/// bytes).
void make_frame_folder(const std::filesystem::path& folder, const VideoSpec& spec = {});

/// Writes a picture; the ending chooses PNG, JPEG or WebP. RGB or RGBA.
void make_picture(const std::filesystem::path& file, const Image& image);

/// Cuts a file to this share of its bytes.
void cut_file(const std::filesystem::path& file, double share);

}  // namespace asbench::testing
