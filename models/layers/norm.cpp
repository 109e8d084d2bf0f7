#include "models/layers/norm.h"

#include <ATen/ATen.h>

#include "models/kernels/cpu_kernels.h"

namespace asbench::models {

void move_to(LayerNorm& norm, const Placement& placement) {
  move_to(norm.weight, placement);
  move_to(norm.bias, placement);
}

at::Tensor layer_norm(const at::Tensor& x, const LayerNorm& norm) {
  return at::layer_norm(x, norm.weight.sizes(), norm.weight, norm.bias, norm.eps,
                        /*cudnn_enable=*/false);
}

void layer_norm_into(at::Tensor& out, at::Tensor& x, const LayerNorm& norm,
                     const at::Tensor& then_add) {
  if (!runs_on_cpu_kernels(x)) {
    out.copy_(layer_norm(x, norm));
    if (then_add.defined()) x.add_(then_add);
    return;
  }
  cpu_kernels().norm_then_add(
      x.data_ptr<float>(), then_add.defined() ? then_add.const_data_ptr<float>() : nullptr,
      norm.weight.const_data_ptr<float>(), norm.bias.const_data_ptr<float>(), norm.eps,
      out.data_ptr<float>(), x.size(0), x.size(1));
}

}  // namespace asbench::models
