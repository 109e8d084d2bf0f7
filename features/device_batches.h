#pragma once

// The encode stage's way to a device; not a public header.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "features/batch_ladder.h"
#include "features/feature_matrix.h"
#include "features/jobs.h"
#include "features/staging_pool.h"
#include "features/store.h"
#include "models/encoders/encoder.h"
#include "models/layers/device_queue.h"

namespace asbench::features {

/// How long a device was busy with batches: from the later of a batch's submission and the end of
/// the batch before it, to its own end. Thread-safe.
class DeviceClock {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  void finished(Instant submitted);
  [[nodiscard]] double busy_seconds() const;

 private:
  mutable std::mutex mutex_;
  Instant last_end_;
  double seconds_ = 0.0;
};

/// One image encoder on a device: pictures as bytes into host memory that is used again, from there
/// to the device, features back, several batches under way at a time. Every batch is filled up to
/// the same size, so that a rerun computes the same products. For one thread; what submit() returns
/// may be called by another.
///
/// See Note [Memory of a device] in the source.
class DeviceBatches {
 public:
  struct Setting {
    int batch = 0;           ///< `--batch`; 0: the largest that fits, found once and remembered
    std::string remembered;  ///< key of the store under which the size is kept
    models::Extent picture;  ///< height and width of the encoder's input
    std::string name;        ///< of the encoder, for messages
  };

  /// Finds the size of a batch unless it is given or remembered. @throws DeviceOutOfMemory when not
  /// even one picture fits, and whatever the encoder throws.
  DeviceBatches(models::DeviceQueue& queue, const models::ImageEncoder& encoder,
                const FeatureStore& store, DeviceClock& clock, Setting setting);

  [[nodiscard]] int size() const { return ladder_.size(); }

  /// Begins to encode. Waits while as many batches are under way as there may be.
  /// @param pictures  at most size(), with levels
  /// @returns what waits for the features, [pictures, dim]; nothing when memory ran out: size() is
  ///          then half of what it was, and nothing has begun. @throws DeviceOutOfMemory when it
  ///          was 1.
  [[nodiscard]] std::optional<std::function<FeatureMatrix()>> submit(
      std::span<const PreparedInput> pictures);

 private:
  [[nodiscard]] std::shared_ptr<StagingPool> make_pool() const;
  [[nodiscard]] std::unique_ptr<models::DeviceTicket> begin(const Staging& staging) const;
  [[nodiscard]] bool fits();  ///< a batch of size(), tried
  void shrink();

  models::DeviceQueue& queue_;
  const models::ImageEncoder& encoder_;
  const FeatureStore& store_;
  DeviceClock& clock_;
  Setting setting_;
  BatchLadder ladder_;
  std::shared_ptr<StagingPool> pool_;
};

}  // namespace asbench::features
