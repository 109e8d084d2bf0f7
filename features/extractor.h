#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "core/progress.h"
#include "features/encoder_use.h"
#include "features/feature_matrix.h"
#include "features/store.h"
#include "loaders/shot_source.h"
#include "loaders/video/frame_rules.h"

namespace asbench::features {

/// Gets every sampled frame once, from the one decode pass (thumbnails for reports). Called from
/// decode threads, possibly several at a time for different clips.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// False when the sink already has this clip's frames; they are then not decoded for its sake.
  virtual bool wants(const std::string& content_sha256, std::span<const int> frames) = 0;
  virtual void take(const std::string& content_sha256, int frame, const Image& rgb) = 0;
};

/// What one run needs, as plain values. Clips may repeat; equal content is computed once.
struct ExtractionPlan {
  std::vector<EncoderUse> encoders;
  loaders::FrameRule frame_rule;
  std::vector<loaders::ShotSource> clips;
  /// Encoded as `clips` are, but not handed to the sink: real animation for comparison. Indexed
  /// behind them.
  std::vector<loaders::ShotSource> ceiling_clips;
  std::vector<std::filesystem::path> references;
  std::string background =
      "black";                ///< behind transparent references: black, white, gray, mean, keep
  std::string mirrored_role;  ///< this role's encoder gets the references mirrored left-right too;
                              ///< empty: none
  bool pixels = true;  ///< cells and motion of the sampled frames (controls that need no encoder)
  std::vector<std::string> captions;
  /// A video network that gives each clip, and each of `reference_clips`, one feature of the frames
  /// that `clip_rule` takes.
  std::optional<ClipEncoderUse> clip_encoder;
  loaders::FrameRule clip_rule{loaders::FrameRule::Kind::window, 16};
  std::vector<loaders::ShotSource>
      reference_clips;  ///< the real side of distribution metrics: no other encoder sees them
};

struct ExtractionSettings {
  int threads = 0;  ///< of the encoders; 0: all cores
  int batch = 0;  ///< images a batch; 0: the fastest of a few, tried on the run's own first batches
                  ///< and remembered in the store
  int decode_threads = 1;  ///< decode and preprocess ahead of the encoders
  std::string device = "cpu";
  Progress::Style progress = Progress::Style::automatic;
  FrameSink* sink = nullptr;
};

/// What became of one clip of the plan.
struct ClipOutcome {
  struct Broken {
    std::string kind;  ///< finding that it becomes: broken_video, bad_cuts
    std::string cause;
  };
  std::optional<Broken> broken;  ///< why the clip can't be used; nothing else is filled then
  std::string content_sha256;
  int frame_count = 0;      ///< frames that decode
  int declared_frames = 0;  ///< what the container says
  double fps = 0.0;
  int width = 0;
  int height = 0;
  std::vector<int>
      indices;  ///< sampled frames under the plan's rule, repeats included (frame_count < k)
  std::string
      sample_digest;  ///< equal for two clips when their sampled frames are equal byte by byte
  std::vector<int>
      window;  ///< frames that the video network gets; empty: the clip is too short for it
};

/// What was done and how long it took; goes into provenance. Seconds of a stage are summed over its
/// threads.
struct ExtractionStatistics {
  std::int64_t clips = 0;
  std::int64_t clips_decoded = 0;
  std::int64_t images_encoded = 0;
  std::int64_t captions_encoded = 0;
  std::int64_t clips_encoded = 0;          ///< by the video network
  std::map<std::string, int> batch_sizes;  ///< by role
  std::string products;  ///< whose matrix products computed the features: ProductKernels::name, or
                         ///< the GPU's; "" when none was computed
  std::map<std::string, std::string> libraries;  ///< name -> version, of what computes the features
  std::string decoder;                           ///< reads clips; part of every clip's key
  std::string device;                            ///< what --device came to: "cpu", "cuda:0 (name)"
  int threads = 0;                               ///< of the encoders
  double hash_seconds = 0.0;
  double decode_seconds = 0.0;
  double preprocess_seconds = 0.0;
  double load_seconds = 0.0;
  double encode_seconds = 0.0;  ///< pictures
  double encode_flops = 0.0;    ///< of the pictures' matrix products
  double encode_text_seconds = 0.0;
  double encode_clip_seconds = 0.0;
  double wait_seconds = 0.0;  ///< the encoders waited for decoded frames
  double total_seconds = 0.0;
};

