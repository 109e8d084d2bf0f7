#include "loaders/video/video_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string>

#include "core/error.h"
#include "loaders/video/libav.h"

namespace asbench::loaders {
namespace {

/// x264's constant rate factor. OpenCV 4.6, which wrote these files before, used 23 with the
/// macroblock tree; 21 without it gives the drawn clips the same fidelity (39 to 42 dB, within 1 dB
/// clip by clip) in files a tenth larger.
constexpr const char* kRateFactor = "21";
/// Quantiser of Motion JPEG, of 1 (best) to 31.
constexpr int kJpegQuantiser = 2;
/// Largest numerator and denominator of a frame rate: 24000/1001 is kept as it is.
constexpr int kLargestRatePart = 1'001'000;
/// Hides a context's messages whatever the level of FFmpeg's log is. (A level has eight bits.)
constexpr int kNoMessages = 100;

bool is_h264(const VideoCodec& codec) {
  return codec.ending == ".mp4";
}

const AVCodec* encoder_for(const VideoCodec& codec) {
  return is_h264(codec) ? avcodec_find_encoder_by_name("libx264")
                        : avcodec_find_encoder(AV_CODEC_ID_MJPEG);
}

const char* muxer_for(const VideoCodec& codec) {
  return is_h264(codec) ? "mp4" : "avi";
}

libav::Frame make_picture(AVPixelFormat format, int width, int height) {
  libav::Frame frame = libav::make_frame();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  return frame;
}

}  // namespace

bool can_encode(const VideoCodec& codec) {
  return encoder_for(codec) != nullptr &&
         av_guess_format(muxer_for(codec), nullptr, nullptr) != nullptr;
}

struct VideoEncoder::State {
  std::string name;
  libav::Output output;
  libav::Codec codec;
  libav::Scaler scaler;
  libav::Frame rgb;  ///< a copy with padded rows: swscale reads past the end of tight ones
  libav::Frame yuv;
  libav::Packet packet = libav::make_packet();
  AVStream* stream = nullptr;  ///< of `output`
  std::int64_t frames = 0;

  /// @throws BadInput (the file) or bad_alloc for an error code; passes others through.
  int check(int code) const {
    if (code >= 0) return code;
    if (code == AVERROR(ENOMEM)) throw std::bad_alloc();
    throw BadInput(
        fmt::format("{}: can't be written: {}. Check that the folder is writable and the disk is "
                    "not full.",
                    name, libav::error_text(code)));
  }

  /// The same for calls that fail only when our settings are wrong.
  void require(int code, const char* step) const {
    if (code >= 0) return;
    if (code == AVERROR(ENOMEM)) throw std::bad_alloc();
    throw InternalError(
        fmt::format("{}: FFmpeg refuses to {}: {}", name, step, libav::error_text(code)));
  }

