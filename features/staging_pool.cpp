#include "features/staging_pool.h"

#include <utility>

namespace asbench::features {

StagingPool::StagingPool(std::vector<Staging> stagings) : stagings_(std::move(stagings)) {
  for (Staging& staging : stagings_) free_.push_back(&staging);
}

std::shared_ptr<Staging> StagingPool::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return !free_.empty(); });
  Staging* const staging = free_.back();
  free_.pop_back();
  return {staging, [pool = shared_from_this()](Staging* used) { pool->give_back(used); }};
}

void StagingPool::give_back(Staging* staging) {
  const std::lock_guard lock(mutex_);
  free_.push_back(staging);
  returned_.notify_one();
}

}  // namespace asbench::features
