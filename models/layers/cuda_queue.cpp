#include <ATen/ops/empty.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

#include "models/layers/device_queue.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

// Note [Three streams]
// What a stream is given runs in order; streams run beside each other. So the copies of batch n + 1
// in and of batch n - 1 out don't wait for the products of batch n. Events order what must be in
// order: a batch is computed when it is there, copied out when it is computed. A ticket keeps its
// batch's tensors until its last event has passed, so that the memory of one stream never goes back
// to the allocator while another still uses it.
class CudaTicket final : public DeviceTicket {
 public:
  CudaTicket(at::Tensor input, at::Tensor result, DeviceQueue::Work work, c10::Event done)
      : input_(std::move(input)),
        result_(std::move(result)),
        work_(std::move(work)),
        done_(std::move(done)) {}
  ~CudaTicket() override {
    try {
      wait();
    } catch (...) {  // told to whoever asks
    }
  }
  CudaTicket(const CudaTicket&) = delete;
  CudaTicket& operator=(const CudaTicket&) = delete;

  void wait() override { done_.synchronize(); }

 private:
  at::Tensor input_;   ///< on the device
  at::Tensor result_;  ///< on the device
  DeviceQueue::Work work_;
  c10::Event done_;
};

class CudaQueue final : public DeviceQueue {
 public:
  explicit CudaQueue(c10::Device device)
      : device_(device),
        guard_(device.type()),
        copy_in_(guard_.getStreamFromGlobalPool(device)),
        compute_(guard_.getStreamFromGlobalPool(device)),
        copy_out_(guard_.getStreamFromGlobalPool(device)) {}

  [[nodiscard]] c10::Device device() const override { return device_; }

  [[nodiscard]] at::Tensor host_memory(at::IntArrayRef sizes, c10::ScalarType type) override {
    return at::empty(sizes, at::TensorOptions().dtype(type).pinned_memory(true));
  }

  [[nodiscard]] std::unique_ptr<DeviceTicket> submit(Work work) override {
    const InferenceScope scope;
    c10::Event there(device_.type());
    c10::Event computed(device_.type());
    c10::Event done(device_.type());
    at::Tensor input;
    at::Tensor result;
    {
      const c10::StreamGuard copying(copy_in_);
      input = at::empty(work.input.sizes(), work.input.options().device(device_));
      input.copy_(work.input, /*non_blocking=*/true);
      there.record(copy_in_);
    }
    try {
      const c10::StreamGuard computing(compute_);
      there.block(compute_);
      result = work.network(input);
      computed.record(compute_);
    } catch (...) {
      // The memory of `input` goes back to the stream that copied it in, and what the network has
      // begun may still read it.
      guard_.synchronizeStream(compute_);
      throw;
    }
    {
      const c10::StreamGuard copying(copy_out_);
      computed.block(copy_out_);
      work.output.copy_(result, /*non_blocking=*/true);
      done.record(copy_out_);
    }
    return std::make_unique<CudaTicket>(std::move(input), std::move(result), std::move(work),
                                        std::move(done));
  }

  void release_memory() override {
    guard_.synchronizeDevice(device_.index());
    c10::getDeviceAllocator(device_.type())->emptyCache();
  }

 private:
  c10::Device device_;
  c10::impl::VirtualGuardImpl guard_;
  c10::Stream copy_in_, compute_, copy_out_;
};

}  // namespace

std::unique_ptr<DeviceQueue> make_cuda_queue(c10::Device device) {
  return std::make_unique<CudaQueue>(device);
}

}  // namespace asbench::models