/// Cells and motion of a clip's sampled frames (core/thumbnail.h).
struct PixelMatrix {
  FeatureMatrix cells;  ///< [k, cells], values 0..255
  std::vector<float>
      motion;  ///< [k - 1], mean absolute thumbnail difference of neighbouring sampled frames, 0..1
};

/// The features of a plan, all in the store; read from there on demand, so that memory does not
/// grow with the number of clips. @throws BadInput when an entry vanished or was damaged meanwhile
/// (run again: it is computed anew).
class Extraction {
 public:
  struct State;
  explicit Extraction(std::unique_ptr<State> state);
  ~Extraction();
  Extraction(Extraction&&) noexcept;
  Extraction& operator=(Extraction&&) noexcept;

  /// Clips have the indices of the plan's `clips`, then come its `ceiling_clips`.
  [[nodiscard]] const ClipOutcome& clip(std::size_t index) const;
  /// [k, D]: a row a sampled frame, repeats included. The clip must not be broken.
  [[nodiscard]] FeatureMatrix clip_features(std::size_t clip, std::size_t encoder) const;
  [[nodiscard]] PixelMatrix clip_pixels(std::size_t clip) const;
  /// [1, D]
  [[nodiscard]] FeatureMatrix reference_features(std::size_t reference, std::size_t encoder,
                                                 bool mirrored = false) const;
  /// [1, cells] of the letterboxed reference (core/thumbnail.h).
  [[nodiscard]] FeatureMatrix reference_cells(std::size_t reference) const;
  /// [1, D] of the plan's caption under the encoder that has `text`.
  [[nodiscard]] FeatureMatrix caption_features(std::size_t caption) const;
  [[nodiscard]] bool caption_truncated(std::size_t caption) const;
  /// [1, D] of a clip under the plan's video network; its `window` must not be empty.
  [[nodiscard]] FeatureMatrix video_features(std::size_t clip) const;
  [[nodiscard]] const ClipOutcome& reference_clip(std::size_t index) const;
  [[nodiscard]] FeatureMatrix reference_clip_features(std::size_t index) const;
  [[nodiscard]] const ExtractionStatistics& statistics() const;

 private:
  std::unique_ptr<State> state_;
};

/// True when a clip of this content (SHA-256) was decoded before, by this decoder, into this store.
[[nodiscard]] bool was_decoded(std::string_view content_sha256, const FeatureStore& store);

/// Says at once what `--device` can't have, also when nothing will have to be computed.
/// @throws UsageError for another text than cpu, cuda, cuda:N, auto; BadInput with the reason when
/// CUDA can't be used.
void check_device(const std::string& device);

/// Computes whatever of the plan is not in the store yet.
///
/// Decode threads read each new clip once and preprocess its sampled frames; a bounded queue hands
/// them to the encoders, in batches that mix clips. Encoders are loaded when the first frame needs
/// them, so a run that finds everything stored loads none. Features are stored as soon as a clip's
/// last frame is encoded: whatever ends the process, finished clips stay. A broken clip is an
/// outcome, not an exception.
///
/// @throws BadInput for a reference that can't be read, weights that don't fit, a full disk;
/// UsageError for the device;
///         Error "interrupted" after SIGINT, with what was kept.
[[nodiscard]] Extraction extract(const ExtractionPlan& plan, const ExtractionSettings& settings,
                                 const FeatureStore& store);

}  // namespace asbench::features
