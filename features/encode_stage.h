#pragma once

// Second half of the extractor; not a public header.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "features/bounded_queue.h"
#include "features/device_batches.h"
#include "features/encoder_factory.h"
#include "features/extraction.h"
#include "features/extraction_plan.h"
#include "features/feature_writer.h"
#include "features/jobs.h"
#include "features/store.h"
#include "models/encoders/clip_encoder.h"
#include "models/encoders/frame_interpolator.h"
#include "models/layers/device_queue.h"

namespace asbench::features {

/// What the encode stage reads and where it runs. Plain references; all outlive the stage.
struct EncodeShared {
  const ExtractionPlan& plan;
  const ExtractionSettings& settings;
  const FeatureStore& store;
  const EncoderFactory& encoders;
  BoundedQueue<PreparedInput>& queue;
  c10::Device device;
  models::DeviceQueue* accelerator;  ///< null: pictures are encoded in the caller's thread
};

/// Runs in the caller's thread: takes prepared images off the queue, fills one batch per encoder
/// and encodes full ones, or has a device encode them. A thread of its own stores a clip's matrix
/// with its last row.
class EncodeStage {
 public:
  explicit EncodeStage(const EncodeShared& shared);
  ~EncodeStage();
  EncodeStage(const EncodeStage&) = delete;
  EncodeStage& operator=(const EncodeStage&) = delete;

  /// Loads the networks that this store has never seen loaded, before anything is decoded: weights
  /// that don't fit must not be found out after an hour. @throws BadInput naming what is wrong.
  void require_encoders();
  /// Captions that the store lacks, once each, in one go.
  void encode_captions();
  /// Until the queue is closed and empty, and everything is stored. After an interrupt nothing new
  /// is begun, and nothing encoded is lost.
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
  models::FrameInterpolator& loaded_interpolator();
  [[nodiscard]] std::string machine_name() const;
  void find_batch_size(Slot& slot);
  /// Pictures of one size that wait for their batch.
  using Pending = std::vector<PreparedInput>;
  void add(Slot& slot, PreparedInput image);
  /// Encodes what is pending of every size, the rest too.
  void run_all(Slot& slot);
  /// Encodes what is pending in full batches; `all`: also the rest.
  void run_batches(Slot& slot, Pending& pending, bool all);
  void run_batch(Slot& slot, Pending& pending);
  void run_on_device(Slot& slot, Pending& pending);
  /// The first `count` pending pictures are on their way: they are now begun, counted, and the
  /// writer's. @param features  of FeatureWriter::Batch
  void hand_over(Slot& slot, Pending& pending, std::size_t count,
                 std::function<FeatureMatrix()> features);
  void drop_what_is_not_begun();
  void run_clip(const PreparedInput& input);
  /// Waits for as many triples of the size as are worth computing at a time.
  void add_triple(PreparedInput triple);
  /// Has the middle frames of those that wait predicted.
  void run_triples();

  const ExtractionPlan& plan_;
  const ExtractionSettings& settings_;
  const FeatureStore& store_;
  const EncoderFactory& encoders_;
  BoundedQueue<PreparedInput>& queue_;
  std::vector<std::unique_ptr<Slot>> slots_;
  /// Loaded by require_encoders() and not used yet, by index.
  std::map<std::size_t, std::unique_ptr<models::TextEncoder>> text_encoders_;
  std::unique_ptr<models::ClipEncoder> clip_encoder_;  ///< loaded when its first clip comes
  std::unique_ptr<models::FrameInterpolator> interpolator_;
  Pending triples_;  ///< of one size
  ExtractionStatistics statistics_;
  bool runtime_started_ = false;  ///< LibTorch is set up when the first thing has to be computed
  const c10::Device device_;
  models::DeviceQueue* const accelerator_;
  DeviceClock clock_;
  FeatureWriter writer_;  ///< destroyed first: it may wait for what the members above have begun
};

}  // namespace asbench::features
