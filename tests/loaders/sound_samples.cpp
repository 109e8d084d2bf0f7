#include "tests/loaders/sound_samples.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <numbers>
#include <span>
#include <stdexcept>
#include <string>

#include "loaders/video/libav.h"

namespace asbench::testing {
namespace {

namespace libav = loaders::libav;

void require(int code) {
  if (code < 0) throw std::runtime_error(libav::error_text(code));
}

/// One AAC stream of a file that is being written.
struct Encoder {
  libav::Codec codec;
  AVStream* stream = nullptr;

  Encoder(AVFormatContext* output, int channels, int sample_rate) {
    const AVCodec* aac = avcodec_find_encoder(AV_CODEC_ID_AAC);
    codec.reset(avcodec_alloc_context3(aac));
    codec->sample_fmt = AV_SAMPLE_FMT_FLTP;
    codec->sample_rate = sample_rate;
    codec->bit_rate = 128'000;
    codec->log_level_offset = 100;  // nothing is printed
    codec->time_base = {1, sample_rate};
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&codec->ch_layout, channels);
    require(avcodec_open2(codec.get(), aac, nullptr));
    stream = avformat_new_stream(output, nullptr);
    require(avcodec_parameters_from_context(stream->codecpar, codec.get()));
    stream->time_base = codec->time_base;
  }

  void send(AVFormatContext* output, const AVFrame* frame) const {
    require(avcodec_send_frame(codec.get(), frame));
    const libav::Packet packet = libav::make_packet();
    while (avcodec_receive_packet(codec.get(), packet.get()) >= 0) {
      packet->stream_index = stream->index;
      av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
      require(av_interleaved_write_frame(output, packet.get()));
    }
  }

  void encode(AVFormatContext* output, const std::vector<float>& sound) const {
    const int channels = codec->ch_layout.nb_channels;
    const auto samples = static_cast<std::int64_t>(sound.size()) / channels;
    for (std::int64_t begin = 0; begin < samples; begin += codec->frame_size) {
      const libav::Frame frame = libav::make_frame();
      frame->format = codec->sample_fmt;
      frame->sample_rate = codec->sample_rate;
      frame->nb_samples =
          static_cast<int>(std::min<std::int64_t>(codec->frame_size, samples - begin));
      require(av_channel_layout_copy(&frame->ch_layout, &codec->ch_layout));
      require(av_frame_get_buffer(frame.get(), 0));
      for (int c = 0; c < channels; ++c) {
        std::copy_n(sound.begin() + c * samples + begin, frame->nb_samples,
                    reinterpret_cast<float*>(frame->extended_data[c]));
      }
      frame->pts = begin;
      send(output, frame.get());
    }
    send(output, nullptr);
  }
};

void put(std::ofstream& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.put(static_cast<char>(value >> (8 * i) & 255U));
}

}  // namespace

std::vector<float> made_sound(int channels, int samples, int sample_rate) {
  std::vector<float> sound;
  for (int c = 0; c < channels; ++c) {
    for (int i = 0; i < samples; ++i) {
      const double seconds = static_cast<double>(i) / sample_rate;
      const double wave = std::sin(2 * std::numbers::pi * (220.0 * (c + 1)) * seconds);
      const double swell = std::sin(2 * std::numbers::pi * 3.0 * seconds);
      sound.push_back(static_cast<float>(0.5 / (c + 1) * wave * (0.6 + 0.4 * swell)));
    }
  }
  return sound;
}

void write_wav(const std::filesystem::path& file, const std::vector<float>& sound, int channels,
               int sample_rate) {
  const auto samples = sound.size() / static_cast<std::size_t>(channels);
  const auto bytes = static_cast<std::uint32_t>(2 * sound.size());
  const auto count = static_cast<std::uint32_t>(channels);
  const auto rate = static_cast<std::uint32_t>(sample_rate);
  std::ofstream out(file, std::ios::binary);
  out << "RIFF";
  put(out, 36 + bytes, 4);
  out << "WAVEfmt ";
  put(out, 16, 4);
  put(out, 1, 2);  // PCM
  put(out, count, 2);
  put(out, rate, 4);
  put(out, rate * count * 2, 4);
  put(out, count * 2, 2);
  put(out, 16, 2);
  out << "data";
  put(out, bytes, 4);
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t c = 0; c < count; ++c) {
      const auto level = static_cast<int>(std::lround(sound[c * samples + i] * 32768.0F));
      put(out, static_cast<std::uint32_t>(level), 2);
    }
  }
}

void write_aac(const std::filesystem::path& file, const std::vector<std::vector<float>>& sounds,
               int channels, int sample_rate) {
  AVFormatContext* made = nullptr;
  require(avformat_alloc_output_context2(&made, nullptr, "mp4", nullptr));
  const libav::Output output(made);
  std::vector<Encoder> encoders;
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    encoders.emplace_back(made, channels, sample_rate);
  }
  require(avio_open(&made->pb, ("file:" + file.string()).c_str(), AVIO_FLAG_WRITE));
  require(avformat_write_header(made, nullptr));
  for (std::size_t i = 0; i < sounds.size(); ++i) encoders[i].encode(made, sounds[i]);
  require(av_write_trailer(made));
}

}  // namespace asbench::testing
