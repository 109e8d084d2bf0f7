#include "tests/support/video_maker.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <string>

#include "core/error.h"
#include "core/stats.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/mat_image.h"

namespace asbench::testing {
namespace {

void make_parent(const std::filesystem::path& file) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
}

int codec_for(const std::filesystem::path& file) {
  const auto ending = file.extension();
  if (ending == ".avi" || ending == ".mkv") return cv::VideoWriter::fourcc('M', 'J', 'P', 'G');
  if (ending == ".webm") return cv::VideoWriter::fourcc('V', 'P', '8', '0');
  return cv::VideoWriter::fourcc('m', 'p', '4', 'v');
}

bool write_video(const std::filesystem::path& file, const std::vector<Image>& frames, double fps,
                 int codec) {
  loaders::silence_decoders();
  make_parent(file);
  cv::VideoWriter writer;
  const cv::Size size(frames.front().width, frames.front().height);
  if (!writer.open(file.string(), cv::CAP_FFMPEG, codec, fps, size)) return false;
  for (const Image& frame : frames) writer.write(loaders::to_mat(frame));
  return true;
}

std::vector<Image> made_frames(const VideoSpec& spec) {
  std::vector<Image> frames;
  for (int i = 0; i < spec.frames; ++i) frames.push_back(made_frame(spec, i));
  return frames;
}

}  // namespace

Image made_frame(const VideoSpec& spec, int index) {
  SplitMix64 random(spec.seed);
  int base[3];
  for (int& level : base) level = static_cast<int>(random.below(128));
  const int side = std::max(std::min(spec.width, spec.height) / 3, 1);
  const int left = (static_cast<int>(random.below(64)) + 5 * index) % spec.width;
  const int top = (static_cast<int>(random.below(64)) + 3 * index) % spec.height;
  Image image(spec.height, spec.width, 3);
  for (int y = 0; y < spec.height; ++y) {
    for (int x = 0; x < spec.width; ++x) {
      const bool inside = (x - left + spec.width) % spec.width < side &&
                          (y - top + spec.height) % spec.height < side;
      for (int c = 0; c < 3; ++c) {
        const int ramp = c == 0   ? 64 * x / spec.width
                         : c == 1 ? 64 * y / spec.height
                                  : 2 * (index % 32);
        image.row(y)[3 * x + c] =
            static_cast<std::uint8_t>(inside ? 250 - base[c] : base[c] + ramp);
      }
    }
  }
  return image;
}

void make_video(const std::filesystem::path& file, const VideoSpec& spec) {
  make_video_of(file, made_frames(spec), spec.fps);
}

bool make_h264_video(const std::filesystem::path& file, const VideoSpec& spec) {
  return write_video(file, made_frames(spec), spec.fps,
                     cv::VideoWriter::fourcc('a', 'v', 'c', '1'));
}

void make_video_of(const std::filesystem::path& file, const std::vector<Image>& frames,
                   double fps) {
  if (!write_video(file, frames, fps, codec_for(file))) {
    throw InternalError(file.string() + ": OpenCV can't write this video");
  }
}

void make_frame_folder(const std::filesystem::path& folder, const VideoSpec& spec) {
  for (int i = 0; i < spec.frames; ++i) {
    make_picture(folder / ("frame_" + std::to_string(i + 1) + ".png"), made_frame(spec, i));
  }
}

void make_picture(const std::filesystem::path& file, const Image& image) {
  make_parent(file);
  if (!cv::imwrite(file.string(), loaders::to_mat(image))) {
    throw InternalError(file.string() + ": OpenCV can't write this picture");
  }
}

void cut_file(const std::filesystem::path& file, double share) {
  const auto size = static_cast<double>(std::filesystem::file_size(file));
  std::filesystem::resize_file(file, static_cast<std::uintmax_t>(size * share));
}

}  // namespace asbench::testing
