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
#include "loaders/video/frame_luma.h"
#include "loaders/video/frame_picture.h"
#include "loaders/video/picture_pass.h"

namespace asbench::loaders {
namespace {

/// Note [Frames before the first key frame]
/// FFmpeg's H.264 decoder drops frames that refer to frames before the start, unless it is told to
/// give out corrupt frames. It is told so, and marks them. In a stream that begins with a key frame
/// they are the frames that a cut through an open group of pictures leaves behind: they are
/// dropped, as every player does. In one that doesn't, the key frame is lost: that is damage, which
/// would else only make the clip shorter.

/// Note [Packets that give no picture]
/// FFmpeg's HEVC decoder skips without a word what a damaged header calls a unit of another kind,
/// so that frames are lost unseen. Each packet of HEVC is one picture. All that are to be shown
/// with or after the first key frame are counted, but for those that the container's edit list
/// takes out: a whole pass must give as many frames. (Pictures to be shown before the first key
/// frame refer to some that a cut left behind.) Other decoders report what they skip; some of their
/// packets rightly give no picture, as the hidden frames of VP9.

/// A decoder that fails this often in a row when it is asked for its last frames has no more.
constexpr int kFailuresAtTheEnd = 256;

/// Whether one of the half-open ranges holds the frame.
bool holds(const std::vector<std::pair<int, int>>& ranges, int index) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
    return range.first <= index && index < range.second;
  });
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
    if (parameters.width == 0 || parameters.height == 0) {
      throw_if_no_memory(errors, file);
      throw BrokenVideo(file, "not a video: FFmpeg can't tell the size of its frames");
    }
    if (const auto defect = size_defect(parameters.width, parameters.height)) {
      throw BrokenVideo(file, *defect);
    }
    codec.reset(avcodec_alloc_context3(&source.codec()));
    if (!codec || avcodec_parameters_to_context(codec.get(), &parameters) < 0) {
      throw std::bad_alloc();
    }
    codec->pkt_timebase = source.stream().time_base;
    // Note [Threads of one decoder]
    // Parts of one frame side by side, never several frames: with frame threads FFmpeg 5.1 gives
    // damaged frames that differ from run to run, misses errors, and can abort. Its H.264 decoder
    // doesn't tell which frames it patches up when it has more than one thread.
    const bool one_thread = codec->codec_id == AV_CODEC_ID_H264;
    codec->thread_count = one_thread ? 1 : std::max(options.threads, 1);
    codec->thread_type = FF_THREAD_SLICE;
    codec->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    codec->max_pixels = kMaxPixels;
    codec->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;  // Note [Frames before the first key frame]
    codec->opaque = &errors;
    int error = 0;
    {
      const ErrorLog::Listening listening(errors);
      error = avcodec_open2(codec.get(), &source.codec(), nullptr);
    }
    const auto said = errors.take();
    if (error < 0) throw_if_no_memory(errors, file);
    if (error == AVERROR(EAGAIN)) {  // a thread
      throw SystemFault("the decoder can't be started", file, AVUNERROR(error));
    }
    if (error < 0) {
      throw BrokenVideo(file, fmt::format("not a video: its decoder can't be started: {}",
                                          said.value_or(failure_text(error))));
    }
    // First, so that it counts for every range, whatever the decoder notices later.
    if (const auto& defect = source.damage_at_opening()) damage.note(*defect, 0);
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

  std::optional<PicturePass> measuring;
  FrameLuma luma;  ///< for Wanted::take_luma

  void decode(const Wanted& wanted, Pass& pass);
  /// Gives the decoder the next packet, or the end. @returns false after the end.
  bool send(int decoded);
  /// Takes the decoder's next frame. @returns false when it wants a packet first, or has ended.
  /// The frame may be one to drop: is_left_behind().
  bool receive(int decoded, bool at_end);
  [[nodiscard]] bool is_left_behind(int decoded) const;
  void take(const Wanted& wanted, Pass& pass);
  /// Notes how long after the frame before this one is shown.
  void time(Pass& pass);
  /// Counts the packets that must give a picture. Note [Packets that give no picture]
  void count(const AVPacket& next);

 private:
  bool any_packet_ = false;
  std::int64_t first_key_ = AV_NOPTS_VALUE;  ///< when the first key frame is shown
  int pictures_due_ = 0;
  bool starts_with_key_ = false;
  int failures_at_end_ = 0;
  std::optional<DisplayMatrix> display_matrix_;  ///< of a frame; holds until the next that has one
  std::pair<int, int> size_{0, 0};
  std::int64_t shown_before_ = AV_NOPTS_VALUE;
};

void VideoDecoder::State::count(const AVPacket& next) {
  if (codec->codec_id != AV_CODEC_ID_HEVC || next.pts == AV_NOPTS_VALUE) return;
  const bool key = (next.flags & AV_PKT_FLAG_KEY) != 0;
  if (key && first_key_ == AV_NOPTS_VALUE) first_key_ = next.pts;
  const bool is_taken_out = (next.flags & AV_PKT_FLAG_DISCARD) != 0;
  if (first_key_ != AV_NOPTS_VALUE && next.pts >= first_key_ && !is_taken_out) ++pictures_due_;
}

