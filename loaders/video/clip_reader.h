#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/image.h"
#include "core/picture_statistics.h"
#include "loaders/shot_source.h"
#include "loaders/video/frame_rules.h"
#include "loaders/video/stream_facts.h"

namespace asbench::loaders {

/// A shot that can't be used: it counts as missing (docs/design/metrics.md 9.1).
class BrokenVideo : public BadInput {
 public:
  /// @param kind  finding that it becomes: `broken_video`; `damaged_video` when FFmpeg notices
  /// errors
  ///              in the data; `bad_cuts` for a range that the video doesn't have
  BrokenVideo(const std::filesystem::path& file, const std::string& cause,
              std::string kind = "broken_video");
  [[nodiscard]] const std::string& cause() const { return cause_; }
  [[nodiscard]] const std::string& kind() const { return kind_; }

 private:
  std::string cause_;
  std::string kind_;
};

/// One shot after its only decode.
struct DecodedClip {
  int frame_count = 0;      ///< frames that decode, > 0; never what the container says
  int declared_frames = 0;  ///< what the container says; equal to frame_count for ranges, folders
  int begin_frame = 0;      ///< of a range or part: its first frame in the video
  double fps = 0.0;         ///< frames per second; 0 when unknown (folders)
  int width = 0;
  int height = 0;
  StreamFacts facts;                          ///< colours, orientation, alpha, choice of stream
  std::vector<std::vector<int>> indices;      ///< frame_indices() of each rule, in the rules' order
  std::map<int, Image> frames;                ///< RGB [height, width, 3], the union of the indices
  std::optional<PictureStatistics> pictures;  ///< of every frame, where DecodeOptions asks for it
};

/// Gets every frame of the shots of one decode, one after the other: nobody has to keep them, so
/// memory does not grow with the length of a shot.
class FrameReceiver {
 public:
  virtual ~FrameReceiver() = default;
  /// A pass begins. A file may be read again: what came in an earlier pass is then void.
  virtual void begin() = 0;
  /// Frames of a shot come in order, from 0; those of several that lie in one video side by side.
  /// Whether the shot is sound is only known when the decode has ended.
  /// @param shot  its place among the sources @param frame  of the shot @param rgb  [H, W, 3]
  virtual void take(std::size_t shot, int frame, const Image& rgb) = 0;
};

struct DecodeOptions {
  /// Threads of FFmpeg's decoder, for streams whose frames consist of parts; H.264 always has one.
  /// One is best for many clips, which are decoded side by side. The outcome is the same for any
  /// number.
  int threads = 1;
  bool pictures = false;              ///< measure every frame: DecodedClip::pictures
  FrameReceiver* receiver = nullptr;  ///< of every frame; not owned
};

/// Decodes a shot forwards, once, and keeps the frames that the rules select, in one pass when the
/// container's frame count is right, else in two. Every other frame is decoded but not converted.
///
/// Frame folders: 8-bit PNG, JPEG or WebP of one size. Videos: the first stream that is marked as
/// default, else the first; sound and cover pictures are ignored. Matrix and range as tagged, bt601
/// limited where not (frame_picture.h, Note [Colour]); the display matrix is applied; the sample
/// aspect ratio and transfer functions are not. Alpha is composited on black in both. The outcome
/// is the same for any number of threads, and frames are the same for any set of rules beside the
/// one that asks.
/// @throws BrokenVideo: not there, empty, no video, truncated (container_check.h), damaged (FFmpeg
///   notices an error: demuxed_stream.h, Note [Strict reading]), no frame decodes, an impossible
///   size (a side above 16384, more than 2^28 pixels), frames of different sizes, a range beyond
///   the end, a part without a frame. A range before the first damage is sound. SystemFault, which
///   must not become a broken shot: the file can't be opened or read (permission, disk, open
///   files), no memory or thread. Nothing else. Thread-safe.
[[nodiscard]] DecodedClip decode_clip(const ShotSource& source, std::span<const FrameRule> rules,
                                      const DecodeOptions& options = {});

using DecodeOutcome = std::variant<DecodedClip, BrokenVideo>;

/// The same for several ranges or parts of ONE video in one pass over it, which decode_clip can't
/// do. Every source must be cut (is_cut()) from one path. Equal parts are those of the frames that
/// decode: where the container declares another number, a second pass is made; a video that is
/// damaged anywhere has no parts. Shots between detected cuts need a pass of their own to find
/// these; a video with fewer than they need has none of them (`bad_cuts`). @returns one outcome for
/// each, in their order.
[[nodiscard]] std::vector<DecodeOutcome> decode_ranges(std::span<const ShotSource> sources,
                                                       std::span<const FrameRule> rules,
                                                       const DecodeOptions& options = {});

/// Decoders and their versions, "avcodec-59.37.100/swscale-6.7.100/opencv-4.6.0": part of store
/// keys and provenance, because another decoder may give other pixels.
[[nodiscard]] const std::string& decoder_name();

/// SHA-256 of what decode_clip would read: the file's bytes; for a folder the SHA-256 of its
/// pictures' hashes in frame order; for a range or part of the file's hash and the range or part.
/// Names don't matter. @throws BrokenVideo for what container_defect() names; SystemFault when it
/// can't be read.
[[nodiscard]] std::string content_sha256(const ShotSource& source);

/// XXH3 of a picture's size and pixels.
[[nodiscard]] std::string frame_digest(const Image& frame);
/// XXH3 of frame count and some of the kept frames: equal for shots with the same decoded frames.
[[nodiscard]] std::string clip_digest(const DecodedClip& clip, std::span<const int> frames);
/// Of all kept frames.
[[nodiscard]] std::string clip_digest(const DecodedClip& clip);

/// Silences OpenCV and FFmpeg on stderr for the whole process; FFmpeg's errors are reported as
/// BrokenVideo. Called by everything here; a program with threads calls it once before it starts
/// them (it sets an environment variable, unless the user has set it: OPENCV_FFMPEG_LOGLEVEL).
void silence_decoders();

}  // namespace asbench::loaders
