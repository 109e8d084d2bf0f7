#include "tests/support/timed_device.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "models/layers/runtime.h"

namespace asbench::testing {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void sleep_rest_of(double seconds, Clock::time_point start) {
  std::this_thread::sleep_until(
      start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
}

}  // namespace

struct TimedDevice::Batch {
  Work work;
  at::Tensor input;   ///< "on the device"
  at::Tensor result;  ///< "on the device"
  std::exception_ptr failure;
  bool done = false;
};

class TimedDevice::Ticket final : public models::DeviceTicket {
 public:
  Ticket(TimedDevice& device, std::shared_ptr<Batch> batch)
      : device_(device), batch_(std::move(batch)) {}
  ~Ticket() override { wait_quietly(); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  void wait() override {
    wait_quietly();
    if (batch_->failure) std::rethrow_exception(batch_->failure);
  }

 private:
  void wait_quietly() {
    std::unique_lock lock(device_.mutex_);
    device_.finished_.wait(lock, [&] { return batch_->done; });
  }

  TimedDevice& device_;
  std::shared_ptr<Batch> batch_;
};

TimedDevice::Engine::Engine() : thread_([this] { run(); }) {}

TimedDevice::Engine::~Engine() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void TimedDevice::Engine::give(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void TimedDevice::Engine::run() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return end_ || !work_.empty(); });
      if (work_.empty()) return;
      work = std::move(work_.front());
      work_.pop_front();
    }
    const models::InferenceScope scope;
    work();
  }
}

TimedDevice::TimedDevice(Settings settings)
    : settings_(std::move(settings)), most_pictures_(settings_.most_pictures) {}

TimedDevice::~TimedDevice() {
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&] { return under_way_ == 0; });
}

at::Tensor TimedDevice::host_memory(at::IntArrayRef sizes, c10::ScalarType type) {
  const std::lock_guard lock(mutex_);
  ++account_.allocations;
  return at::empty(sizes, type);
}

std::unique_ptr<models::DeviceTicket> TimedDevice::submit(Work work) {
  auto batch = std::make_shared<Batch>();
  batch->work = std::move(work);
  const std::int64_t pictures = batch->work.input.size(0);
  {
    const std::lock_guard lock(mutex_);
    if (pictures > most_pictures_) {
      ++account_.out_of_memory;
      TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate ", pictures,
                       " pictures.");
    }
    account_.most_under_way = std::max(account_.most_under_way, ++under_way_);
  }
  in_.give([this, batch] { copy_in(batch); });
  return std::make_unique<Ticket>(*this, std::move(batch));
}

double TimedDevice::wait_for_copy(std::int64_t bytes) const {
  return settings_.bytes_a_second == 0.0 ? 0.0
                                         : static_cast<double>(bytes) / settings_.bytes_a_second;
}

void TimedDevice::copy_in(const std::shared_ptr<Batch>& batch) {
  const auto start = Clock::now();
  const at::Tensor& from = batch->work.input;
  batch->input = from.clone();
  sleep_rest_of(wait_for_copy(static_cast<std::int64_t>(from.nbytes())), start);
  {
    const std::lock_guard lock(mutex_);
    account_.copy_in_seconds += seconds_since(start);
  }
  computing_.give([this, batch] { compute(batch); });
}

void TimedDevice::compute(const std::shared_ptr<Batch>& batch) {
  const auto start = Clock::now();
  try {
    batch->result = batch->work.network(batch->input);
  } catch (...) {
    batch->failure = std::current_exception();
  }
  sleep_rest_of(settings_.compute_seconds(batch->input.size(0)), start);
  {
    const std::lock_guard lock(mutex_);
    if (last_end_ != Clock::time_point{}) {
      account_.idle_seconds +=
          std::max(0.0, std::chrono::duration<double>(start - last_end_).count());
    }
    last_end_ = Clock::now();
    account_.compute_seconds += seconds_since(start);
    ++account_.batches;
    account_.sizes.push_back(batch->input.size(0));
  }
  out_.give([this, batch] { copy_out(batch); });
}

void TimedDevice::copy_out(const std::shared_ptr<Batch>& batch) {
  const auto start = Clock::now();
  if (!batch->failure) {
    batch->work.output.copy_(batch->result);
    sleep_rest_of(wait_for_copy(static_cast<std::int64_t>(batch->result.nbytes())), start);
  }
  const std::lock_guard lock(mutex_);
  account_.copy_out_seconds += seconds_since(start);
  batch->done = true;
  --under_way_;
  finished_.notify_all();
}

void TimedDevice::release_memory() {
  if (release_lifts_limit_.exchange(false)) limit(settings_.most_pictures);
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [&] { return under_way_ == 0; });
  ++account_.released;
}

TimedDevice::Account TimedDevice::account() const {
  const std::lock_guard lock(mutex_);
  return account_;
}

void TimedDevice::reset_account() {
  const std::lock_guard lock(mutex_);
  account_ = {};
  last_end_ = {};
}

namespace {

class Borrowed final : public models::DeviceQueue {
 public:
  explicit Borrowed(TimedDevice& device) : device_(device) {}
  [[nodiscard]] c10::Device device() const override { return device_.device(); }
  [[nodiscard]] at::Tensor host_memory(at::IntArrayRef sizes, c10::ScalarType type) override {
    return device_.host_memory(sizes, type);
  }
  [[nodiscard]] std::unique_ptr<models::DeviceTicket> submit(Work work) override {
    return device_.submit(std::move(work));
  }
  void release_memory() override { device_.release_memory(); }

 private:
  TimedDevice& device_;
};

}  // namespace

std::unique_ptr<models::DeviceQueue> borrow(TimedDevice& device) {
  return std::make_unique<Borrowed>(device);
}

}  // namespace asbench::testing
