#include "models/layers/attention.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace asbench::models {
namespace {

// [N, T, D] to [N, heads, T, head width], a view.
at::Tensor by_heads(const at::Tensor& x, std::int64_t heads) {
  return x.unflatten(-1, {heads, x.size(-1) / heads}).transpose(1, 2);
}

// Note [Attention of one query]
// With few queries LibTorch splits the keys over threads, also inside a region that is confined to one
// thread, and the sums then depend on the number of threads. One query needs so little arithmetic that
// plain loops cost nothing beside the products around them.
at::Tensor attention_of_one(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            std::int64_t heads) {
  const std::int64_t width = query.size(2) / heads;
  const std::int64_t keys = key.size(1);
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(width)));
  const at::Tensor mixed = at::empty(query.sizes(), query.options());
  std::vector<float> weights(static_cast<std::size_t>(keys));
  for (std::int64_t image = 0; image < query.size(0); ++image) {
    for (std::int64_t head = 0; head < heads; ++head) {
      const auto rows_of = [&](const at::Tensor& x) {
        return x.const_data_ptr<float>() + image * x.stride(0) + head * width;
      };
      const float* q = rows_of(query);
      const float* k = rows_of(key);
      const float* v = rows_of(value);
      float largest = -std::numeric_limits<float>::infinity();
      for (std::int64_t t = 0; t < keys; ++t, k += key.stride(1)) {
        float sum = 0.0F;
        for (std::int64_t i = 0; i < width; ++i) sum += q[i] * k[i];
        weights[static_cast<std::size_t>(t)] = sum * scale;
        largest = std::max(largest, sum * scale);
      }
      float total = 0.0F;
      for (float& weight : weights) {
        weight = std::exp(weight - largest);
        total += weight;
      }
      float* out = mixed.mutable_data_ptr<float>() + image * mixed.stride(0) + head * width;
      std::fill_n(out, width, 0.0F);
      for (std::int64_t t = 0; t < keys; ++t, v += value.stride(1)) {
        const float weight = weights[static_cast<std::size_t>(t)] / total;
        for (std::int64_t i = 0; i < width; ++i) out[i] += weight * v[i];
      }
    }
  }
  return mixed;
}

}  // namespace

at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                     std::int64_t heads, Mask mask) {
  if (query.size(1) == 1 && mask == Mask::none && query.device().is_cpu()) {
    return attention_of_one(query, key, value, heads);
  }
  const at::Tensor mixed =
      at::scaled_dot_product_attention(by_heads(query, heads), by_heads(key, heads),
                                       by_heads(value, heads), {}, 0.0, mask == Mask::causal);
  return mixed.transpose(1, 2).reshape(query.sizes());
}

}  // namespace asbench::models
