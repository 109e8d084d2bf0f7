#include "tests/cli/planted/clip_files.h"

extern "C" {
#include <libavcodec/bsf.h>
}

#include <fmt/format.h>

#include <cmath>
#include <memory>
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

using Filter = std::unique_ptr<AVBSFContext, libav::Free<av_bsf_free>>;

/// Transport streams and AVI hold H.264 with start codes, MP4 and Matroska with lengths.
const char* packet_form(const fs::path& to, AVCodecID codec) {
  const bool start_codes = to.extension() == ".ts" || to.extension() == ".avi";
  return start_codes && codec == AV_CODEC_ID_H264 ? "h264_mp4toannexb" : "null";
}

/// One stream of an existing file, on its way into another.
class CopiedStream {
 public:
  CopiedStream(const fs::path& from, AVMediaType type, const fs::path& to, AVFormatContext& output)
      : file_(to) {
    AVFormatContext* input = nullptr;
    checked(avformat_open_input(&input, from.c_str(), nullptr, nullptr), from);
    input_.reset(input);
    checked(avformat_find_stream_info(input, nullptr), from);
    index_ = checked(av_find_best_stream(input, type, -1, -1, nullptr, 0), from);
    const AVStream& source = *input->streams[index_];
    AVBSFContext* filter = nullptr;
    const char* form = packet_form(to, source.codecpar->codec_id);
    checked(av_bsf_alloc(av_bsf_get_by_name(form), &filter), from);
    filter_.reset(filter);
    checked(avcodec_parameters_copy(filter->par_in, source.codecpar), from);
    filter->time_base_in = source.time_base;
    checked(av_bsf_init(filter), from);
    stream_ = avformat_new_stream(&output, nullptr);
    checked(avcodec_parameters_copy(stream_->codecpar, filter->par_out), from);
    stream_->codecpar->codec_tag = 0;  // the new container has its own
    stream_->time_base = source.time_base;
    stream_->avg_frame_rate = source.avg_frame_rate;
  }

  void copy(AVFormatContext& output) const {
    const libav::Packet packet = libav::make_packet();
    while (av_read_frame(input_.get(), packet.get()) >= 0) {
      if (packet->stream_index == index_)
        pass(packet.get(), output);
      else
        av_packet_unref(packet.get());
    }
    pass(nullptr, output);
  }

 private:
  void pass(AVPacket* read, AVFormatContext& output) const {
    checked(av_bsf_send_packet(filter_.get(), read), file_);
    const libav::Packet packet = libav::make_packet();
    while (av_bsf_receive_packet(filter_.get(), packet.get()) >= 0) {
      packet->stream_index = stream_->index;
      packet->pos = -1;
      av_packet_rescale_ts(packet.get(), filter_->time_base_out, stream_->time_base);
      checked(av_interleaved_write_frame(&output, packet.get()), file_);
    }
  }

  fs::path file_;  ///< the output's, for messages
  libav::Input input_;
  Filter filter_;
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
  streams.emplace_back(from, AVMEDIA_TYPE_VIDEO, to, *made);
  const fs::path sound_file = to.string() + ".m4a";
  if (packaging.sound != nullptr) {
    const Sound& sound = *packaging.sound;
    const int samples = static_cast<int>(std::lround(sound.seconds * sound.sample_rate));
    write_aac(sound_file, {made_sound(sound.channels, samples, sound.sample_rate)}, sound.channels,
              sound.sample_rate);
    streams.emplace_back(sound_file, AVMEDIA_TYPE_AUDIO, to, *made);
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
