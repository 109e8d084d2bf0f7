#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <functional>
#include <memory>

namespace asbench::models {

/// Work that a device was given and that may not be done yet. Move it to any one thread.
class DeviceTicket {
 public:
  /// Waits as wait() does, and keeps what went wrong to itself.
  virtual ~DeviceTicket() = default;
  /// Returns when the result is in its place and the input may be written again.
  /// @throws what the work or the device threw, c10::Error as it is.
  virtual void wait() = 0;
};

/// A device that computes beside the program: while it runs one batch, it copies the next one in
/// and the last one out, and the calling thread prepares others. Work is done in the order in which
/// it is given. One thread at a time calls submit(); tickets may wait elsewhere. Outlives its
/// tickets and all memory that it gave.
class DeviceQueue {
 public:
  struct Work {
    at::Tensor input;  ///< host_memory(), not to be written before the ticket is done
    /// Given the input on the device, returns the result there, of the shape and type of `output`.
    std::function<at::Tensor(const at::Tensor& input)> network;
    at::Tensor output;  ///< host_memory()
  };

  virtual ~DeviceQueue() = default;
  [[nodiscard]] virtual c10::Device device() const = 0;

  /// Memory of the host that the device copies from and to without the CPU; dear to make, so it is
  /// kept and used again. @throws c10::Error when there is none.
  [[nodiscard]] virtual at::Tensor host_memory(at::IntArrayRef sizes, c10::ScalarType type) = 0;

  /// Begins the work and returns without waiting for it.
  /// @throws c10::OutOfMemoryError when the device's memory is used up: this work is then not done,
  /// earlier work is. Whatever else fails may be told here or by the ticket.
  [[nodiscard]] virtual std::unique_ptr<DeviceTicket> submit(Work work) = 0;

  /// Waits for all work and gives back the memory that the device keeps for later: before a second
  /// try with less.
  virtual void release_memory() = 0;
};

/// A GPU under CUDA: one stream copies in, one computes, one copies out; pinned host memory. Needs
/// only libtorch_cpu to build, the rest through c10's device-independent guards.
/// @param device  of parse_device(), not the CPU
[[nodiscard]] std::unique_ptr<DeviceQueue> make_cuda_queue(c10::Device device);

}  // namespace asbench::models
