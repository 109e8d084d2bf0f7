#pragma once

// What is computed of every frame of the shots, while they are decoded; not a public header.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/frame_changes.h"
#include "core/image.h"
#include "features/clip_outcome.h"
#include "features/extraction_plan.h"
#include "features/jobs.h"
#include "features/store.h"
#include "loaders/video/clip_reader.h"

namespace asbench::features {

/// What every frame of one decode goes to: the encoders that want all of them, the meter of
/// changes, and the network that predicts every second one from its neighbours. A frame is
/// preprocessed and queued as it comes, so memory is bounded by the queue. The number of frames,
/// and with it a matrix's key, is only known at the end: the last picture of each matrix is held
/// back until then and tells the writer that it is whole. What was queued of a clip that turns out
/// broken is never stored. One thread at a time.
class EveryFrame final : public loaders::FrameReceiver {
 public:
  /// Queues a picture for an encoder. @returns false once the queue was closed.
  struct Sinks {
    std::function<PreparedInput(const Image& rgb, std::size_t encoder)> prepare;
    std::function<bool(PreparedInput&& input)> queue;
    /// True when a key is to be computed: the store lacks it and nobody has claimed it.
    std::function<bool(const std::string& key)> claim;
  };

  /// @param outcomes  of the clips, in the order of the sources; their content is known, their
  ///        number of frames is 0 where it isn't. All live longer than this
  EveryFrame(const ExtractionPlan& plan, const FeatureStore& store, std::string decoder,
             std::vector<const ClipOutcome*> outcomes, Sinks sinks);

  void begin() override;
  void take(std::size_t shot, int frame, const Image& rgb) override;
  /// The clip in place `shot` is sound, its outcome's number of frames known: stores what all its
  /// frames gave.
  void finish(std::size_t shot);

 private:
  /// One matrix under way.
  struct Stream {
    std::size_t encoder = 0;
    std::string key;                    ///< where it could be claimed before; else empty
    std::shared_ptr<EncodeJob> job;     ///< of this pass
    std::optional<PreparedInput> held;  ///< the last picture that came
  };
  /// The frames for the network that predicts.
  struct Triples {
    std::string key;
    std::shared_ptr<EncodeJob> job;     ///< of this pass
    Image before, middle;               ///< the last even frame, and the odd one after it
    std::optional<PreparedInput> held;  ///< the last triple that came
  };
  struct Shot {
    std::vector<Stream> streams;
    std::optional<Triples> triples;
    std::optional<ChangeMeter> changes;
    int taken = 0;  ///< frames of this pass
  };
  [[nodiscard]] std::string key_of(const Stream& stream, const ClipOutcome& outcome) const;
  void take_for_prediction(Triples& triples, int frame, const Image& rgb);
  /// Queues what is held, if anything.
  void queue_held(std::optional<PreparedInput>& held);

  const ExtractionPlan& plan_;
  const FeatureStore& store_;
  const std::string decoder_;
  const std::vector<const ClipOutcome*> outcomes_;
  const Sinks sinks_;
  std::vector<Shot> shots_;
  bool closed_ = false;  ///< the queue: nothing more is wanted
};

/// The frames 0..n-1, as keys name them.
[[nodiscard]] std::vector<int> every_frame_of(int n);

/// Stores how much neighbouring frames of a clip differ, under frame_changes_key().
void store_changes(const FeatureStore& store, const std::string& key, const FrameChanges& changes);
/// @returns nothing when the store has no such entry.
[[nodiscard]] std::optional<FrameChanges> read_changes(const FeatureStore& store,
                                                       const std::string& key);

}  // namespace asbench::features
