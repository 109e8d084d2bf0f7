#include "loaders/video/clip_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/video_encoder.h"

namespace asbench::loaders {
namespace fs = std::filesystem;
namespace {

constexpr VideoCodec kH264{"h264/mp4", ".mp4"};
constexpr VideoCodec kMotionJpeg{"mjpeg/avi", ".avi"};
constexpr double kMaxFramesPerSecond = 1e5;

/// Frames that decode from the finished file. @throws BadInput when it is not whole.
int count_frames(const fs::path& unfinished, const fs::path& path) {
  const std::vector<FrameRule> one = {{.kind = FrameRule::Kind::midpoint, .count = 1}};
  try {
    return decode_clip({.kind = ShotSource::Kind::video_file, .path = unfinished}, one).frame_count;
  } catch (const BrokenVideo& broken) {
    throw BadInput(fmt::format("{}: was written but can't be read back: {}. Is the disk full?",
                               path.string(), broken.cause()));
  }
}

/// Until it has reached the disk, a renamed file may be empty after a power failure.
void sync(const fs::path& unfinished, const fs::path& path) {
  const int file = ::open(unfinished.c_str(), O_RDONLY | O_CLOEXEC);
  const int failed = file < 0 || ::fsync(file) != 0 ? errno : 0;
  if (file >= 0) ::close(file);
  if (failed != 0)
    throw BadInput(
        fmt::format("{}: can't be written to the disk: {}", path.string(), std::strerror(failed)));
}

}  // namespace

VideoCodec codec_at_hand() {
  for (const VideoCodec& codec : {kH264, kMotionJpeg}) {
    if (can_encode(codec)) return codec;
  }
  throw BadInput(
      "no video can be written: this FFmpeg has neither libx264 nor Motion JPEG. Install Debian's "
      "libavcodec59 or libavcodec-extra59.");
}

struct ClipWriter::State {
  fs::path path;
  fs::path unfinished;
  int width = 0;
  int height = 0;
  std::optional<VideoEncoder> encoder;

  ~State() {
    encoder.reset();
    std::error_code ignored;
    if (!unfinished.empty()) fs::remove(unfinished, ignored);
  }
};

ClipWriter::ClipWriter(fs::path path, int width, int height, double frames_per_second)
    : state_(std::make_unique<State>()) {
  if (width < 16 || height < 16 || width > 8192 || height > 8192 || width % 2 != 0 ||
      height % 2 != 0) {
    throw UsageError(fmt::format(
        "{}: a video of {}x{} can't be written; both sides must be even and from 16 to 8192",
        path.string(), width, height));
  }
  if (!(frames_per_second > 0.0 && frames_per_second <= kMaxFramesPerSecond)) {
    throw UsageError(fmt::format(
        "{}: a video of {} frames per second can't be written; expected above 0 and up to {}",
        path.string(), frames_per_second, kMaxFramesPerSecond));
  }
  silence_decoders();
  const VideoCodec codec = codec_at_hand();
  state_->path = path.replace_extension(codec.ending);
  if (state_->path.has_parent_path()) {
    std::error_code error;
    fs::create_directories(state_->path.parent_path(), error);
    if (error) {
      throw BadInput(fmt::format("{}: can't be written: its folder can't be created: {}",
                                 state_->path.string(), error.message()));
    }
  }
  state_->width = width;
  state_->height = height;
  state_->unfinished = temporary_beside(state_->path);
  state_->encoder.emplace(EncoderOptions{.file = state_->unfinished,
                                         .shown_as = state_->path,
                                         .codec = codec,
                                         .width = width,
                                         .height = height,
                                         .frames_per_second = frames_per_second});
}

ClipWriter::~ClipWriter() = default;
ClipWriter::ClipWriter(ClipWriter&&) noexcept = default;
ClipWriter& ClipWriter::operator=(ClipWriter&&) noexcept = default;

void ClipWriter::write(const Image& rgb) {
  if (rgb.width != state_->width || rgb.height != state_->height || rgb.channels != 3) {
    throw InternalError(fmt::format("{}: a frame of {}x{}x{} for a video of {}x{}",
                                    state_->path.string(), rgb.width, rgb.height, rgb.channels,
                                    state_->width, state_->height));
  }
  state_->encoder->write(rgb);
}

fs::path ClipWriter::finish() {
  State& state = *state_;
  state.encoder->finish();
  const auto written = state.encoder->frames();
  state.encoder.reset();
  const int readable = count_frames(state.unfinished, state.path);
  if (readable != written) {
    throw BadInput(
        fmt::format("{}: {} frames were written and {} can be read back: the disk is probably full",
                    state.path.string(), written, readable));
  }
  sync(state.unfinished, state.path);
  std::error_code error;
  fs::rename(state.unfinished, state.path, error);
  if (error)
    throw BadInput(fmt::format("{}: can't be renamed to its final name: {}", state.path.string(),
                               error.message()));
  state.unfinished.clear();
  return state.path;
}

}  // namespace asbench::loaders
