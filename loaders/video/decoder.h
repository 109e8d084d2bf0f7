#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/image.h"
#include "core/luma_picture.h"
#include "core/picture_statistics.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/damage_log.h"
#include "loaders/video/stream_facts.h"

// One forward pass over a video file, behind decode_clip(). Not for other modules.
namespace asbench::loaders {

/// Largest picture that is taken for one: beyond it, a header is damaged or hostile.
inline constexpr int kMaxSide = 16384;
inline constexpr long kMaxPixels = 1L << 28;

/// The cause when a width and height are absurd, else nothing.
[[nodiscard]] std::optional<std::string> size_defect(long width, long height);

/// What to keep of a pass: frames by index from the video's start.
struct Wanted {
  std::vector<int> frames;                  ///< ascending, unique
  std::vector<std::pair<int, int>> ranges;  ///< half-open; every frame in them
  /// Half-open ranges of frames to measure as pictures; they may overlap.
  std::vector<std::pair<int, int>> measured = {};
  /// Gets every frame of the half-open ranges, whose places are the shots'; may be null.
  FrameReceiver* receiver = nullptr;
  std::vector<std::pair<int, int>> received = {};
  int stop_after = -1;  ///< frames after which the rest of the video may stay undecoded; -1: none
  /// Takes each frame of `frames` and `ranges` as it comes, which is then not kept.
  std::function<void(int index, Image frame)> take_frame = {};
  /// Takes the brightness (FrameLuma) of the frames of `bright`, half-open ranges.
  std::function<void(int index, const LumaPicture& luma)> take_luma = {};
  std::vector<std::pair<int, int>> bright = {};
};

struct Pass {
  int decoded = 0;              ///< frames decoded: all of them, or Wanted::stop_after
  std::map<int, Image> frames;  ///< none from the first damage on
  std::optional<Damage> damage;
  /// Of the stream and its first frame; alpha is in transparent_frames.
  StreamFacts facts;
  /// Of Wanted::measured, in its order; without meaning where damage() lies before a range's end.
  std::vector<std::optional<PictureStatistics>> measured;
  std::vector<int> transparent_frames;  ///< ascending; those with a pixel that is not opaque
  /// Shortest and longest time from one frame to the next, in units of the stream; 0: unknown.
  std::int64_t shortest_step = 0, longest_step = 0;

  /// Whether the frame rate varies: the longest step is more than half as long again as the
  /// shortest. Time stamps in milliseconds alone don't make it so, up to 240 frames per second.
  [[nodiscard]] bool has_variable_rate() const {
    return shortest_step > 0 && 2 * longest_step > 3 * shortest_step;
  }
  /// What is damaged for someone who needs frames before `end`; nothing when they are sound.
  [[nodiscard]] const Damage* damage_before(int end) const;
  /// `facts` for frames [begin, end).
  [[nodiscard]] StreamFacts facts_of(int begin, int end) const;
};

/// A video file opened with FFmpeg's libraries. Move-only owner; one thread at a time.
class VideoDecoder {
 public:
  /// @throws BrokenVideo when the file is no whole video or has an absurd size; SystemFault.
  VideoDecoder(const std::filesystem::path& file, const DecodeOptions& options);
  ~VideoDecoder();
  VideoDecoder(VideoDecoder&&) noexcept;
  VideoDecoder& operator=(VideoDecoder&&) noexcept;

  [[nodiscard]] int declared_frames() const;  ///< 0 when unknown
  [[nodiscard]] double fps() const;           ///< 0 when unknown

  /// Decodes from the first frame to the last; only once for an open file.
  /// @throws BrokenVideo when frames differ in size, or kept ones can't be converted; SystemFault.
  [[nodiscard]] Pass run(const Wanted& wanted);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a damaged video becomes for those who need the damaged part.
[[nodiscard]] BrokenVideo damaged(const std::filesystem::path& file, const Damage& damage);

/// Pictures of a frame folder in frame order. @throws BrokenVideo when it can't be listed or has
/// none.
[[nodiscard]] std::vector<std::filesystem::path> list_frames(const std::filesystem::path& folder);

/// decode_clip() for a frame folder.
[[nodiscard]] DecodedClip decode_folder(const std::filesystem::path& folder,
                                        std::span<const FrameRule> rules,
                                        const DecodeOptions& options = {});

/// frame_indices() of each rule, and their union.
[[nodiscard]] std::vector<std::vector<int>> indices_of(std::span<const FrameRule> rules, int n);
[[nodiscard]] std::vector<int> union_of(std::span<const std::vector<int>> indices);

}  // namespace asbench::loaders
