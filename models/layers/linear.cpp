#include "models/layers/linear.h"

#include <ATen/ATen.h>

#include <vector>

namespace asbench::models {
namespace {

at::Tensor rows(const at::Tensor& x) {
  return x.reshape({-1, x.size(-1)});
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const Linear& layer) {
  const at::Tensor flat = rows(x);
  at::Tensor y = layer.bias.defined() ? at::addmm(layer.bias, flat, layer.weight.t())
                                      : at::mm(flat, layer.weight.t());
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = layer.outputs();
  return y.view(shape);
}

void add_linear(at::Tensor& residual, const at::Tensor& x, const Linear& layer) {
  at::Tensor target = residual.view({-1, layer.outputs()});
  target.addmm_(rows(x), layer.weight.t());
  if (layer.bias.defined()) target.add_(layer.bias);
}

Linear slice(const Linear& layer, std::int64_t begin, std::int64_t end) {
  return {layer.weight.narrow(0, begin, end - begin),
          layer.bias.defined() ? layer.bias.narrow(0, begin, end - begin) : at::Tensor()};
}

Linear concatenate(std::initializer_list<Linear> layers) {
  std::vector<at::Tensor> weights;
  std::vector<at::Tensor> biases;
  for (const Linear& layer : layers) {
    weights.push_back(layer.weight);
    if (layer.bias.defined()) biases.push_back(layer.bias);
  }
  TORCH_INTERNAL_ASSERT(biases.empty() || biases.size() == weights.size());
  return {at::cat(weights), biases.empty() ? at::Tensor() : at::cat(biases)};
}

Linear scaled(const Linear& layer, const at::Tensor& scale) {
  return {layer.weight * scale.unsqueeze(1),
          layer.bias.defined() ? layer.bias * scale : at::Tensor()};
}

}  // namespace asbench::models
