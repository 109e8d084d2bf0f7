#include "models/layers/linear.h"

#include <ATen/ATen.h>

#include <vector>

namespace asbench::models {
namespace {

// Note [At least four rows]
// MKL's single-threaded sgemm gives a row of the product the same bits whatever rows stand beside
// it, from 4 rows on; products of 1 to 3 rows go through other kernels (measured over the shapes of
// our networks, docs/determinism.md). The last block and the projection work on one row a picture,
// so without this a picture's feature would depend on how many pictures share its piece.
constexpr std::int64_t kFewestRows = 4;

at::Tensor rows(const at::Tensor& x) {
  return x.reshape({-1, x.size(-1)});
}

bool has_few_rows(const at::Tensor& flat) {
  return flat.size(0) < kFewestRows && flat.device().is_cpu();
}

at::Tensor padded(const at::Tensor& flat) {
  at::Tensor more = at::zeros({kFewestRows, flat.size(1)}, flat.options());
  more.narrow(0, 0, flat.size(0)).copy_(flat);
  return more;
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const Linear& layer) {
  at::Tensor flat = rows(x);
  const std::int64_t count = flat.size(0);
  if (has_few_rows(flat)) flat = padded(flat);
  at::Tensor y = layer.bias.defined() ? at::addmm(layer.bias, flat, layer.weight.t())
                                      : at::mm(flat, layer.weight.t());
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = layer.outputs();
  return y.narrow(0, 0, count).view(shape);
}

void linear_into(at::Tensor& out, const at::Tensor& x, const Linear& layer) {
  if (has_few_rows(x)) {
    out.copy_(linear(x, layer));
  } else if (layer.bias.defined()) {
    at::addmm_out(out, layer.bias, x, layer.weight.t());
  } else {
    at::mm_out(out, x, layer.weight.t());
  }
}

void product_into(at::Tensor& out, const at::Tensor& x, const Linear& layer) {
  if (has_few_rows(x)) {
    out.copy_(at::mm(padded(x), layer.weight.t()).narrow(0, 0, x.size(0)));
  } else {
    at::mm_out(out, x, layer.weight.t());
  }
}

void add_product(at::Tensor& residual, const at::Tensor& x, const Linear& layer) {
  if (has_few_rows(x)) {
    at::Tensor sum = padded(residual);
    sum.addmm_(padded(x), layer.weight.t());
    residual.copy_(sum.narrow(0, 0, x.size(0)));
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
