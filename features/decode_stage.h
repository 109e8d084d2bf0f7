#pragma once

// First half of the extractor; not a public header.

#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "features/bounded_queue.h"
#include "features/extractor.h"
#include "features/jobs.h"
#include "loaders/video/clip_reader.h"

namespace asbench::features {

/// What is computed of a clip, most first: a clip can stand for one of a later use that has the
/// same content.
enum class ClipUse {
  shot,       ///< everything, and its frames go to the sink
  ceiling,    ///< everything
  reference,  ///< only the video network's feature
};

/// Decode threads: each takes the next clip (references first; ranges of one video together), finds
/// out what of it the store lacks, decodes it once, stores its pixel controls and queues its
/// preprocessed frames for the encoders. A clip whose content another one of the plan had already
/// is not opened.
class DecodeStage {
 public:
  DecodeStage(const ExtractionPlan& plan, const ExtractionSettings& settings,
              const FeatureStore& store, BoundedQueue<PreparedInput>& queue);
  ~DecodeStage();
  DecodeStage(const DecodeStage&) = delete;
  DecodeStage& operator=(const DecodeStage&) = delete;

  void start();
  /// Waits for the threads; rethrows what stopped one of them.
  void join();

  /// After join(): one for each clip of the plan, for each ceiling clip, for each reference clip.
  [[nodiscard]] std::vector<ClipOutcome> take_outcomes();
  void add_statistics(ExtractionStatistics& statistics) const;

 private:
  struct Worker;
  void work(Worker& worker);
  void process_reference(Worker& worker, std::size_t index);
  void process_group(Worker& worker, const std::vector<std::size_t>& group);
  [[nodiscard]] std::string content_hash(Worker& worker, const loaders::ShotSource& source);
  /// True when the store has everything of the clip; the outcome is then filled from there.
  [[nodiscard]] bool is_stored(ClipOutcome& outcome, ClipUse use) const;
  void store_clip_info(const ClipOutcome& outcome) const;
  void take_clip(Worker& worker, const loaders::DecodedClip& clip, ClipOutcome& outcome,
                 ClipUse use);
  /// True when `key` is to be computed: the store lacks it and nothing of this run has asked for
  /// it. Two characters may have equal reference pictures, which are encoded once.
  [[nodiscard]] bool claim(const std::string& key);
  bool queue_image(Worker& worker, const Image& rgb, const std::shared_ptr<EncodeJob>& job,
                   int row);
  /// Hands the clip's window to the video network, if there is one and the store lacks its feature.
  void queue_clip(Worker& worker, const loaders::DecodedClip& clip, const ClipOutcome& outcome);
  [[nodiscard]] ClipUse use_of(std::size_t index) const;
  /// The clip whose outcome can stand for that of `index`, which has the same content; nothing: it
  /// must be looked at itself.
  [[nodiscard]] std::optional<std::size_t> stand_in(std::size_t index);
  /// Where the clip's sampled frames go; null: nowhere.
  [[nodiscard]] FrameSink* sink_of(ClipUse use) const {
    return use == ClipUse::shot ? settings_.sink : nullptr;
  }
  /// False when the video network still has to see the clip.
  [[nodiscard]] bool has_clip_feature(const ClipOutcome& outcome) const;

  const ExtractionPlan& plan_;
  const ExtractionSettings& settings_;
  const FeatureStore& store_;
  BoundedQueue<PreparedInput>& queue_;
  const std::string decoder_;
  const std::vector<loaders::ShotSource>
      sources_;  ///< the plan's clips, its ceiling clips, its reference clips
  Progress progress_;

  std::atomic<std::size_t> next_{0};
  std::atomic<std::int64_t> decoded_{0};
  std::atomic<int> running_{0};
  const std::vector<std::vector<std::size_t>> groups_;  ///< clips that are decoded together
  std::vector<ClipOutcome> outcomes_;
  std::vector<std::ptrdiff_t> same_as_;  ///< index of the clip with the same content, or -1

  std::mutex mutex_;
  std::unordered_map<std::string, std::string> hashes_;      ///< path and range -> content hash
  std::unordered_map<std::string, std::size_t> first_with_;  ///< content hash -> clip
  std::unordered_set<std::string> claimed_;                  ///< keys that this run computes
  std::exception_ptr failure_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

/// Distinct values of a sorted list of sampled indices.
[[nodiscard]] std::vector<int> distinct_frames(std::span<const int> indices);

/// Key of an encoder's features of one clip, of a reference, of a caption.
[[nodiscard]] std::string key_of_frames(const EncoderUse& encoder, std::string_view content_sha256,
                                        std::string_view decoder, std::span<const int> frames);
[[nodiscard]] std::string key_of_reference(const EncoderUse& encoder, std::string_view file_sha256,
                                           std::string_view background, bool mirrored);
/// @param frames  the clip's window
[[nodiscard]] std::string key_of_clip(const ClipEncoderUse& encoder,
                                      std::string_view content_sha256, std::string_view decoder,
                                      std::span<const int> frames);
/// The frames that the plan's video network gets of a clip of n frames; none when there is no
/// network or the clip is too short for it.
[[nodiscard]] std::vector<int> clip_window(const ExtractionPlan& plan, int n);
[[nodiscard]] std::string key_of_caption(const EncoderUse& encoder, std::string_view text);
/// Cells of a letterboxed reference: [1, cells].
[[nodiscard]] std::string key_of_reference_cells(const ExtractionPlan& plan,
                                                 std::string_view file_sha256);
/// The mean that cells of references stand on under background=mean: the first encoder's.
[[nodiscard]] std::array<double, 3> cells_mean(const ExtractionPlan& plan);

}  // namespace asbench::features