bool VideoDecoder::State::send(int decoded) {
  std::optional<std::string> defect;
  const bool more = source.read(*packet, defect);
  if (more && !std::exchange(any_packet_, true)) {
    starts_with_key_ = (packet->flags & AV_PKT_FLAG_KEY) != 0;
  }
  if (more) count(*packet);
  int error = 0;
  {
    const ErrorLog::Listening listening(errors);
    error = avcodec_send_packet(codec.get(), more ? packet.get() : nullptr);
  }
  auto said = errors.take();
  if (!defect) defect = std::move(said);
  if (error < 0 && error != AVERROR_EOF && !defect) defect = failure_text(error);
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
    const bool ended = error == AVERROR_EOF || error == AVERROR(EAGAIN);
    std::optional<std::string> failure;
    if (error < 0 && !ended) failure = failure_text(error);
    if (error >= 0 && frame->decode_error_flags != 0) {
      failure = "FFmpeg conceals an error in the picture";
    } else if (error >= 0 && (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0 &&
               !is_left_behind(decoded)) {
      failure = "FFmpeg marks the frame as corrupt";
    }
    const std::optional<std::string> said = errors.take();
    if (said || failure) damage.note(said ? *said : *failure, decoded);
    if (error >= 0) return true;
    if (ended || !at_end || ++failures_at_end_ > kFailuresAtTheEnd) return false;
  }
}

bool VideoDecoder::State::is_left_behind(int decoded) const {
  return decoded == 0 && starts_with_key_ && frame->decode_error_flags == 0 &&
         (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
}

void VideoDecoder::State::take(const Wanted& wanted, Pass& pass) {
  const int index = pass.decoded;
  if (const auto defect = size_defect(frame->width, frame->height)) {
    throw BrokenVideo(file, fmt::format("frame {}: {}", index, *defect));
  }
  if (auto own = display_matrix_of(*frame)) display_matrix_ = own;
  const DisplayMatrix matrix = display_matrix_.value_or(display_matrix_of(source.stream()));
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
  const bool is_wanted = std::binary_search(wanted.frames.begin(), wanted.frames.end(), index) ||
                         holds(wanted.ranges, index);
  if (damage.damage()) return;
  time(pass);  // lost frames are no longer steps
  Image made;
  try {
    measuring->take(index, *frame, picture);
    if (wanted.take_luma && holds(wanted.bright, index))
      wanted.take_luma(index, luma.make(*frame, picture));
    if (!is_wanted && !holds(wanted.received, index)) return;
    made = picture.make(*frame, matrix.orientation);
  } catch (const NoPicture& error) {
    throw BrokenVideo(file, fmt::format("frame {}: {}", index, error.what()));
  }
  for (std::size_t shot = 0; shot < wanted.received.size(); ++shot) {
    const auto& [begin, end] = wanted.received[shot];
    if (begin <= index && index < end) wanted.receiver->take(shot, index - begin, made);
  }
  if (!is_wanted) return;
  if (wanted.take_frame)
    wanted.take_frame(index, std::move(made));
  else
    pass.frames.emplace(index, std::move(made));
}

void VideoDecoder::State::time(Pass& pass) {
  const std::int64_t shown = frame->best_effort_timestamp;
  if (shown != AV_NOPTS_VALUE && shown_before_ != AV_NOPTS_VALUE && shown > shown_before_) {
    const std::int64_t step = shown - shown_before_;
    pass.shortest_step = pass.shortest_step == 0 ? step : std::min(pass.shortest_step, step);
    pass.longest_step = std::max(pass.longest_step, step);
  }
  shown_before_ = shown;
}

void VideoDecoder::State::decode(const Wanted& wanted, Pass& pass) {
  const auto enough = [&] { return wanted.stop_after >= 0 && pass.decoded >= wanted.stop_after; };
  for (bool more = true; more && !enough();) {
    more = send(pass.decoded);
    while (!enough() && receive(pass.decoded, !more)) {
      if (is_left_behind(pass.decoded)) continue;
      take(wanted, pass);
      ++pass.decoded;
    }
  }
  if (!enough() && pass.decoded < pictures_due_ && !damage.damage()) {
    damage.note(fmt::format("{} of {} packets give no picture", pictures_due_ - pass.decoded,
                            pictures_due_),
                0);  // which one is not known
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
  state_->measuring.emplace(wanted.measured);
  if (wanted.receiver != nullptr) wanted.receiver->begin();
  state_->decode(wanted, pass);
  pass.measured = state_->measuring->finish();
  pass.damage = state_->damage.damage();
  const int expected = wanted.stop_after >= 0 ? wanted.stop_after : declared_frames();
  if (pass.damage || pass.decoded == 0 || pass.decoded < expected) {
    throw_if_no_memory(state_->errors, state_->file);
  }
  return pass;
}

}  // namespace asbench::loaders
