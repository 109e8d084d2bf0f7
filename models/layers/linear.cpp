#include "models/layers/linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <vector>

namespace asbench::models {
namespace {

enum class Start { zero, bias, sum };

/// Rows below which a thread of its own doesn't pay.
constexpr std::int64_t kFewestRows = 128;

void multiply_packed(at::Tensor& out, const at::Tensor& x, const Linear& layer, Start start) {
  TORCH_INTERNAL_ASSERT(x.dim() == 2 && x.size(1) == layer.inputs() && x.stride(1) == 1 &&
                        x.scalar_type() == at::kFloat);
  TORCH_INTERNAL_ASSERT(out.dim() == 2 && out.size(0) == x.size(0) &&
                        out.size(1) == layer.outputs() && out.is_contiguous());
  Product product;
  product.x = x.const_data_ptr<float>();
  product.rows = x.size(0);
  product.x_stride = x.stride(0);
  product.out = out.mutable_data_ptr<float>();
  product.out_stride = out.size(1);
  product.first = layer.first;
  product.last = layer.first + layer.count;
  if (start == Start::bias) product.bias = layer.bias.const_data_ptr<float>();
  product.add = start == Start::sum;
  // Where the caller runs a picture a thread, this is the calling thread's work alone; a network
  // that computes one clip at a time shares its rows out, which changes no bit.
  at::parallel_for(0, product.rows, kFewestRows, [&](std::int64_t begin, std::int64_t end) {
    Product part = product;
    part.x += begin * part.x_stride;
    part.out += begin * part.out_stride;
    part.rows = end - begin;
    layer.packed->multiply(part);
  });
}

}  // namespace

void move_to(Linear& layer, const Placement& placement) {
  if (layer.bias.defined()) move_to(layer.bias, placement);
  if (!placement.own_kernels) {
    move_to(layer.weight, placement);
    return;
  }
  TORCH_CHECK(layer.weight.scalar_type() == at::kFloat, "weights are float32 on the CPU, not ",
              layer.weight.scalar_type());
  PackedMatrix packed;
  packed.assign({layer.weight.const_data_ptr<float>(), layer.outputs(), layer.inputs(),
                 layer.weight.stride(0), layer.weight.stride(1)});
  layer.count = layer.outputs();
  layer.packed = std::make_shared<const PackedMatrix>(std::move(packed));
  layer.weight = at::Tensor();
}

void move_to(at::Tensor& tensor, const Placement& placement) {
  tensor = tensor
               .to(tensor.options().device(placement.device).dtype(placement.dtype),
                   /*non_blocking=*/false, /*copy=*/true)
               .contiguous();
}

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
  } else if (layer.packed) {
    multiply_packed(out, x, layer, Start::bias);
  } else {
    at::addmm_out(out, layer.bias, x, layer.weight.t());
  }
}

void product_into(at::Tensor& out, const at::Tensor& x, const Linear& layer) {
  if (layer.packed) {
    multiply_packed(out, x, layer, Start::zero);
  } else {
    at::mm_out(out, x, layer.weight.t());
  }
}

void add_product(at::Tensor& residual, const at::Tensor& x, const Linear& layer) {
  if (layer.packed) {
    multiply_packed(residual, x, layer, Start::sum);
  } else {
    residual.addmm_(x, layer.weight.t());
  }
}

Linear slice(const Linear& layer, std::int64_t begin, std::int64_t end) {
  Linear part = layer;
  if (layer.packed) {
    part.first += begin;
    part.count = end - begin;
  } else {
    part.weight = layer.weight.narrow(0, begin, end - begin);
  }
  if (layer.bias.defined()) part.bias = layer.bias.narrow(0, begin, end - begin);
  return part;
}

Linear concatenate(std::initializer_list<Linear> layers) {
  std::vector<at::Tensor> weights;
  std::vector<at::Tensor> biases;
  for (const Linear& layer : layers) {
    weights.push_back(layer.weight);
    if (layer.bias.defined()) biases.push_back(layer.bias);
  }
  TORCH_INTERNAL_ASSERT(biases.empty() || biases.size() == weights.size());
  Linear whole;
  whole.weight = at::cat(weights);
  if (!biases.empty()) whole.bias = at::cat(biases);
  return whole;
}

Linear scaled(const Linear& layer, const at::Tensor& scale) {
  Linear result;
  result.weight = layer.weight * scale.unsqueeze(1);
  if (layer.bias.defined()) result.bias = layer.bias * scale;
  return result;
}

}  // namespace asbench::models
