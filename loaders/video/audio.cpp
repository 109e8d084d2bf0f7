#include "loaders/video/audio.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <new>

#include "core/error.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/container_check.h"
#include "loaders/video/demuxed_stream.h"
#include "loaders/video/libav.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;

/// Hides a context's messages whatever the level of FFmpeg's log is. (A level has eight bits.)
constexpr int kNoMessages = 100;

[[noreturn]] void refuse(const fs::path& file, const std::string& cause) {
  throw BadInput(fmt::format("{}: {}", file.string(), cause));
}

/// Passes an FFmpeg result on. @throws BadInput (or bad_alloc) for an error code.
int check(int code, const fs::path& file, std::string_view step) {
  if (code >= 0) return code;
  if (code == AVERROR(ENOMEM)) throw std::bad_alloc();
  refuse(file, fmt::format("{}: {}", step, libav::error_text(code)));
}

/// A container and its audio stream; nullptr when it has none.
struct Opened {
  std::unique_ptr<FileBytes> bytes;  ///< outlives `input`
  libav::Input input;
  AVStream* stream = nullptr;
  int audio_streams = 0;
};

bool is_described(const AVFormatContext& input) {
  if ((input.ctx_flags & AVFMTCTX_NOHEADER) != 0) return false;  // streams appear as it is read
  const std::span streams(input.streams, input.nb_streams);
  return std::all_of(streams.begin(), streams.end(), [](const AVStream* stream) {
    const AVCodecParameters& codec = *stream->codecpar;
    return codec.codec_type != AVMEDIA_TYPE_AUDIO ||
           (codec.codec_id != AV_CODEC_ID_NONE && codec.sample_rate > 0 &&
            codec.ch_layout.nb_channels > 0);
  });
}

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EACCES);
}

