#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "models/layers/device_queue.h"

namespace asbench::testing {

/// A device made of threads of the CPU, for tests and benchmarks of what drives one: one thread
/// copies in, one computes, one copies out, as a GPU's three engines do, each piece of work in the
/// order in which it was given. It keeps account of itself, so that a benchmark can say how long it
/// stood idle.
class TimedDevice final : public models::DeviceQueue {
 public:
  struct Settings {
    /// Seconds that a batch takes at least, by its pictures: the products of a network that isn't
    /// there. 0: as long as the network takes.
    std::function<double(std::int64_t pictures)> compute_seconds = [](std::int64_t) { return 0.0; };
    double bytes_a_second = 0.0;           ///< of a copy; 0: as fast as the CPU copies
    std::int64_t most_pictures = 1 << 20;  ///< a larger batch is out of memory, as LibTorch says it
  };

  struct Account {
    double copy_in_seconds = 0.0;
    double compute_seconds = 0.0;
    double copy_out_seconds = 0.0;
    double idle_seconds = 0.0;  ///< of the computing thread between its first and its last batch
    int batches = 0;
    int allocations = 0;  ///< host_memory()
    int most_under_way = 0;
    int out_of_memory = 0;
    int released = 0;
    std::vector<std::int64_t> sizes;  ///< of the batches, in order
  };

  explicit TimedDevice(Settings settings);
  ~TimedDevice() override;
  TimedDevice(const TimedDevice&) = delete;
  TimedDevice& operator=(const TimedDevice&) = delete;

  [[nodiscard]] c10::Device device() const override { return c10::kCPU; }
  [[nodiscard]] at::Tensor host_memory(at::IntArrayRef sizes, c10::ScalarType type) override;
  [[nodiscard]] std::unique_ptr<models::DeviceTicket> submit(Work work) override;
  void release_memory() override;

  [[nodiscard]] Account account() const;
  /// From now on, larger batches are out of memory.
  void limit(std::int64_t pictures) { most_pictures_ = pictures; }
  /// The same until release_memory() is called: what is missing is then free again.
  void limit_until_released(std::int64_t pictures) {
    limit(pictures);
    release_lifts_limit_ = true;
  }
  /// Forgets the time before: for benchmarks, after the first batches.
  void reset_account();

 private:
  struct Batch;
  class Ticket;
  /// A thread that does what it is given, in order.
  class Engine {
   public:
    Engine();
    ~Engine();
    void give(std::function<void()> work);

   private:
    void run();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> work_;
    bool end_ = false;
    std::thread thread_;
  };

  void copy_in(const std::shared_ptr<Batch>& batch);
  void compute(const std::shared_ptr<Batch>& batch);
  void copy_out(const std::shared_ptr<Batch>& batch);
  [[nodiscard]] double wait_for_copy(std::int64_t bytes) const;

  const Settings settings_;
  std::atomic<std::int64_t> most_pictures_;
  std::atomic<bool> release_lifts_limit_{false};
  mutable std::mutex mutex_;
  std::condition_variable finished_;
  Account account_;
  int under_way_ = 0;
  std::chrono::steady_clock::time_point last_end_{};
  Engine out_, computing_, in_;  ///< destroyed from the first step to the last
};

/// The device as something that a run may own and destroy; `device` outlives it.
[[nodiscard]] std::unique_ptr<models::DeviceQueue> borrow(TimedDevice& device);

}  // namespace asbench::testing
