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

/// Puts encoded pictures into their matrices and whole matrices into the store, in threads of its
/// own: the encoders wait neither for a disk nor, where features come from a device, for their
/// arrival. One thread takes what arrives; a few store, because most of that is waiting for the
/// disk to confirm, and a disk confirms several files in the time of one. One thread pushes.
class FeatureWriter {
 public:
  /// Where a row of a batch belongs.
  struct Row {
    std::shared_ptr<EncodeJob> job;
    int row = 0;
    int rows = 0;  ///< of the job, where this row tells (PreparedInput::rows)
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

  /// Waits while several batches have not arrived, or the disk is far behind. @throws what stopped
  /// the writer.
  void push(Batch batch);
  /// Waits until everything is stored. Nothing may be pushed afterwards. @throws as push().
  void finish();

 private:
  void start();
  void take_batches();
  void take(const Batch& batch);
  void store_matrices();
  [[nodiscard]] bool failed();
  /// Runs `work` and keeps the first that it throws.
  void guarded(const std::function<void()>& work);
  void end();
  void rethrow_failure();

  static constexpr std::size_t kMostBatches = 4;
  static constexpr int kStorers = 4;
  /// Of whole matrices that wait for the disk: features of some ten thousand pictures.
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

  const FeatureStore& store_;
  BoundedQueue<Batch> queue_{kMostBatches};
  BoundedQueue<std::shared_ptr<EncodeJob>> whole_{kMostBytes};
  std::vector<std::thread> storers_;  ///< started with the first batch, as the other
  std::thread thread_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace asbench::features
