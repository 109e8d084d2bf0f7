#include "models/layers/norm.h"

#include <ATen/ATen.h>

namespace asbench::models {

at::Tensor layer_norm(const at::Tensor& x, const LayerNorm& norm) {
  return at::layer_norm(x, norm.weight.sizes(), norm.weight, norm.bias, norm.eps,
                        /*cudnn_enable=*/false);
}

}  // namespace asbench::models
