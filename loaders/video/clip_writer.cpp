#include "loaders/video/clip_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <opencv2/videoio.hpp>
#include <utility>

#include "core/error.h"
#include "loaders/video/decoder.h"
#include "loaders/video/mat_image.h"

namespace asbench::loaders {
namespace fs = std::filesystem;
namespace {

constexpr VideoCodec kH264{"h264/mp4", ".mp4"};
constexpr VideoCodec kMotionJpeg{"mjpeg/avi", ".avi"};

int fourcc_of(const VideoCodec& codec) {
  return codec.ending == kH264.ending ? cv::VideoWriter::fourcc('a', 'v', 'c', '1') : cv::VideoWriter::fourcc('M', 'J', 'P', 'G');
}

/// A name that no other writer uses, in the same folder, so that renaming is atomic.
fs::path unfinished_name(const fs::path& path) {
  static std::atomic<int> count = 0;
  return path.parent_path() / fmt::format(".{}.{}.{}{}", path.stem().string(), ::getpid(), ++count, path.extension().string());
}

bool h264_works() {
  silence_decoders();
  const fs::path file = unfinished_name(fs::temp_directory_path() / "asbench-codec.mp4");
  cv::VideoWriter writer(file.string(), cv::CAP_FFMPEG, fourcc_of(kH264), 8.0, cv::Size(64, 48));
  bool works = writer.isOpened();
  for (int i = 0; works && i < 2; ++i) writer.write(cv::Mat(48, 64, CV_8UC3, cv::Scalar(0, 0, 0)));
  writer.release();
  std::error_code error;
  works = works && fs::file_size(file, error) > 0 && !error;
  fs::remove(file, error);
  return works;
}

int count_frames(const fs::path& file) {
  cv::VideoCapture capture(file.string(), cv::CAP_FFMPEG);
  int frames = 0;
  while (capture.grab()) ++frames;
  return frames;
}

}  // namespace

VideoCodec codec_at_hand() {
  static const VideoCodec codec = h264_works() ? kH264 : kMotionJpeg;
  return codec;
}

struct ClipWriter::State {
  fs::path path;
  fs::path unfinished;
  int width = 0;
  int height = 0;
  int frames = 0;
  cv::VideoWriter writer;

  ~State() {
    writer.release();
    std::error_code ignored;
    if (!unfinished.empty()) fs::remove(unfinished, ignored);
  }
};

ClipWriter::ClipWriter(fs::path path, int width, int height, double frames_per_second) : state_(std::make_unique<State>()) {
  if (width < 16 || height < 16 || width > 8192 || height > 8192 || width % 2 != 0 || height % 2 != 0) {
    throw UsageError(fmt::format("{}: a video of {}x{} can't be written; both sides must be even, 16 to 8192", path.string(), width, height));
  }
  const VideoCodec codec = codec_at_hand();
  state_->path = path.replace_extension(codec.ending);
  std::error_code error;
  fs::create_directories(state_->path.parent_path(), error);
  state_->unfinished = unfinished_name(state_->path);
  state_->width = width;
  state_->height = height;
  try {
    state_->writer.open(state_->unfinished.string(), cv::CAP_FFMPEG, fourcc_of(codec), frames_per_second, cv::Size(width, height));
  } catch (const cv::Exception&) {  // said below, with the cause
  }
  if (!state_->writer.isOpened()) {
    throw BadInput(fmt::format("{}: can't be written{}{}. Is the folder writable, the disk full?", state_->path.string(), error ? ": " : "",
                               error ? error.message() : ""));
  }
}

ClipWriter::~ClipWriter() = default;
ClipWriter::ClipWriter(ClipWriter&&) noexcept = default;
ClipWriter& ClipWriter::operator=(ClipWriter&&) noexcept = default;

void ClipWriter::write(const Image& rgb) {
  if (rgb.width != state_->width || rgb.height != state_->height || rgb.channels != 3) {
    throw InternalError(fmt::format("{}: a frame of {}x{}x{} for a video of {}x{}", state_->path.string(), rgb.width, rgb.height, rgb.channels,
                                    state_->width, state_->height));
  }
  state_->writer.write(to_mat(rgb));
  ++state_->frames;
}

fs::path ClipWriter::finish() {
  State& state = *state_;
  state.writer.release();
  // OpenCV reports no failed write; a full disk shows in what can be read back.
  const int readable = count_frames(state.unfinished);
  if (readable != state.frames) {
    throw BadInput(fmt::format("{}: {} frames were written and {} can be read back: the disk is probably full", state.path.string(),
                               state.frames, readable));
  }
  std::error_code error;
  fs::rename(state.unfinished, state.path, error);
  if (error) throw BadInput(fmt::format("{}: can't get its name: {}", state.path.string(), error.message()));
  state.unfinished.clear();
  return state.path;
}

}  // namespace asbench::loaders
