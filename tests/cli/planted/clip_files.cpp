#include "tests/cli/planted/clip_files.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "loaders/shot_source.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/clip_writer.h"
#include "loaders/video/frame_rules.h"
#include "loaders/video/libav.h"
#include "tests/loaders/clip_encoder.h"
#include "tests/loaders/sound_samples.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
namespace libav = loaders::libav;

int checked(int code, const fs::path& file) {
  if (code < 0) throw std::runtime_error(file.string() + ": " + libav::error_text(code));
  return code;
}

/// One stream of an existing file, on its way into another.
class CopiedStream {
 public:
  CopiedStream(const fs::path& file, AVMediaType type, AVFormatContext& output) : file_(file) {
    AVFormatContext* input = nullptr;
    checked(avformat_open_input(&input, file.c_str(), nullptr, nullptr), file);
    input_.reset(input);
    checked(avformat_find_stream_info(input, nullptr), file);
    index_ = checked(av_find_best_stream(input, type, -1, -1, nullptr, 0), file);
    const AVStream& source = *input->streams[index_];
    stream_ = avformat_new_stream(&output, nullptr);
    checked(avcodec_parameters_copy(stream_->codecpar, source.codecpar), file);
    stream_->codecpar->codec_tag = 0;  // the new container has its own
    stream_->time_base = source.time_base;
    stream_->avg_frame_rate = source.avg_frame_rate;
  }

  void copy(AVFormatContext& output) const {
    const libav::Packet packet = libav::make_packet();
    while (av_read_frame(input_.get(), packet.get()) >= 0) {
      if (packet->stream_index != index_) {
        av_packet_unref(packet.get());
        continue;
      }
      packet->stream_index = stream_->index;
      packet->pos = -1;
      av_packet_rescale_ts(packet.get(), input_->streams[index_]->time_base, stream_->time_base);
      checked(av_interleaved_write_frame(&output, packet.get()), file_);
    }
  }

 private:
  fs::path file_;
  libav::Input input_;
  int index_ = 0;
  AVStream* stream_ = nullptr;  ///< of the output
};

void make_parent(const fs::path& file) {
  fs::create_directories(file.parent_path());
}

}  // namespace

Clip read_clip(const fs::path& file) {
  const std::vector<loaders::FrameRule> rules{loaders::parse_frame_rule("all")};
  auto decoded =
      loaders::decode_clip({.kind = loaders::ShotSource::Kind::video_file, .path = file}, rules);
  Clip clip;
  clip.fps = decoded.fps;
  for (auto& [index, frame] : decoded.frames) clip.frames.push_back(std::move(frame));
  return clip;
}

void write_clip_as_drawn(const fs::path& file, const Clip& clip) {
  const Image& first = clip.frames.front();
  loaders::ClipWriter writer(file, first.width, first.height, clip.fps);
  for (const Image& frame : clip.frames) writer.write(frame);
  writer.finish();
}

void write_clip_compressed(const fs::path& file, const Clip& clip, const Compression& compression) {
  make_parent(file);
  EncodedStream stream;
  stream.width = clip.frames.front().width;
  stream.height = clip.frames.front().height;
  stream.frames = static_cast<int>(clip.frames.size());
  stream.pictures = clip.frames;
  stream.rate = {static_cast<int>(std::lround(clip.fps)), 1};
  stream.options =
      fmt::format("threads=1:crf={}:preset={}", compression.rate_factor, compression.preset);
  write_clip(file, {stream});
}

void package_clip(const fs::path& from, const fs::path& to, const Packaging& packaging) {
  make_parent(to);
  AVFormatContext* made = nullptr;
  checked(avformat_alloc_output_context2(&made, nullptr, nullptr, to.c_str()), to);
  const libav::Output output(made);
  std::vector<CopiedStream> streams;
  streams.reserve(2);
  streams.emplace_back(from, AVMEDIA_TYPE_VIDEO, *made);
  const fs::path sound_file = to.string() + ".m4a";
  if (packaging.sound != nullptr) {
    const Sound& sound = *packaging.sound;
    const int samples = static_cast<int>(std::lround(sound.seconds * sound.sample_rate));
    write_aac(sound_file, {made_sound(sound.channels, samples, sound.sample_rate)}, sound.channels,
              sound.sample_rate);
    streams.emplace_back(sound_file, AVMEDIA_TYPE_AUDIO, *made);
  }
  for (const auto& [key, value] : packaging.metadata)
    checked(av_dict_set(&made->metadata, key.c_str(), value.c_str(), 0), to);
  checked(avio_open(&made->pb, to.c_str(), AVIO_FLAG_WRITE), to);
  checked(avformat_write_header(made, nullptr), to);
  for (const auto& stream : streams) stream.copy(*made);
  checked(av_write_trailer(made), to);
  fs::remove(sound_file);
}

}  // namespace asbench::testing
