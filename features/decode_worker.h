#pragma once

// First half of the extractor; not a public header.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "features/bounded_queue.h"
#include "features/clip_outcome.h"
#include "features/clip_source.h"
#include "features/every_frame.h"
#include "features/extraction_plan.h"
#include "features/jobs.h"
#include "features/schedule.h"
#include "features/store.h"
#include "loaders/video/clip_reader.h"
#include "models/preprocess/preprocess.h"

namespace asbench::features {

/// What all decode workers of a run share. The referred objects outlive the workers.
struct DecodeShared {
  const ExtractionPlan& plan;
  const FeatureStore& store;
  const ClipSource& source;
  FrameSink* sink;  ///< may be null
  /// request_sha256() of the plan where clips are remembered (clip_memory.h), else empty.
  std::string remember_as;
  BoundedQueue<PreparedInput>& queue;
  Schedule& schedule;
  std::span<ClipOutcome> outcomes;  ///< by clip id; a worker writes those of its tasks
  bool levels;                      ///< pictures are queued as bytes: a device scales them itself
};

/// Share of the timings and counts; seconds.
struct DecodeStatistics {
  std::int64_t clips_decoded = 0;
  double hash_seconds = 0.0;
  double decode_seconds = 0.0;
  double preprocess_seconds = 0.0;
};

/// Does one decode task at a time: finds out what of it the store lacks, decodes each clip once,
/// stores its pixel controls and queues its preprocessed frames for the encoders. A broken clip is
/// an outcome. For one thread; any number of workers share a schedule.
class DecodeWorker {
 public:
  explicit DecodeWorker(const DecodeShared& shared);

  /// @throws BadInput for a reference that can't be read, a full disk.
  void run(const DecodeTask& task);
  [[nodiscard]] const DecodeStatistics& statistics() const { return statistics_; }

 private:
  void run_reference(const ReferenceRequest& reference);
  void run_clips(const std::vector<std::size_t>& clips);
  /// Finds out the clip's content. @returns true when it has to be decoded.
  [[nodiscard]] bool look_at(std::size_t clip);
  [[nodiscard]] KnownClip content_of(std::size_t clip);
  /// @param receiver  of every frame; may be null
  [[nodiscard]] std::vector<loaders::DecodeOutcome> decode(const std::vector<std::size_t>& clips,
                                                           loaders::FrameReceiver* receiver);
  /// What every frame of the clips goes to; null when nothing wants them.
  [[nodiscard]] std::unique_ptr<EveryFrame> every_frame(const std::vector<std::size_t>& clips);
  void take_clip(const loaders::DecodedClip& decoded, const ClipRequest& request,
                 ClipOutcome& outcome);
  void take_frames(const loaders::DecodedClip& decoded, const ClipRequest& request,
                   ClipOutcome& outcome);
  /// Queues a view's pictures for the encoders that take it. False once the queue was closed.
  bool queue_view(const loaders::DecodedClip& decoded, const ResolvedView& view,
                  std::span<const int> frames, const std::string& content);
  void queue_clip(const loaders::DecodedClip& decoded, const ClipOutcome& outcome);
  /// False once the queue was closed.
  bool queue_image(const Image& rgb, const std::shared_ptr<EncodeJob>& job, int row);
  [[nodiscard]] PreparedInput prepare(const Image& rgb, std::size_t encoder);
  bool push(PreparedInput&& input);
  /// True when `key` is to be computed: the store lacks it and nobody has claimed it.
  [[nodiscard]] bool claim(const std::string& key);
  [[nodiscard]] FrameSink* sink_of(ClipUse use) const {
    return use == ClipUse::shot ? shared_.sink : nullptr;
  }

  const DecodeShared shared_;
  const std::string decoder_;
  std::vector<models::Preprocessor> preprocessors_;  ///< by encoder; they hold scratch memory
  DecodeStatistics statistics_;
  double away_seconds_ = 0.0;  ///< of a decode: for what its frames went to
};

}  // namespace asbench::features
