#pragma once

// The extractor's last step; not a public header.

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "features/bounded_queue.h"
#include "features/feature_matrix.h"
#include "features/jobs.h"
#include "features/store.h"

namespace asbench::features {

/// Puts encoded pictures into their matrices and whole matrices into the store, in a thread of its
/// own: the encoders wait neither for a disk nor, where features come from a device, for their
/// arrival. One thread pushes.
class FeatureWriter {
 public:
  /// Where a row of a batch belongs.
  struct Row {
    std::shared_ptr<EncodeJob> job;
    int row = 0;
  };
  struct Batch {
    std::vector<Row> rows;
    /// [rows, D] or more; waits for a device where it must. Called by the writer's thread.
    std::function<FeatureMatrix()> features;
  };

  explicit FeatureWriter(const FeatureStore& store) : store_(store) {}
  /// Stores what was pushed, and keeps failures to itself.
  ~FeatureWriter();
  FeatureWriter(const FeatureWriter&) = delete;
  FeatureWriter& operator=(const FeatureWriter&) = delete;

  /// Waits while several batches are not written yet. @throws what stopped the writer.
  void push(Batch batch);
  /// Waits until everything is stored. Nothing may be pushed afterwards. @throws as push().
  void finish();

 private:
  void work();
  void write(const Batch& batch);
  void end();
  void rethrow_failure();

  static constexpr std::size_t kMostBatches = 4;

  const FeatureStore& store_;
  BoundedQueue<Batch> queue_{kMostBatches};
  std::thread thread_;  ///< started with the first batch
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace asbench::features
