#pragma once

// Second half of the extractor; not a public header.

#include <map>
#include <memory>
#include <vector>

#include "features/bounded_queue.h"
#include "features/encoder_factory.h"
#include "features/extraction.h"
#include "features/extraction_plan.h"
#include "features/jobs.h"
#include "features/store.h"
#include "models/encoders/clip_encoder.h"

namespace asbench::features {

/// Runs in the caller's thread: takes prepared images off the queue, fills one batch per encoder,
/// encodes full ones, and stores a clip's matrix with its last row.
class EncodeStage {
 public:
  EncodeStage(const ExtractionPlan& plan, const ExtractionSettings& settings,
              const FeatureStore& store, const EncoderFactory& encoders,
              BoundedQueue<PreparedInput>& queue);
  ~EncodeStage();
  EncodeStage(const EncodeStage&) = delete;
  EncodeStage& operator=(const EncodeStage&) = delete;

  /// Loads the networks that this store has never seen loaded, before anything is decoded: weights
  /// that don't fit must not be found out after an hour. @throws BadInput naming what is wrong.
  void require_encoders();
  /// Captions that the store lacks, once each, in one go.
  void encode_captions();
  /// Until the queue is closed and empty. After an interrupt nothing new is begun, and nothing
  /// encoded is lost.
  void encode_images();

  void add_statistics(ExtractionStatistics& statistics) const;

 private:
  struct Slot;
  void start_runtime();
  Slot& loaded(std::size_t encoder);
  void require_image_encoder(std::size_t encoder);
  void require_text_encoder(std::size_t encoder);
  /// The one that require_encoders() loaded, else a new one.
  std::unique_ptr<models::TextEncoder> load_text_encoder(std::size_t encoder);
  models::ClipEncoder& loaded_clip_encoder();
  void run_batch(Slot& slot);
  void drop_what_is_not_begun();
  void run_clip(const PreparedInput& input);

  const ExtractionPlan& plan_;
  const ExtractionSettings& settings_;
  const FeatureStore& store_;
  const EncoderFactory& encoders_;
  BoundedQueue<PreparedInput>& queue_;
  std::vector<std::unique_ptr<Slot>> slots_;
  /// Loaded by require_encoders() and not used yet, by index.
  std::map<std::size_t, std::unique_ptr<models::TextEncoder>> text_encoders_;
  std::unique_ptr<models::ClipEncoder> clip_encoder_;  ///< loaded when its first clip comes
  ExtractionStatistics statistics_;
  bool runtime_started_ = false;  ///< LibTorch is set up when the first thing has to be computed
  std::string device_;
};

}  // namespace asbench::features
