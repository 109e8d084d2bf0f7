#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/files.h"
#include "loaders/video/damage_log.h"
#include "loaders/video/libav.h"
#include "loaders/video/stream_facts.h"

namespace asbench::loaders {

/// Before a clip is called broken. @throws SystemFault when FFmpeg lacked memory.
void throw_if_no_memory(const ErrorLog& errors, const std::filesystem::path& path);

/// Words for what a call of FFmpeg has returned, when memory was not short.
[[nodiscard]] std::string failure_text(int error);

/// The bytes of a file as FFmpeg's demuxers read them. No name and no protocol reaches FFmpeg, so a
/// file called "concat:a|b" or "a%03d.png" is that file.
class FileBytes {
 public:
  explicit FileBytes(const std::filesystem::path& path);
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  [[nodiscard]] AVIOContext* context() { return context_.get(); }
  [[nodiscard]] std::uint64_t size() const { return file_.size(); }
  /// Throws what the system said when FFmpeg last asked for bytes, if it said no: FFmpeg itself
  /// would take it for the end of the file. @throws SystemFault.
  void rethrow_fault() const;

 private:
  struct FreeContext {
    void operator()(AVIOContext* context) const noexcept;
  };
  static int read(void* self, std::uint8_t* buffer, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);

  InputFile file_;
  std::uint64_t position_ = 0;
  std::exception_ptr fault_;
  std::unique_ptr<AVIOContext, FreeContext> context_;
};

/// One video stream of a file, packet by packet, without its container. One thread at a time.
///
/// Which stream: cover pictures and thumbnails are no videos. Of several videos the first that is
/// marked as default, else the first.
///
/// Note [Strict reading]
/// Demuxer and decoder run as under `ffmpeg -err_detect explode`: they report damage that they
/// would else hide. Sound streams come out the same. An error while the container is opened, or a
/// message about it, is damage; messages of decoders during that look ahead are not kept, because
/// the same packets are decoded again.
class DemuxedStream {
 public:
  /// @throws BrokenVideo, kind `damaged_video` when FFmpeg opens the file only if it may overlook
  ///   errors; SystemFault.
  DemuxedStream(const std::filesystem::path& path, ErrorLog& errors);

  [[nodiscard]] const AVStream& stream() const { return *stream_; }
  [[nodiscard]] const AVCodec& codec() const { return *codec_; }
  /// Frames that the container promises: counted, or computed from its duration; 0 when unknown.
  [[nodiscard]] int declared_frames() const;
  [[nodiscard]] double fps() const;  ///< 0 when unknown
  /// `stream`, `video_streams`, sample aspect ratio and an alpha channel that can't be decoded.
  void describe(StreamFacts& facts) const;
  /// Why the container itself is damaged, if a message said so when it was opened.
  [[nodiscard]] const std::optional<std::string>& damage_at_opening() const { return at_opening_; }

  /// The next packet of the stream. @returns false at the end. What is wrong with the container
  /// there is put into `defect`. @throws SystemFault.
  [[nodiscard]] bool read(AVPacket& packet, std::optional<std::string>& defect);

 private:
  void open(bool strict);
  void choose_stream();
  void require_whole_samples() const;

  std::filesystem::path path_;
  ErrorLog& errors_;
  std::unique_ptr<FileBytes> bytes_;
  libav::Input input_;
  AVStream* stream_ = nullptr;
  const AVCodec* codec_ = nullptr;
  int video_streams_ = 0;
  bool alpha_undecoded_ = false;
  std::optional<std::string> at_opening_;
};

}  // namespace asbench::loaders
