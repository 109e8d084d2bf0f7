#include "loaders/video/demuxed_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include "core/error.h"
#include "loaders/video/clip_reader.h"

namespace asbench::loaders {
namespace {

constexpr int kBufferBytes = 1 << 16;

/// Formats that open other files or the network. Most are texts, which container_defect() refuses
/// by their first bytes. Code of these demuxers never runs.
constexpr std::array<std::string_view, 10> kRefusedFormats = {
    "concat", "hls", "applehttp", "dash", "sdp", "rtsp", "image2", "imf", "ffmetadata", "avisynth"};

bool is_refused(std::string_view names) {
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const auto name = names.substr(begin, end - begin);
    if (std::find(kRefusedFormats.begin(), kRefusedFormats.end(), name) != kRefusedFormats.end()) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EACCES);
}

[[noreturn]] void throw_no_video(const std::filesystem::path& path) {
  throw BrokenVideo(path, "not a video: FFmpeg finds no stream that it can decode");
}

bool is_cover(const AVStream& stream) {
  return (stream.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) !=
         0;
}

/// WebM keeps the alpha of VP8 and VP9 beside the picture. FFmpeg's own decoders drop it, those of
/// libvpx read it.
bool has_alpha_beside(const AVStream& stream) {
  const AVCodecID id = stream.codecpar->codec_id;
  if (id != AV_CODEC_ID_VP8 && id != AV_CODEC_ID_VP9) return false;
  const AVDictionaryEntry* mode = av_dict_get(stream.metadata, "alpha_mode", nullptr, 0);
  return mode != nullptr && std::strcmp(mode->value, "1") == 0;
}

const AVCodec* alpha_decoder(AVCodecID id) {
  return avcodec_find_decoder_by_name(id == AV_CODEC_ID_VP9 ? "libvpx-vp9" : "libvpx");
}

double positive(AVRational rate) {
  const double value = rate.den == 0 ? 0.0 : av_q2d(rate);
  return std::isfinite(value) && value > 0.0 ? value : 0.0;
}

}  // namespace

void throw_if_no_memory(const ErrorLog& errors, const std::filesystem::path& path) {
  if (errors.lacked_memory()) throw SystemFault("can't be decoded", path, ENOMEM);
}

std::string failure_text(int error) {
  return error == AVERROR(ENOMEM) ? "it asks for more memory than any video needs"
                                  : libav::error_text(error);
}

FileBytes::FileBytes(const std::filesystem::path& path) : file_(path) {
  void* buffer = av_malloc(kBufferBytes);
  if (buffer == nullptr) throw std::bad_alloc();
  constexpr int kReadOnly = 0;
  context_.reset(avio_alloc_context(static_cast<unsigned char*>(buffer), kBufferBytes, kReadOnly,
                                    this, &FileBytes::read, nullptr, &FileBytes::seek));
  if (!context_) {
    av_free(buffer);
    throw std::bad_alloc();
  }
}

void FileBytes::FreeContext::operator()(AVIOContext* context) const noexcept {
  av_freep(&context->buffer);
  avio_context_free(&context);
}

void FileBytes::rethrow_fault() const {
  if (fault_) std::rethrow_exception(fault_);
}

int FileBytes::read(void* self, std::uint8_t* buffer, int size) {
  auto& bytes = *static_cast<FileBytes*>(self);
  try {
    const auto target = std::as_writable_bytes(std::span(buffer, static_cast<std::size_t>(size)));
    const std::size_t got = bytes.file_.read_at(bytes.position_, target);
    bytes.position_ += got;
    return got == 0 ? AVERROR_EOF : static_cast<int>(got);
  } catch (...) {  // no exception may pass through FFmpeg
    if (!bytes.fault_) bytes.fault_ = std::current_exception();
    return AVERROR(EIO);
  }
}

