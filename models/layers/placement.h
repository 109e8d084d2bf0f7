#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include "models/layers/runtime.h"

namespace asbench::models {

/// Where a network runs and in which arithmetic. A device alone means float32 there.
struct Placement {
  // Implicit: to most callers a device is all there is to say.
  Placement(c10::Device on, Precision as = Precision::fp32)
      : device(on),
        precision(as),
        dtype(as == Precision::bf16 ? c10::kBFloat16 : c10::kFloat),
        own_kernels(on.is_cpu() && as == Precision::fp32) {}
  Placement(c10::DeviceType on) : Placement(c10::Device(on)) {}

  c10::Device device;
  Precision precision;
  c10::ScalarType dtype;  ///< of weights and activations
  /// Products by models/kernels (the CPU's float32), else by LibTorch's matrix library. A test may
  /// switch it off, to run on the CPU what a GPU runs.
  bool own_kernels;
};

}  // namespace asbench::models
