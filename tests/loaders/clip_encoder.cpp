#include "tests/loaders/clip_encoder.h"

#include <cstring>
#include <memory>
#include <stdexcept>

#include "loaders/video/libav.h"

namespace asbench::testing {
namespace {

namespace libav = loaders::libav;

int checked(int result, const std::string& what) {
  if (result < 0) throw std::runtime_error(what + ": " + libav::error_text(result));
  return result;
}

void draw_pattern(AVFrame& frame, int index) {
  for (int plane = 0; plane < 3 && frame.data[plane] != nullptr; ++plane) {
    const int rows = plane == 0 ? frame.height : (frame.height + 1) / 2;
    for (int y = 0; y < rows; ++y) {
      std::uint8_t* row = frame.data[plane] + std::ptrdiff_t{y} * frame.linesize[plane];
      for (int x = 0; x < frame.linesize[plane]; ++x) {
        row[x] = static_cast<std::uint8_t>(40 + (x * 7 + y * 5 * (plane + 1) + index * 9) % 160);
      }
    }
  }
}

void draw_picture(const EncodedStream& spec, AVFrame& frame, int index) {
  const Image& image = spec.pictures.at(static_cast<std::size_t>(index) % spec.pictures.size());
  const AVPixelFormat source = image.channels == 4 ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
  const libav::Scaler scaler(sws_getContext(image.width, image.height, source, frame.width,
                                            frame.height, spec.format, SWS_BICUBIC, nullptr,
                                            nullptr, nullptr));
  if (!scaler) throw std::runtime_error("no conversion to this pixel format");
  const int* table = sws_getCoefficients(spec.matrix);
  constexpr int kOne = 1 << 16;
  sws_setColorspaceDetails(scaler.get(), table, 1, table, spec.range == AVCOL_RANGE_JPEG ? 1 : 0, 0,
                           kOne, kOne);
  const std::uint8_t* data[] = {image.bytes.data()};
  const int stride[] = {image.width * image.channels};
  checked(sws_scale(scaler.get(), data, stride, 0, image.height, frame.data, frame.linesize),
          "sws_scale");
}

/// One stream of the file while it is written.
class Writer {
 public:
  Writer(AVFormatContext& format, const EncodedStream& spec) : format_(format), spec_(spec) {
    const AVCodec* codec = avcodec_find_encoder_by_name(spec.codec.c_str());
    if (codec == nullptr) throw std::runtime_error("no encoder " + spec.codec);
    codec_.reset(avcodec_alloc_context3(codec));
    codec_->width = spec.width;
    codec_->height = spec.height;
    codec_->pix_fmt = spec.format;
    codec_->time_base = av_inv_q(spec.rate);
    codec_->framerate = spec.rate;
    codec_->colorspace = spec.matrix;
    codec_->color_range = spec.range;
    codec_->color_trc = spec.transfer;
    codec_->sample_aspect_ratio = spec.pixel_shape;
    codec_->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
    if ((format.oformat->flags & AVFMT_GLOBALHEADER) != 0) {
      codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    AVDictionary* options = nullptr;
    av_dict_parse_string(&options, spec.options.c_str(), "=", ":", 0);
    const int opened = avcodec_open2(codec_.get(), codec, &options);
    av_dict_free(&options);
    checked(opened, spec.codec);
    stream_ = avformat_new_stream(&format, nullptr);
    checked(avcodec_parameters_from_context(stream_->codecpar, codec_.get()), "parameters");
    stream_->time_base = codec_->time_base;
    stream_->avg_frame_rate = codec_->framerate;
    stream_->sample_aspect_ratio = spec.pixel_shape;
    stream_->disposition = spec.disposition;
    if (spec.display_matrix) {
      std::uint8_t* data =
          av_stream_new_side_data(stream_, AV_PKT_DATA_DISPLAYMATRIX, sizeof(*spec.display_matrix));
      std::memcpy(data, spec.display_matrix->data(), sizeof(*spec.display_matrix));
    }
  }

  void write_all() {
    for (int i = 0; i < spec_.frames; ++i) {
      const libav::Frame frame = libav::make_frame();
      frame->format = spec_.format;
      frame->width = spec_.width;
      frame->height = spec_.height;
      frame->color_range = spec_.range;
      frame->colorspace = spec_.matrix;
      frame->pts = i;
      checked(av_frame_get_buffer(frame.get(), 0), "frame");
      if (spec_.draw) {
        spec_.draw(*frame, i);
      } else if (!spec_.pictures.empty()) {
        draw_picture(spec_, *frame, i);
      } else {
        draw_pattern(*frame, i);
      }
      send(frame.get());
    }
    send(nullptr);
  }

 private:
  void send(const AVFrame* frame) {
    checked(avcodec_send_frame(codec_.get(), frame), "encode");
    const libav::Packet packet = libav::make_packet();
    while (avcodec_receive_packet(codec_.get(), packet.get()) >= 0) {
      if ((packet->flags & AV_PKT_FLAG_KEY) != 0) ++keys_;
      if (spec_.keep && !spec_.keep(index_++, keys_)) continue;
      packet->stream_index = stream_->index;
      packet->duration = 1;
      av_packet_rescale_ts(packet.get(), codec_->time_base, stream_->time_base);
      checked(av_interleaved_write_frame(&format_, packet.get()), "write");
    }
  }

  AVFormatContext& format_;
  const EncodedStream& spec_;
  libav::Codec codec_;
  AVStream* stream_ = nullptr;
  int index_ = 0;
  int keys_ = 0;
};

}  // namespace

bool has_encoder(const std::string& codec) {
  return avcodec_find_encoder_by_name(codec.c_str()) != nullptr;
}

void write_clip(const std::filesystem::path& file, const std::vector<EncodedStream>& streams) {
  av_log_set_level(AV_LOG_QUIET);
  AVFormatContext* context = nullptr;
  checked(avformat_alloc_output_context2(&context, nullptr, nullptr, file.c_str()), "container");
  const libav::Output format(context);
  std::vector<std::unique_ptr<Writer>> writers;
  for (const auto& spec : streams) writers.push_back(std::make_unique<Writer>(*format, spec));
  checked(avio_open(&format->pb, file.c_str(), AVIO_FLAG_WRITE), file.string());
  checked(avformat_write_header(format.get(), nullptr), "header");
  for (const auto& writer : writers) writer->write_all();
  checked(av_write_trailer(format.get()), "trailer");
}

std::array<std::int32_t, 9> display_matrix(int xx, int xy, int yx, int yy) {
  constexpr int kOne = 1 << 16;
  constexpr int kUnit = 1 << 30;
  return {xx * kOne, yx * kOne, 0, xy * kOne, yy * kOne, 0, 0, 0, kUnit};
}

Image lopsided_picture(int width, int height, int shift) {
  Image image(height, width, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.row(y) + 3 * x;
      pixel[0] = static_cast<std::uint8_t>(30 + 200 * x / width);
      pixel[1] = static_cast<std::uint8_t>(30 + 200 * y / height);
      pixel[2] = static_cast<std::uint8_t>(x < width / 4 && y < height / 3 ? 220 : 40 + shift);
    }
  }
  return image;
}

}  // namespace asbench::testing
