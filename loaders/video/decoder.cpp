#include "loaders/video/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>
#include <opencv2/core/utils/logger.hpp>
#include <string>
#include <utility>

#include "core/error.h"
#include "loaders/video/container_check.h"
#include "loaders/video/demuxed_stream.h"
#include "loaders/video/frame_picture.h"

namespace asbench::loaders {
namespace {

/// A decoder that fails this often in a row when it is asked for its last frames has no more.
constexpr int kFailuresAtTheEnd = 256;

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
  ErrorLog::install();
}

const Damage* Pass::damage_before(int end) const {
  return damage && damage->first_frame < end ? &*damage : nullptr;
}

StreamFacts Pass::facts_of(int begin, int end) const {
  StreamFacts of_range = facts;
  const auto first = std::lower_bound(transparent_frames.begin(), transparent_frames.end(), begin);
  if (first != transparent_frames.end() && *first < end) {
    of_range.alpha = StreamFacts::Alpha::on_black;
  }
  return of_range;
}

/// The decoder of one stream, and what a pass needs beside it.
struct VideoDecoder::State {
  State(const std::filesystem::path& path, const DecodeOptions& options)
      : file(path), source(path, errors) {
    const AVCodecParameters& parameters = *source.stream().codecpar;
    if (const auto defect = size_defect(parameters.width, parameters.height)) {
      throw BrokenVideo(file, *defect);
    }
    codec.reset(avcodec_alloc_context3(&source.codec()));
    if (!codec || avcodec_parameters_to_context(codec.get(), &parameters) < 0) {
      throw std::bad_alloc();
    }
    codec->pkt_timebase = source.stream().time_base;
    codec->thread_count = std::max(options.threads, 1);
    codec->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    codec->max_pixels = kMaxPixels;
    // Frames before a decoder has found its feet come out, marked as corrupt: without this flag it
    // drops them, and a clip that lost its first packet would only be shorter.
    codec->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
    codec->opaque = &errors;
    const ErrorLog::Listening listening(errors);
    const int error = avcodec_open2(codec.get(), &source.codec(), nullptr);
    const auto said = errors.take();
    if (error == AVERROR(ENOMEM) || error == AVERROR(EAGAIN)) {
      throw SystemFault("the decoder can't be started", file, AVUNERROR(error));
    }
    if (error < 0) {
      throw BrokenVideo(file, fmt::format("not a video: its decoder can't be started: {}",
                                          said.value_or(libav::error_text(error))));
    }
    if (said) damage.note(*said, 0);
  }

  std::filesystem::path file;
  ErrorLog errors;  ///< outlives the contexts that write to it
  DemuxedStream source;
  libav::Codec codec;
  libav::Packet packet = libav::make_packet();
  libav::Frame frame = libav::make_frame();
  FramePicture picture;
  DamageReport damage;

  void decode(const Wanted& wanted, Pass& pass);
  /// Gives the decoder the next packet, or the end. @returns false after the end.
  bool send(int decoded);
  /// Takes the decoder's next frame. @returns false when it wants a packet first, or has ended.
  bool receive(int decoded, bool at_end);
  void take(const Wanted& wanted, Pass& pass);
  [[noreturn]] void out_of_memory() const { throw SystemFault("can't be decoded", file, ENOMEM); }