  void open_encoder(const EncoderOptions& options);
  void open_scaler();
  void open_file(const EncoderOptions& options);
  void send(const AVFrame* frame);
};

void VideoEncoder::State::open_encoder(const EncoderOptions& options) {
  const AVCodec* encoder = encoder_for(options.codec);
  if (encoder == nullptr) {
    throw BadInput(fmt::format("{}: this FFmpeg can't write {}", name, options.codec.name));
  }
  codec.reset(avcodec_alloc_context3(encoder));
  if (!codec) throw std::bad_alloc();
  codec->width = options.width;
  codec->height = options.height;
  codec->framerate = av_d2q(options.frames_per_second, kLargestRatePart);
  codec->time_base = av_inv_q(codec->framerate);
  codec->thread_count = 1;  // Note [Equal frames give equal bytes]
  codec->flags |= AV_CODEC_FLAG_BITEXACT;
  codec->log_level_offset = kNoMessages;
  if ((output->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
  libav::Options settings;
  if (is_h264(options.codec)) {
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    settings.set("preset", "medium");
    settings.set("crf", kRateFactor);
    settings.set("x264-params", "threads=1:lookahead-threads=1:sliced-threads=0:mbtree=0");
  } else {
    codec->pix_fmt = AV_PIX_FMT_YUVJ420P;
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = FF_QP2LAMBDA * kJpegQuantiser;
  }
  require(avcodec_open2(codec.get(), encoder, settings.get()), "open the encoder");
  if (av_dict_count(*settings.get()) > 0) {
    throw InternalError(fmt::format("{}: the encoder doesn't know a setting", name));
  }
}

void VideoEncoder::State::open_scaler() {
  rgb = make_picture(AV_PIX_FMT_RGB24, codec->width, codec->height);
  yuv = make_picture(codec->pix_fmt, codec->width, codec->height);
  scaler.reset(sws_getContext(
      codec->width, codec->height, AV_PIX_FMT_RGB24, codec->width, codec->height, codec->pix_fmt,
      SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT, nullptr, nullptr, nullptr));
  if (!scaler) throw std::bad_alloc();
  constexpr int kFullRange = 1;
  constexpr int kUnchanged = 1 << 16;  // contrast and saturation
  const int* bt601 = sws_getCoefficients(SWS_CS_ITU601);
  require(sws_setColorspaceDetails(scaler.get(), bt601, kFullRange, bt601,
                                   codec->pix_fmt == AV_PIX_FMT_YUVJ420P ? kFullRange : 0, 0,
                                   kUnchanged, kUnchanged),
          "convert colours");
}

void VideoEncoder::State::open_file(const EncoderOptions& options) {
  stream = avformat_new_stream(output.get(), nullptr);
  if (stream == nullptr) throw std::bad_alloc();
  require(avcodec_parameters_from_context(stream->codecpar, codec.get()), "describe the stream");
  stream->time_base = codec->time_base;
  stream->avg_frame_rate = codec->framerate;
  // "file:" and an absolute path, so that FFmpeg can't read a protocol into the name.
  const std::string url = "file:" + std::filesystem::absolute(options.file).string();
  check(avio_open(&output->pb, url.c_str(), AVIO_FLAG_WRITE));
  check(avformat_write_header(output.get(), nullptr));
}

void VideoEncoder::State::send(const AVFrame* frame) {
  require(avcodec_send_frame(codec.get(), frame), "encode a frame");
  for (;;) {
    const int received = avcodec_receive_packet(codec.get(), packet.get());
    if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return;
    require(received, "encode a frame");
    packet->stream_index = stream->index;
    packet->duration = 1;
    av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
    check(av_interleaved_write_frame(output.get(), packet.get()));
  }
}

VideoEncoder::VideoEncoder(const EncoderOptions& options) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.name = options.shown_as.string();
  AVFormatContext* output = nullptr;
  const int made =
      avformat_alloc_output_context2(&output, nullptr, muxer_for(options.codec), nullptr);
  state.output.reset(output);
  state.require(made, "make a container");
  state.output->flags |= AVFMT_FLAG_BITEXACT;
  state.open_encoder(options);
  state.open_scaler();
  state.open_file(options);
}

VideoEncoder::~VideoEncoder() = default;
VideoEncoder::VideoEncoder(VideoEncoder&&) noexcept = default;
VideoEncoder& VideoEncoder::operator=(VideoEncoder&&) noexcept = default;

std::int64_t VideoEncoder::frames() const {
  return state_->frames;
}

void VideoEncoder::write(const Image& rgb) {
  State& state = *state_;
  for (int y = 0; y < rgb.height; ++y) {
    std::copy_n(rgb.row(y), rgb.row_bytes(),
                state.rgb->data[0] + static_cast<std::ptrdiff_t>(y) * state.rgb->linesize[0]);
  }
  if (av_frame_make_writable(state.yuv.get()) < 0) throw std::bad_alloc();
  state.require(sws_scale(state.scaler.get(), state.rgb->data, state.rgb->linesize, 0, rgb.height,
                          state.yuv->data, state.yuv->linesize),
                "convert a frame");
  state.yuv->pts = state.frames++;
  state.yuv->quality = state.codec->global_quality;
  state.send(state.yuv.get());
}

void VideoEncoder::finish() {
  State& state = *state_;
  state.send(nullptr);
  state.check(av_write_trailer(state.output.get()));
  state.check(avio_closep(&state.output->pb));
}

}  // namespace asbench::loaders
