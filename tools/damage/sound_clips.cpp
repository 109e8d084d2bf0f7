#include "tools/damage/sound_clips.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/stats.h"
#include "loaders/video/libav.h"
#include "tests/support/video_maker.h"

namespace asbench::damage {
namespace {

namespace fs = std::filesystem;
namespace libav = loaders::libav;

constexpr int kFrames = 24;
constexpr int kFramesPerSecond = 8;

struct Recipe {
  const char* codec;
  const char* encoder;
  const char* ending;
  std::vector<std::pair<const char*, const char*>> settings;
};

/// One thread each, so that a machine makes the same clips again. x265 below 4.0 writes past its
/// memory at small sizes when it uses assembly.
const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all = {
      {"h264", "libx264", ".mp4", {{"crf", "20"}, {"x264-params", "mbtree=0:keyint=12"}}},
      {"hevc",
       "libx265",
       ".mp4",
       {{"crf", "22"},
        {"x265-params", "log-level=none:info=0:pools=none:frame-threads=1:asm=0:keyint=12"}}},
      {"vp9", "libvpx-vp9", ".webm", {{"crf", "28"}, {"b", "0"}, {"g", "12"}, {"cpu-used", "4"}}},
  };
  return all;
}

void check(int code, const fs::path& file) {
  if (code < 0) {
    throw BadInput(fmt::format("{}: can't be made: {}", file.string(), libav::error_text(code)));
  }
}

/// The walking square of the tests with noise over a third of it: something to code in each frame.
Image picture_of(const testing::VideoSpec& spec, int index) {
  Image picture = testing::made_frame(spec, index);
  SplitMix64 random(spec.seed * 1000 + static_cast<std::uint64_t>(index));
  for (int y = 0; y < picture.height / 3; ++y) {
    for (std::size_t i = 0; i < picture.row_bytes(); ++i) {
      picture.row(y)[i] = static_cast<std::uint8_t>(picture.row(y)[i] ^ random.below(32));
    }
  }
  return picture;
}

class Maker {
 public:
  Maker(const Recipe& recipe, const testing::VideoSpec& spec, const fs::path& file)
      : file_(file), spec_(spec) {
    AVFormatContext* output = nullptr;
    check(avformat_alloc_output_context2(&output, nullptr, nullptr, file.c_str()), file);
    output_.reset(output);
    output_->flags |= AVFMT_FLAG_BITEXACT;
    const AVCodec* encoder = avcodec_find_encoder_by_name(recipe.encoder);
    if (encoder == nullptr) {
      throw BadInput(fmt::format("{}: this FFmpeg has no {}", file.string(), recipe.encoder));
    }
    codec_.reset(avcodec_alloc_context3(encoder));
    codec_->width = spec.width;
    codec_->height = spec.height;
    codec_->pix_fmt = AV_PIX_FMT_YUV420P;
    codec_->framerate = {kFramesPerSecond, 1};
    codec_->time_base = {1, kFramesPerSecond};
    codec_->thread_count = 1;
    codec_->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
    codec_->log_level_offset = 100;  // nothing is printed
    libav::Options options;
    for (const auto& [name, value] : recipe.settings) options.set(name, value);
    check(avcodec_open2(codec_.get(), encoder, options.get()), file);
    stream_ = avformat_new_stream(output, nullptr);
    check(avcodec_parameters_from_context(stream_->codecpar, codec_.get()), file);
    stream_->time_base = codec_->time_base;
    check(avio_open(&output_->pb, ("file:" + file.string()).c_str(), AVIO_FLAG_WRITE), file);
    check(avformat_write_header(output_.get(), nullptr), file);
  }

  void make() {
    const libav::Scaler scaler(sws_getContext(spec_.width, spec_.height, AV_PIX_FMT_RGB24,
                                              spec_.width, spec_.height, AV_PIX_FMT_YUV420P,
                                              SWS_BICUBIC, nullptr, nullptr, nullptr));
    for (int i = 0; i < kFrames; ++i) {
      Image picture = picture_of(spec_, i);
      const auto stride = static_cast<int>(picture.row_bytes());
      picture.bytes.resize(picture.bytes.size() + 64);  // swscale reads past the end
      const libav::Frame frame = libav::make_frame();
      frame->format = AV_PIX_FMT_YUV420P;
      frame->width = spec_.width;
      frame->height = spec_.height;
      check(av_frame_get_buffer(frame.get(), 0), file_);
      const std::uint8_t* rows[] = {picture.bytes.data()};
      check(sws_scale(scaler.get(), rows, &stride, 0, spec_.height, frame->data, frame->linesize),
            file_);
      frame->pts = i;
      send(frame.get());
    }
    send(nullptr);
    check(av_write_trailer(output_.get()), file_);
  }

 private:
  void send(const AVFrame* frame) {
    check(avcodec_send_frame(codec_.get(), frame), file_);
    const libav::Packet packet = libav::make_packet();
    while (avcodec_receive_packet(codec_.get(), packet.get()) >= 0) {
      packet->duration = 1;
      packet->stream_index = stream_->index;
      av_packet_rescale_ts(packet.get(), codec_->time_base, stream_->time_base);
      check(av_interleaved_write_frame(output_.get(), packet.get()), file_);
    }
  }

  fs::path file_;
  testing::VideoSpec spec_;
  libav::Output output_;
  libav::Codec codec_;
  AVStream* stream_ = nullptr;
};

}  // namespace

std::vector<SoundClip> make_sound_clips(const fs::path& folder) {
  std::vector<SoundClip> clips;
  for (const auto& [width, height] : {std::pair{96, 64}, {128, 96}, {160, 96}}) {
    for (const Recipe& recipe : recipes()) {
      const fs::path file =
          folder / fmt::format("sound_{}_{}x{}{}", recipe.codec, width, height, recipe.ending);
      Maker(recipe,
            {.frames = kFrames,
             .width = width,
             .height = height,
             .fps = kFramesPerSecond,
             .seed = static_cast<std::uint64_t>(width)},
            file)
          .make();
      clips.push_back({recipe.codec, file});
    }
  }
  return clips;
}

}  // namespace asbench::damage
