#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

/// Owners of FFmpeg's structs, so that nothing leaks on an exception. Included by .cpp files of
/// loaders/video only: FFmpeg's headers stay out of the rest of the program.
namespace asbench::loaders::libav {

/// Calls one of FFmpeg's `void f(T**)` functions.
template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* pointer) const noexcept {
    kFree(&pointer);
  }
};

struct FreeScaler {
  void operator()(SwsContext* scaler) const noexcept { sws_freeContext(scaler); }
};

/// Closes an output's file, if it has one, before it frees the context.
struct FreeOutput {
  void operator()(AVFormatContext* format) const noexcept {
    if (format->oformat != nullptr && (format->oformat->flags & AVFMT_NOFILE) == 0) {
      avio_closep(&format->pb);
    }
    avformat_free_context(format);
  }
};

using Input = std::unique_ptr<AVFormatContext, Free<avformat_close_input>>;
using Output = std::unique_ptr<AVFormatContext, FreeOutput>;
using Codec = std::unique_ptr<AVCodecContext, Free<avcodec_free_context>>;
using Frame = std::unique_ptr<AVFrame, Free<av_frame_free>>;
using Packet = std::unique_ptr<AVPacket, Free<av_packet_free>>;
using Scaler = std::unique_ptr<SwsContext, FreeScaler>;
using Resampler = std::unique_ptr<SwrContext, Free<swr_free>>;

/// An empty frame or packet. @throws std::bad_alloc.
[[nodiscard]] Frame make_frame();
[[nodiscard]] Packet make_packet();

/// FFmpeg's own words for an error code: "Invalid data found when processing input".
[[nodiscard]] std::string error_text(int code);

/// Options for FFmpeg's `open` calls, freed with the object. What a call did not take stays in it.
class Options {
 public:
  Options() = default;
  ~Options() { av_dict_free(&options_); }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  /// @throws std::bad_alloc.
  void set(const char* name, const char* value);
  [[nodiscard]] AVDictionary** get() { return &options_; }

 private:
  AVDictionary* options_ = nullptr;
};

}  // namespace asbench::loaders::libav
