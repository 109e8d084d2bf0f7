#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/interrupt.h"
#include "core/progress.h"
#include "features/encoder_use.h"
#include "features/frame_view.h"
#include "features/known_clips.h"
#include "loaders/shot_source.h"
#include "loaders/video/frame_rules.h"
#include "models/layers/runtime.h"

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

/// What is computed of a clip, most first: a clip can stand for one of a later use that has the
/// same content.
enum class ClipUse {
  shot,           ///< everything, and its frames go to the sink
  ceiling,        ///< everything: real animation under the metrics of the shots
  reference_set,  ///< only the video network's feature: the real side of set metrics
};

struct ClipRequest {
  loaders::ShotSource source;
  ClipUse use = ClipUse::shot;
  std::vector<FrameView> views = {};  ///< further versions of its sampled frames
};

struct ReferenceRequest {
  std::filesystem::path path;
  std::string sha256;  ///< of the file's bytes, as the split's reader found them
};

/// What one run needs, as plain values. Clips, references and captions may repeat; equal content is
/// computed once. A clip's id is its index in `clips`, whatever its use.
struct ExtractionPlan {
  std::vector<EncoderUse> encoders;
  loaders::FrameRule frame_rule;
  std::vector<ClipRequest> clips;
  KnownClips known;  ///< what an earlier look at the clips has found; may be empty
  std::vector<ReferenceRequest> references;
  /// Behind transparent references: black, white, gray, mean, keep.
  std::string background = "black";
  /// Whose mean colour the cells of references stand on under background=mean: an index of
  /// `encoders`.
  std::size_t cells_encoder = 0;
  bool pixels = true;  ///< cells and motion of the sampled frames (controls that need no encoder)
  bool pictures = false;  ///< what all frames of the shots show (core/picture_statistics.h)
  bool changes = false;   ///< how much neighbouring frames of the shots differ (frame_changes.h)
  std::vector<std::string> captions;
  /// SHA-256 over all masks or boxes that the views of clips are cut by; empty: there are no views.
  std::string regions_sha256;
  /// A video network that gives each clip one feature of the frames that `clip_rule` takes.
  std::optional<ClipEncoderUse> clip_encoder;
  loaders::FrameRule clip_rule{loaders::FrameRule::Kind::window, 16};
  /// A network that predicts every second frame of the shots from its neighbours.
  std::optional<InterpolatorUse> interpolator;

  /// @returns the clip's id
  std::size_t add_clip(loaders::ShotSource source, ClipUse use = ClipUse::shot);
};

struct ExtractionSettings {
  int threads = 0;  ///< of the encoders; 0: all cores
  int batch = 0;    ///< images per batch; 0: on the CPU the fastest of a few, tried on the run's
                    ///< own first batches, on a GPU the largest that fits; remembered in the store
  int decode_threads = 0;  ///< decode and preprocess ahead of the encoders, a clip each; 0: all
                           ///< cores when a GPU encodes, else half of them, at most 8
  std::string device = "cpu";
  Progress::Style progress = Progress::Style::automatic;
  std::string label = "decoding and encoding";  ///< of the progress
  FrameSink* sink = nullptr;
  /// Also leave in the store what `asbench status` asks for (clip_memory.h): two small entries a
  /// clip at most.
  bool remember_clips = false;
  /// Asked between two pieces of work; true ends the run, and what is finished is kept. Called from
  /// several threads.
  std::function<bool()> stop = interrupted;
};

/// How the plan's encoders compute. @throws InternalError when they don't agree.
[[nodiscard]] models::Precision precision_of(const ExtractionPlan& plan);

/// The frames that the plan's video network gets of a clip of n frames; none when there is no
/// network or the clip is too short for it.
[[nodiscard]] std::vector<int> clip_window(const ExtractionPlan& plan, int n);

/// True when the encoder gets such views.
[[nodiscard]] bool takes(const EncoderUse& encoder, FrameView::Kind kind);

/// True when every frame of a clip with this use is measured.
[[nodiscard]] bool wants_pictures(const ExtractionPlan& plan, ClipUse use);

/// How many frames of a clip of n are predicted from their neighbours: 1, 3, 5, ... as long as one
/// follows.
[[nodiscard]] int predicted_frames(int n);

/// True when every frame of a clip with this use is converted: for an encoder, for changes, or to
/// be compared with its prediction.
[[nodiscard]] bool wants_every_frame(const ExtractionPlan& plan, ClipUse use);

/// True when a device can take the encoder's pictures as bytes of one size and scale them itself.
[[nodiscard]] bool travels_as_levels(const EncoderUse& encoder);

/// The mean that cells of references stand on under background=mean; grey without any encoder.
[[nodiscard]] std::array<double, 3> cells_mean(const ExtractionPlan& plan);

}  // namespace asbench::features
