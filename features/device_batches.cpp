#include "features/device_batches.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "core/say.h"
#include "models/layers/device_errors.h"
#include "models/layers/runtime.h"

namespace asbench::features {
namespace {

/// One is filled while two are under way: the device always has the next batch when it ends one.
constexpr int kStagings = 3;

/// A batch between its submission and the arrival of its features.
struct Flight {
  std::shared_ptr<Staging> staging;
  std::unique_ptr<models::DeviceTicket> ticket;  ///< destroyed first: waits, then frees the memory
};

void pack(std::span<const PreparedInput> pictures, Staging& staging) {
  auto* target = staging.levels.mutable_data_ptr<std::uint8_t>();
  for (const PreparedInput& picture : pictures) {
    std::memcpy(target, picture.levels.data(), picture.levels.size());
    target += picture.levels.size();
  }
}

FeatureMatrix rows_of(const at::Tensor& features, std::size_t rows) {
  FeatureMatrix matrix(static_cast<int>(rows), static_cast<int>(features.size(1)));
  std::memcpy(matrix.values.data(), features.const_data_ptr<float>(),
              matrix.values.size() * sizeof(float));
  return matrix;
}

}  // namespace

void DeviceClock::finished(Instant submitted) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  seconds_ += std::chrono::duration<double>(now - std::max(submitted, last_end_)).count();
  last_end_ = now;
}

double DeviceClock::busy_seconds() const {
  const std::lock_guard lock(mutex_);
  return seconds_;
}

// Note [Memory of a device]
// Only the device knows what fits, and it tells by refusing. So the size of a batch is tried when
// an encoder is loaded, with pictures of zeros, from the largest down. In the middle of a run the
// memory can still become short (another encoder, another program): the device's caches are then
// emptied and the batch is tried once more, then in halves. The size goes into provenance, because
// on a GPU it may change the last bits of a feature.
DeviceBatches::DeviceBatches(models::DeviceQueue& queue, const models::ImageEncoder& encoder,
                             const FeatureStore& store, DeviceClock& clock, Setting setting)
    : queue_(queue),
      encoder_(encoder),
      store_(store),
      clock_(clock),
      setting_(std::move(setting)),
      ladder_(setting_.batch, store.get_text(setting_.remembered)) {
  if (!ladder_.decided()) {
    if (!ladder_.find([&](int) { return fits(); })) {
      throw models::DeviceOutOfMemory(fmt::format(
          "{} on {}: the GPU's memory does not suffice for one picture\n  `nvidia-smi` shows who "
          "else uses it; use another GPU (--device cuda:N) or --device cpu.",
          setting_.name, queue_.device().str()));
    }
    store_.remember_text(setting_.remembered, ladder_.text());
  }
  if (!pool_) pool_ = make_pool();
}

std::shared_ptr<StagingPool> DeviceBatches::make_pool() const {
  const auto& picture = setting_.picture;
  std::vector<Staging> stagings;
  for (int i = 0; i < kStagings; ++i) {
    Staging staging;
    staging.levels = queue_.host_memory({size(), picture.height, picture.width, 3}, at::kByte);
    staging.features = queue_.host_memory({size(), encoder_.info().dim}, at::kFloat);
    staging.levels.zero_();  // what a short batch leaves unfilled is encoded too
    stagings.push_back(std::move(staging));
  }
  return std::make_shared<StagingPool>(std::move(stagings));
}

std::unique_ptr<models::DeviceTicket> DeviceBatches::begin(const Staging& staging) const {
  try {
    return queue_.submit(
        {staging.levels,
         [&encoder = encoder_](const at::Tensor& levels) { return encoder.encode_levels(levels); },
         staging.features});
  } catch (...) {
    models::rethrow_torch_error(fmt::format("{} on {}", setting_.name, queue_.device().str()));
  }
}

bool DeviceBatches::fits() {
  try {
    auto pool = make_pool();
    begin(*pool->take())->wait();
    pool_ = std::move(pool);
    return true;
  } catch (const models::DeviceOutOfMemory&) {
    queue_.release_memory();
    return false;
  }
}

std::optional<std::function<FeatureMatrix()>> DeviceBatches::submit(
    std::span<const PreparedInput> pictures) {
  auto flight = std::make_shared<Flight>();
  flight->staging = pool_->take();
  pack(pictures, *flight->staging);
  const auto submitted = std::chrono::steady_clock::now();
  for (bool again : {true, false}) {
    try {
      flight->ticket = begin(*flight->staging);
      break;
    } catch (const models::DeviceOutOfMemory&) {
      queue_.release_memory();
      if (again) continue;
      if (size() == 1) throw;
      shrink();
      return std::nullopt;
    }
  }
  return [this, flight, submitted, rows = pictures.size()] {
    try {
      flight->ticket->wait();
    } catch (...) {
      models::rethrow_torch_error(fmt::format("{} on {}", setting_.name, queue_.device().str()));
    }
    clock_.finished(submitted);
    FeatureMatrix features = rows_of(flight->staging->features, rows);
    flight->ticket.reset();  // the memory is free for the next batch while this one is stored
    flight->staging.reset();
    return features;
  };
}

void DeviceBatches::shrink() {
  const int before = size();
  ladder_.halve();
  say(
      fmt::format("asbench: {} on {}: the GPU's memory does not hold a batch of {}; going on with "
                  "{}\n",
                  setting_.name, queue_.device().str(), before, size()));
  pool_ = make_pool();
  if (setting_.batch == 0) store_.remember_text(setting_.remembered, ladder_.text());
}

}  // namespace asbench::features
