#include "models/layers/patch_embedding.h"

#include <ATen/ATen.h>

namespace asbench::models {

PatchEmbedding make_patch_embedding(const at::Tensor& weight, const at::Tensor& bias) {
  PatchEmbedding layer;
  layer.projection.weight = weight.flatten(1);
  layer.projection.bias = bias;
  layer.patch = weight.size(2);
  return layer;
}

at::Tensor embed_patches(const at::Tensor& pixels, const PatchEmbedding& layer) {
  const std::int64_t p = layer.patch;
  const std::int64_t rows = pixels.size(2) / p;
  const std::int64_t columns = pixels.size(3) / p;
  const at::Tensor patches = pixels.narrow(2, 0, rows * p)
                                 .narrow(3, 0, columns * p)
                                 .unflatten(2, {rows, p})
                                 .unflatten(4, {columns, p})
                                 .permute({0, 2, 4, 1, 3, 5})
                                 .reshape({pixels.size(0), rows * columns, -1});
  return linear(patches, layer.projection);
}

}  // namespace asbench::models
