#include "loaders/video/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <mutex>
#include <opencv2/core/utility.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/videoio.hpp>

#include "loaders/video/container_check.h"
#include "loaders/video/mat_image.h"

namespace asbench::loaders {
namespace {

/// Note [A packet that doesn't decode]
/// OpenCV's grab() fails at the end of the file and at a damaged packet alike. As FFmpeg's own
/// tools do, a damaged packet is passed over: while the container promises more frames, grab() is
/// asked again, this often in a row. At the true end each of these calls returns at once.
constexpr int kDamagedPacketsInARow = 256;

std::vector<int> open_parameters([[maybe_unused]] const DecodeOptions& options) {
  // Hardware decoders differ in their last bits from machine to machine.
  std::vector<int> parameters = {cv::CAP_PROP_HW_ACCELERATION, cv::VIDEO_ACCELERATION_NONE};
#if CV_VERSION_MAJOR > 4 || (CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR >= 7)
  parameters.insert(parameters.end(), {cv::CAP_PROP_N_THREADS, options.threads});
#endif
  return parameters;
}

}  // namespace

std::optional<std::string> size_defect(long width, long height) {
  if (width >= 1 && height >= 1 && width <= kMaxSide && height <= kMaxSide &&
      width * height <= kMaxPixels) {
    return std::nullopt;
  }
  return fmt::format("impossible size {}x{} (sides 1 to {}, at most {} pixels)", width, height,
                     kMaxSide, kMaxPixels);
}

void silence_decoders() {
  static std::once_flag once;
  std::call_once(once, [] {
    constexpr int kKeepUsersOwn = 0;
    ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", kKeepUsersOwn);  // AV_LOG_QUIET
    if (std::getenv("OPENCV_LOG_LEVEL") == nullptr) {
      cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    }
  });
}

struct VideoDecoder::State {
  std::filesystem::path file;
  cv::VideoCapture capture;
  int declared = 0;
  double fps = 0.0;
};

VideoDecoder::VideoDecoder(const std::filesystem::path& file, const DecodeOptions& options)
    : state_(std::make_unique<State>()) {
  silence_decoders();
  if (const auto defect = container_defect(file)) throw BrokenVideo(file, *defect);
  state_->file = file;
  try {
    // The absolute path, so that FFmpeg can't read a protocol into the name ("concat:...").
    if (!state_->capture.open(std::filesystem::absolute(file).string(), cv::CAP_FFMPEG,
                              open_parameters(options))) {
      throw BrokenVideo(file, "not a video: FFmpeg finds no stream that it can decode");
    }
    const auto property = [&](int id) {
      const double value = state_->capture.get(id);
      return std::isfinite(value) ? value : 0.0;
    };
    state_->declared = static_cast<int>(std::clamp(property(cv::CAP_PROP_FRAME_COUNT), 0.0, 1e9));
    state_->fps = std::max(property(cv::CAP_PROP_FPS), 0.0);
    const auto side = [&](int id) { return static_cast<long>(std::clamp(property(id), 0.0, 1e9)); };
    if (const auto defect =
            size_defect(side(cv::CAP_PROP_FRAME_WIDTH), side(cv::CAP_PROP_FRAME_HEIGHT))) {
      throw BrokenVideo(file, *defect);
    }
  } catch (const cv::Exception& error) {
    throw BrokenVideo(file, fmt::format("can't be opened: {}", error.err));
  }
}

VideoDecoder::~VideoDecoder() = default;
VideoDecoder::VideoDecoder(VideoDecoder&&) noexcept = default;
VideoDecoder& VideoDecoder::operator=(VideoDecoder&&) noexcept = default;

int VideoDecoder::declared_frames() const {
  return state_->declared;
}
double VideoDecoder::fps() const {
  return state_->fps;
}

Pass VideoDecoder::run(const Wanted& wanted) {
  Pass pass;
  auto next = wanted.frames.begin();
  cv::Mat picture;
  const auto is_wanted = [&](int frame) {
    while (next != wanted.frames.end() && *next < frame) ++next;
    if (next != wanted.frames.end() && *next == frame) return true;
    return std::any_of(wanted.ranges.begin(), wanted.ranges.end(), [&](const auto& range) {
      return range.first <= frame && frame < range.second;
    });
  };
  const auto keep = [&] {
    if (!state_->capture.retrieve(picture) || picture.empty()) {
      throw BrokenVideo(state_->file, fmt::format("frame {} can't be converted", pass.decoded));
    }
    if (const auto defect = size_defect(picture.cols, picture.rows)) {
      throw BrokenVideo(state_->file, fmt::format("frame {}: {}", pass.decoded, *defect));
    }
    Image frame = to_image(picture);
    if (!pass.frames.empty()) {
      const Image& first = pass.frames.begin()->second;
      if (first.width != frame.width || first.height != frame.height) {
        throw BrokenVideo(
            state_->file,
            fmt::format("the frame size changes from {}x{} to {}x{} at frame {}", first.width,
                        first.height, frame.width, frame.height, pass.decoded));
      }
    }
    pass.frames.emplace(pass.decoded, std::move(frame));
  };
  try {
    int failures = 0;
    while (wanted.stop_after < 0 || pass.decoded < wanted.stop_after) {
      if (!state_->capture.grab()) {  // Note [A packet that doesn't decode]
        if (pass.decoded >= state_->declared || ++failures > kDamagedPacketsInARow) break;
        continue;
      }
      failures = 0;
      if (is_wanted(pass.decoded)) keep();
      ++pass.decoded;
    }
  } catch (const cv::Exception& error) {
    throw BrokenVideo(state_->file,
                      fmt::format("decoding fails at frame {}: {}", pass.decoded, error.err));
  }
  return pass;
}

}  // namespace asbench::loaders