 private:
  int failures_at_end_ = 0;
  std::pair<int, int> size_{0, 0};
};

bool VideoDecoder::State::send(int decoded) {
  std::optional<std::string> defect;
  const bool more = source.read(*packet, defect);
  int error = 0;
  {
    const ErrorLog::Listening listening(errors);
    error = avcodec_send_packet(codec.get(), more ? packet.get() : nullptr);
  }
  if (error == AVERROR(ENOMEM)) out_of_memory();
  auto said = errors.take();
  if (!defect) defect = std::move(said);
  if (error < 0 && error != AVERROR_EOF && !defect) defect = libav::error_text(error);
  if (defect) damage.note(*defect, decoded);
  return more;
}

bool VideoDecoder::State::receive(int decoded, bool at_end) {
  while (true) {
    int error = 0;
    {
      const ErrorLog::Listening listening(errors);
      error = avcodec_receive_frame(codec.get(), frame.get());
    }
    if (error == AVERROR(ENOMEM)) out_of_memory();
    std::optional<std::string> defect = errors.take();
    const bool ended = error == AVERROR_EOF || error == AVERROR(EAGAIN);
    if (!defect && error < 0 && !ended) defect = libav::error_text(error);
    if (!defect && error >= 0) {
      if (frame->decode_error_flags != 0) defect = "FFmpeg conceals an error in the picture";
      if ((frame->flags & AV_FRAME_FLAG_CORRUPT) != 0) defect = "FFmpeg marks the frame as corrupt";
    }
    if (defect) damage.note(*defect, decoded);
    if (error >= 0) return true;
    if (ended || !at_end || ++failures_at_end_ > kFailuresAtTheEnd) return false;
  }
}

void VideoDecoder::State::take(const Wanted& wanted, Pass& pass) {
  const int index = pass.decoded;
  if (const auto defect = size_defect(frame->width, frame->height)) {
    throw BrokenVideo(file, fmt::format("frame {}: {}", index, *defect));
  }
  const DisplayMatrix matrix = display_matrix_of(*frame, source.stream());
  std::pair<int, int> size(frame->width, frame->height);
  if (matrix.orientation.swaps_sides()) std::swap(size.first, size.second);
  if (index == 0) {
    size_ = size;
    describe(*frame, pass.facts);
    pass.facts.orientation = matrix.orientation.name();
    pass.facts.odd_rotation = matrix.odd_angle;
  } else if (size != size_) {
    throw BrokenVideo(file, fmt::format("the frame size changes from {}x{} to {}x{} at frame {}",
                                        size_.first, size_.second, size.first, size.second, index));
  }
  if (has_transparency(*frame)) pass.transparent_frames.push_back(index);
  const bool is_wanted =
      std::binary_search(wanted.frames.begin(), wanted.frames.end(), index) ||
      std::any_of(wanted.ranges.begin(), wanted.ranges.end(),
                  [&](const auto& range) { return range.first <= index && index < range.second; });
  if (!is_wanted || damage.damage()) return;
  try {
    pass.frames.emplace(index, picture.make(*frame, matrix.orientation));
  } catch (const NoPicture& error) {
    throw BrokenVideo(file, fmt::format("frame {}: {}", index, error.what()));
  }
}

void VideoDecoder::State::decode(const Wanted& wanted, Pass& pass) {
  const auto enough = [&] { return wanted.stop_after >= 0 && pass.decoded >= wanted.stop_after; };
  for (bool more = true; more && !enough();) {
    more = send(pass.decoded);
    while (!enough() && receive(pass.decoded, !more)) {
      take(wanted, pass);
      ++pass.decoded;
    }
  }
}

VideoDecoder::VideoDecoder(const std::filesystem::path& file, const DecodeOptions& options) {
  silence_decoders();
  if (const auto defect = container_defect(file)) throw BrokenVideo(file, *defect);
  state_ = std::make_unique<State>(file, options);
}

VideoDecoder::~VideoDecoder() = default;
VideoDecoder::VideoDecoder(VideoDecoder&&) noexcept = default;
VideoDecoder& VideoDecoder::operator=(VideoDecoder&&) noexcept = default;

int VideoDecoder::declared_frames() const {
  return state_->source.declared_frames();
}
double VideoDecoder::fps() const {
  return state_->source.fps();
}

Pass VideoDecoder::run(const Wanted& wanted) {
  Pass pass;
  pass.facts.codec = avcodec_get_name(state_->codec->codec_id);
  state_->source.describe(pass.facts);
  state_->decode(wanted, pass);
  if (!state_->damage.damage()) {
    if (const auto& defect = state_->source.damage_at_opening()) state_->damage.note(*defect, 0);
  }
  pass.damage = state_->damage.damage();
  return pass;
}

}  // namespace asbench::loaders
