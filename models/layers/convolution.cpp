#include "models/layers/convolution.h"

#include <ATen/ATen.h>

#include <array>

#include "models/layers/linear.h"

namespace asbench::models {

void move_to(Convolution& layer, const Placement& placement) {
  move_to(layer.weight, placement);
  move_to(layer.bias, placement);
  layer.weight = layer.weight.contiguous(layer.weight.dim() == 5 ? at::MemoryFormat::ChannelsLast3d
                                                                 : at::MemoryFormat::ChannelsLast);
}

at::Tensor convolve(const at::Tensor& x, const Convolution& layer) {
  TORCH_INTERNAL_ASSERT(x.is_contiguous() && x.dim() == layer.weight.dim() &&
                        x.size(-1) == layer.weight.size(1));
  const bool in_time = x.dim() == 5;
  const std::array<std::int64_t, 3> strides = {1, layer.stride, layer.stride};
  const std::array<std::int64_t, 3> paddings = {0, layer.padding, layer.padding};
  const std::array<std::int64_t, 3> dilations = {1, 1, 1};
  const auto axes = [in_time](const std::array<std::int64_t, 3>& values) {
    return in_time ? at::IntArrayRef(values) : at::IntArrayRef(values).slice(1);
  };
  const at::Tensor channels_first = in_time ? x.permute({0, 4, 1, 2, 3}) : x.permute({0, 3, 1, 2});
  at::Tensor y;
  if (x.device().is_cpu() && x.scalar_type() == at::kFloat && at::hasMKLDNN()) {
    // By name: for small inputs at::conv3d takes a loop that unfolds them to 27 times their size.
    y = at::mkldnn_convolution(channels_first, layer.weight, layer.bias, axes(paddings),
                               axes(strides), axes(dilations), /*groups=*/1);
  } else if (in_time) {
    y = at::conv3d(channels_first, layer.weight, layer.bias, axes(strides), axes(paddings));
  } else {
    y = at::conv2d(channels_first, layer.weight, layer.bias, axes(strides), axes(paddings));
  }
  return (in_time ? y.permute({0, 2, 3, 4, 1}) : y.permute({0, 2, 3, 1})).contiguous();
}

}  // namespace asbench::models