Opened open(const fs::path& file) {
  silence_decoders();
  if (const auto defect = container_defect(file)) refuse(file, *defect);
  Opened opened;
  opened.bytes = std::make_unique<FileBytes>(file);
  AVFormatContext* input = avformat_alloc_context();
  if (input == nullptr) throw std::bad_alloc();
  input->pb = opened.bytes->context();
  input->io_open = &refuse_to_open;  // no other file and no network, whatever this one names
  libav::Options options;
  options.set("protocol_whitelist", "none");
  const int error = avformat_open_input(&input, "", nullptr, options.get());  // frees on failure
  opened.bytes->rethrow_fault();
  check(error, file, "not a media file that FFmpeg can read");
  opened.input.reset(input);
  // Reads on, and decodes where it must, only when the header doesn't say enough.
  if (!is_described(*input)) {
    const int read = avformat_find_stream_info(input, nullptr);
    opened.bytes->rethrow_fault();
    check(read, file, "can't be read");
  }
  const std::span streams(input->streams, input->nb_streams);
  opened.audio_streams =
      static_cast<int>(std::count_if(streams.begin(), streams.end(), [](const AVStream* stream) {
        return stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
      }));
  const int best = av_find_best_stream(input, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (best >= 0) opened.stream = input->streams[best];
  return opened;
}

double seconds_of(const Opened& opened) {
  if (opened.stream->duration != AV_NOPTS_VALUE) {
    return std::max(static_cast<double>(opened.stream->duration) * av_q2d(opened.stream->time_base),
                    0.0);
  }
  if (opened.input->duration == AV_NOPTS_VALUE) return 0.0;
  return std::max(static_cast<double>(opened.input->duration) / AV_TIME_BASE, 0.0);
}

/// Decodes one audio stream into planar floats.
class AudioDecoder {
 public:
  AudioDecoder(const fs::path& file, const AVStream& stream) : file_(file) {
    const AVCodec* decoder = avcodec_find_decoder(stream.codecpar->codec_id);
    if (decoder == nullptr) {
      refuse(file, fmt::format("its sound can't be decoded: this FFmpeg has no decoder for {}",
                               avcodec_get_name(stream.codecpar->codec_id)));
    }
    codec_.reset(avcodec_alloc_context3(decoder));
    if (!codec_) throw std::bad_alloc();
    check(avcodec_parameters_to_context(codec_.get(), stream.codecpar), file, kUnreadable);
    codec_->pkt_timebase = stream.time_base;
    codec_->thread_count = 1;
    codec_->log_level_offset = kNoMessages;
    check(avcodec_open2(codec_.get(), decoder, nullptr), file, kUnreadable);
  }

  /// @param packet  nullptr: the end. @throws BadInput for a packet that doesn't decode.
  void decode(const AVPacket* packet) {
    if (packet != nullptr && (packet->flags & AV_PKT_FLAG_CORRUPT) != 0) damaged();
    require(avcodec_send_packet(codec_.get(), packet));
    for (;;) {
      const int received = avcodec_receive_frame(codec_.get(), frame_.get());
      if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) break;
      require(received);
      if (frame_->decode_error_flags != 0 || (frame_->flags & AV_FRAME_FLAG_CORRUPT) != 0) {
        damaged();
      }
      keep();
    }
    if (packet != nullptr) ++packets_;
  }

  [[nodiscard]] Pcm take() {
    Pcm pcm;
    pcm.channels = static_cast<int>(channels_.size());
    pcm.sample_rate = rate_;
    if (channels_.empty()) return pcm;
    pcm.samples = static_cast<std::int64_t>(channels_.front().size());
    pcm.values.reserve(channels_.size() * channels_.front().size());
    for (auto& channel : channels_) {
      pcm.values.insert(pcm.values.end(), channel.begin(), channel.end());
      std::vector<float>().swap(channel);
    }
    return pcm;
  }

 private:
  static constexpr std::string_view kUnreadable = "its sound can't be decoded";

  [[noreturn]] void damaged(const std::string& cause = "it is marked as corrupt") const {
    refuse(file_, fmt::format("its sound is damaged at audio packet {}: {}", packets_, cause));
  }
  void require(int code) const {
    if (code == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (code < 0) damaged(libav::error_text(code));
  }

  void open_converter() {
    AVChannelLayout layout{};
    av_channel_layout_default(&layout, frame_->ch_layout.nb_channels);
    SwrContext* converter = nullptr;
    // The same layout on both sides: nothing is mixed, channels keep their order.
    const int made = swr_alloc_set_opts2(
        &converter, &layout, AV_SAMPLE_FMT_FLTP, frame_->sample_rate, &layout,
        static_cast<AVSampleFormat>(frame_->format), frame_->sample_rate, 0, nullptr);
    converter_.reset(converter);
    check(made, file_, kUnreadable);
    check(swr_init(converter_.get()), file_, kUnreadable);
    channels_.resize(static_cast<std::size_t>(frame_->ch_layout.nb_channels));
    rate_ = frame_->sample_rate;
    format_ = frame_->format;
  }

  void keep() {
    if (frame_->nb_samples == 0) return;
    if (!converter_) open_converter();
    if (frame_->sample_rate != rate_ || frame_->format != format_ ||
        static_cast<std::size_t>(frame_->ch_layout.nb_channels) != channels_.size()) {
      refuse(file_,
             fmt::format("its sound changes from {} Hz, {} channels to {} Hz, {} channels at "
                         "audio packet {}",
                         rate_, channels_.size(), frame_->sample_rate,
                         frame_->ch_layout.nb_channels, packets_));
    }
    const auto length = static_cast<std::size_t>(frame_->nb_samples);
    std::vector<std::uint8_t*> planes;
    for (auto& channel : channels_) {
      channel.resize(channel.size() + length);
      planes.push_back(reinterpret_cast<std::uint8_t*>(channel.data() + channel.size() - length));
    }
    const int converted = check(
        swr_convert(converter_.get(), planes.data(), frame_->nb_samples,
                    const_cast<const std::uint8_t**>(frame_->extended_data), frame_->nb_samples),
        file_, kUnreadable);
    if (converted != frame_->nb_samples) {
      throw InternalError(fmt::format("{}: {} of {} audio samples were converted", file_.string(),
                                      converted, frame_->nb_samples));
    }
  }

  const fs::path& file_;
  libav::Codec codec_;
  libav::Frame frame_ = libav::make_frame();
  libav::Resampler converter_;
  std::vector<std::vector<float>> channels_;
  int rate_ = 0;
  int format_ = -1;
  std::int64_t packets_ = 0;
};

}  // namespace

AudioFacts audio_facts(const fs::path& file) {
  const Opened opened = open(file);
  AudioFacts facts;
  facts.streams = opened.audio_streams;
  if (opened.stream == nullptr) return facts;
  const AVCodecParameters& codec = *opened.stream->codecpar;
  facts.present = true;
  facts.codec = avcodec_get_name(codec.codec_id);
  facts.sample_rate = codec.sample_rate;
  facts.channels = codec.ch_layout.nb_channels;
  facts.seconds = seconds_of(opened);
  return facts;
}

Pcm read_pcm(const fs::path& file) {
  const Opened opened = open(file);
  if (opened.stream == nullptr) refuse(file, "has no sound: no audio stream");
  for (unsigned i = 0; i < opened.input->nb_streams; ++i) {
    AVStream* stream = opened.input->streams[i];
    stream->discard = stream == opened.stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  AudioDecoder decoder(file, *opened.stream);
  const libav::Packet packet = libav::make_packet();
  for (;;) {
    const int read = av_read_frame(opened.input.get(), packet.get());
    opened.bytes->rethrow_fault();
    if (read == AVERROR_EOF) break;
    check(read, file, "its sound can't be read to the end");
    if (packet->stream_index == opened.stream->index) decoder.decode(packet.get());
    av_packet_unref(packet.get());
  }
  decoder.decode(nullptr);
  Pcm pcm = decoder.take();
  if (pcm.samples == 0) refuse(file, "has no sound: its audio stream is empty");
  return pcm;
}

}  // namespace asbench::loaders
