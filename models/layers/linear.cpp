#include "models/layers/linear.h"

#include <ATen/ATen.h>

#include <vector>

namespace asbench::models {
namespace {

// Note [Short products]
// A row of a product must not depend on how many other rows there are: a picture's feature would
// depend on its batch, a caption's on the other captions, and the last block works on one row a
// picture. MKL's single-threaded sgemm keeps that from 12 rows up (AVX2 kernels; every number of
// rows to 64 and some beyond, at any alignment, for the shapes of our networks); below, where the
// number is no multiple of 4, other kernels add in another order. So short products are made of 16
// rows, the rest zero.
constexpr std::int64_t kFewestRows = 16;

bool is_short(const at::Tensor& x) {
  return x.size(0) < kFewestRows && x.device().is_cpu();
}

at::Tensor lengthened(const at::Tensor& x) {
  at::Tensor longer = at::zeros({kFewestRows, x.size(1)}, x.options());
  longer.narrow(0, 0, x.size(0)).copy_(x);
  return longer;
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const Linear& layer) {
  const at::Tensor rows = x.reshape({-1, x.size(-1)});
  at::Tensor y = at::empty({rows.size(0), layer.outputs()}, x.options());
  linear_into(y, rows, layer);
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = layer.outputs();
  return y.view(shape);
}

void linear_into(at::Tensor& out, const at::Tensor& x, const Linear& layer) {
  if (!layer.bias.defined()) {
    product_into(out, x, layer);
  } else if (is_short(x)) {
    out.copy_(at::addmm(layer.bias, lengthened(x), layer.weight.t()).narrow(0, 0, x.size(0)));
  } else {
    at::addmm_out(out, layer.bias, x, layer.weight.t());
  }
}

void product_into(at::Tensor& out, const at::Tensor& x, const Linear& layer) {
  if (is_short(x)) {
    out.copy_(at::mm(lengthened(x), layer.weight.t()).narrow(0, 0, x.size(0)));
  } else {
    at::mm_out(out, x, layer.weight.t());
  }
}

void add_product(at::Tensor& residual, const at::Tensor& x, const Linear& layer) {
  if (is_short(x)) {
    at::Tensor longer = lengthened(residual);
    longer.addmm_(lengthened(x), layer.weight.t());
    residual.copy_(longer.narrow(0, 0, x.size(0)));
  } else {
    residual.addmm_(x, layer.weight.t());
  }
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
