#pragma once

#include <ATen/core/Tensor.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace asbench::features {

/// Host memory of one batch on its way to a device and back.
struct Staging {
  at::Tensor levels;    ///< [batch, H, W, 3] uint8
  at::Tensor features;  ///< [batch, dim] float32
};

/// A few stagings that are used again and again: as many as there may be batches under way, so
/// waiting for a free one is what keeps a program from running ahead of its device. Thread-safe. A
/// staging may outlive the pool's owner.
class StagingPool : public std::enable_shared_from_this<StagingPool> {
 public:
  explicit StagingPool(std::vector<Staging> stagings);

  /// Waits until one is free; it goes back when the last pointer to it is gone.
  [[nodiscard]] std::shared_ptr<Staging> take();

 private:
  void give_back(Staging* staging);

  std::vector<Staging> stagings_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Staging*> free_;
};

}  // namespace asbench::features