std::int64_t FileBytes::seek(void* self, std::int64_t offset, int whence) {
  auto& bytes = *static_cast<FileBytes*>(self);
  const auto size = static_cast<std::int64_t>(bytes.file_.size());
  if ((whence & AVSEEK_SIZE) != 0) return size;
  switch (whence & ~AVSEEK_FORCE) {
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += static_cast<std::int64_t>(bytes.position_);
      break;
    case SEEK_END:
      offset += size;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  bytes.position_ = static_cast<std::uint64_t>(offset);
  return offset;
}

DemuxedStream::DemuxedStream(const std::filesystem::path& path, ErrorLog& errors)
    : path_(path), errors_(errors) {
  constexpr bool kStrict = true;
  open(kStrict);
  if (!input_) {
    const auto why = at_opening_;
    open(!kStrict);
    throw_if_no_memory(errors_, path_);
    if (!input_) throw_no_video(path_);
    throw BrokenVideo(path_, Damage{why.value_or("the container is damaged"), 0, 1}.cause(),
                      "damaged_video");
  }
  choose_stream();
}

void DemuxedStream::open(bool strict) {
  bytes_ = std::make_unique<FileBytes>(path_);
  static_cast<void>(errors_.take());
  const ErrorLog::Listening listening(errors_, ErrorLog::Listening::To::container);
  const char* const kNoName = "";
  const AVInputFormat* form = nullptr;
  constexpr unsigned kFromTheStart = 0;
  constexpr unsigned kUsualProbe = 0;
  int error = av_probe_input_buffer2(bytes_->context(), &form, kNoName, nullptr, kFromTheStart,
                                     kUsualProbe);
  bytes_->rethrow_fault();
  if (error < 0 || is_refused(form->name)) {
    at_opening_ = std::nullopt;
    return;
  }
  AVFormatContext* format = avformat_alloc_context();
  if (format == nullptr) throw std::bad_alloc();
  format->pb = bytes_->context();
  format->io_open = &refuse_to_open;
  if (strict) format->error_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
  libav::Options options;
  options.set("protocol_whitelist", "none");  // for formats that open files their own way
  error = avformat_open_input(&format, kNoName, form, options.get());  // frees on failure
  input_.reset(error < 0 ? nullptr : format);
  bytes_->rethrow_fault();
  if (input_) {
    error = avformat_find_stream_info(input_.get(), nullptr);
    bytes_->rethrow_fault();
    if (error < 0) input_.reset();
  }
  at_opening_ = errors_.take();
  if (!at_opening_ && error < 0) at_opening_ = failure_text(error);
}

void DemuxedStream::choose_stream() {
  for (unsigned i = 0; i < input_->nb_streams; ++i) {
    AVStream* stream = input_->streams[i];
    stream->discard = AVDISCARD_ALL;
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || is_cover(*stream)) continue;
    ++video_streams_;
    const auto is_default = [](const AVStream& one) {
      return (one.disposition & AV_DISPOSITION_DEFAULT) != 0;
    };
    if (stream_ == nullptr || (is_default(*stream) && !is_default(*stream_))) stream_ = stream;
  }
  if (stream_ == nullptr) {
    throw_if_no_memory(errors_, path_);
    throw_no_video(path_);
  }
  stream_->discard = AVDISCARD_DEFAULT;
  require_whole_samples();
  const AVCodecID id = stream_->codecpar->codec_id;
  if (has_alpha_beside(*stream_)) {
    codec_ = alpha_decoder(id);
    alpha_undecoded_ = codec_ == nullptr;
  }
  if (codec_ == nullptr) codec_ = avcodec_find_decoder(id);
  if (codec_ == nullptr) {
    throw BrokenVideo(path_, fmt::format("not a video that this FFmpeg can decode: codec {}",
                                         avcodec_get_name(id)));
  }
}

/// An MP4 that was cut between two samples looks whole to its boxes when the last has no length:
/// its index names samples that the file no longer has. FFmpeg only ends earlier.
void DemuxedStream::require_whole_samples() const {
  if (std::string_view(input_->iformat->name).find("mp4") == std::string_view::npos) return;
  const auto size = static_cast<std::int64_t>(bytes_->size());
  for (int i = 0; i < avformat_index_get_entries_count(stream_); ++i) {
    const AVIndexEntry* entry = avformat_index_get_entry(stream_, i);
    if (entry == nullptr || entry->pos + entry->size <= size) continue;
    throw BrokenVideo(
        path_, fmt::format("truncated: sample {} of {} lies beyond the end of the file", i + 1,
                           avformat_index_get_entries_count(stream_)));
  }
}

double DemuxedStream::fps() const {
  double fps = positive(av_guess_frame_rate(input_.get(), stream_, nullptr));
  if (fps == 0.0) fps = positive(stream_->avg_frame_rate);
  return fps;
}

int DemuxedStream::declared_frames() const {
  constexpr double kMost = 1e9;
  double frames = static_cast<double>(stream_->nb_frames);
  if (stream_->nb_frames == 0) {
    double seconds = static_cast<double>(input_->duration) / AV_TIME_BASE;
    if (input_->duration <= 0 && stream_->duration > 0) {
      seconds = static_cast<double>(stream_->duration) * av_q2d(stream_->time_base);
    }
    frames = std::floor(seconds * fps() + 0.5);
  }
  return std::isfinite(frames) ? static_cast<int>(std::clamp(frames, 0.0, kMost)) : 0;
}

void DemuxedStream::describe(StreamFacts& facts) const {
  facts.stream = stream_->index;
  facts.video_streams = video_streams_;
  const AVRational shape = av_guess_sample_aspect_ratio(input_.get(), stream_, nullptr);
  if (shape.num > 0 && shape.den > 0) {
    facts.pixel_width = shape.num;
    facts.pixel_height = shape.den;
  }
  if (alpha_undecoded_) facts.alpha = StreamFacts::Alpha::undecoded;
}

bool DemuxedStream::read(AVPacket& packet, std::optional<std::string>& defect) {
  while (true) {
    av_packet_unref(&packet);
    int error = 0;
    {
      const ErrorLog::Listening listening(errors_);
      error = av_read_frame(input_.get(), &packet);
    }
    bytes_->rethrow_fault();
    if (error == AVERROR(EAGAIN)) continue;
    if (auto said = errors_.take(); said && !defect) defect = std::move(said);
    if (error < 0) {
      if (error != AVERROR_EOF && !defect) defect = failure_text(error);
      return false;
    }
    if (packet.stream_index != stream_->index) continue;
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0 && !defect) {
      defect = "the container marks a packet as corrupt";
    }
    return true;
  }
}

}  // namespace asbench::loaders
