#include "models/layers/relative_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "models/kernels/cpu_kernels.h"
#include "models/kernels/matrix_product.h"
#include "models/layers/attention_blocks.h"

namespace asbench::models {
namespace {

bool runs_on_product_kernels(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.stride(2) == 1;
}

// As Note [Attention on the CPU] (attention.cpp), with the bias between the first product and the
// softmax: for one query it lies in a row.
at::Tensor attention_on_cpu(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            std::int64_t heads, const at::Tensor& bias) {
  const std::int64_t queries = query.size(1);
  const std::int64_t keys = key.size(1);
  const std::int64_t width = query.size(2) / heads;
  at::Tensor mixed = at::empty(query.sizes(), query.options());
  auto* const out = mixed.mutable_data_ptr<float>();
  const auto* const biases = bias.const_data_ptr<float>();
  const std::int64_t block = std::min(queries, kQueriesPerBlock);
  at::parallel_for(0, query.size(0) * heads, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> weights(static_cast<std::size_t>(block * keys));
    float* const w = weights.data();
    PackedMatrix packed_keys(float_product_kernels());
    PackedMatrix packed_values(float_product_kernels());
    for (std::int64_t pair = begin; pair < end; ++pair) {
      const std::int64_t sequence = pair / heads;
      const std::int64_t head = pair % heads;
      const auto rows_of = [&](const at::Tensor& x) {
        return x.const_data_ptr<float>() + sequence * x.stride(0) + head * width;
      };
      packed_keys.assign({rows_of(key), keys, width, key.stride(1), 1});
      packed_values.assign({rows_of(value), width, keys, 1, value.stride(1)});
      for (std::int64_t first = 0; first < queries; first += block) {
        const std::int64_t rows = std::min(block, queries - first);
        packed_keys.multiply({.x = rows_of(query) + first * query.stride(1),
                              .rows = rows,
                              .x_stride = query.stride(1),
                              .out = w,
                              .out_stride = keys,
                              .last = keys});
        for (std::int64_t r = 0; r < rows; ++r) {
          const float* const add = biases + head * bias.size(1) + queries - 1 - (first + r);
          for (std::int64_t k = 0; k < keys; ++k) w[r * keys + k] += add[k];
        }
        cpu_kernels().softmax(w, rows, keys, keys, 1.0F);
        packed_values.multiply(
            {.x = w,
             .rows = rows,
             .x_stride = keys,
             .out = out + sequence * mixed.stride(0) + first * mixed.stride(1) + head * width,
             .out_stride = mixed.stride(1),
             .last = width});
      }
    }
  });
  return mixed;
}

at::Tensor attention_by_products(const at::Tensor& query, const at::Tensor& key,
                                 const at::Tensor& value, std::int64_t heads,
                                 const at::Tensor& bias) {
  const std::int64_t queries = query.size(1);
  const at::TensorOptions whole = at::TensorOptions(at::kLong).device(query.device());
  const at::Tensor places = at::arange(key.size(1), whole).unsqueeze(0) -
                            at::arange(queries, whole).unsqueeze(1) + (queries - 1);
  const at::Tensor by_pair =
      bias.index_select(1, places.flatten()).view({heads, queries, key.size(1)});
  at::Tensor mixed = at::empty(query.sizes(), query.options());
  for (std::int64_t sequence = 0; sequence < query.size(0); ++sequence) {
    const auto by_heads = [&](const at::Tensor& x) {  // [heads, rows, width]
      return x.select(0, sequence).unflatten(-1, {heads, x.size(2) / heads}).transpose(0, 1);
    };
    const at::Tensor scores =
        at::matmul(by_heads(query), by_heads(key).transpose(1, 2)).to(at::kFloat) + by_pair;
    const at::Tensor weights = scores.softmax(-1).to(query.scalar_type());
    mixed.select(0, sequence)
        .copy_(at::matmul(weights, by_heads(value)).transpose(0, 1).flatten(1));
  }
  return mixed;
}

}  // namespace

at::Tensor relative_attention(const at::Tensor& query, const at::Tensor& key,
                              const at::Tensor& value, std::int64_t heads, const at::Tensor& bias) {
  TORCH_CHECK(key.sizes() == value.sizes() && query.size(0) == key.size(0) &&
                  query.size(2) == key.size(2) && query.size(2) % heads == 0,
              "attention of ", heads, " heads: queries ", query.sizes(), ", keys ", key.sizes(),
              ", values ", value.sizes());
  TORCH_CHECK(bias.scalar_type() == at::kFloat && bias.is_contiguous() && bias.dim() == 2 &&
                  bias.size(0) == heads && bias.size(1) == query.size(1) + key.size(1) - 1,
              "bias ", bias.sizes(), " of ", heads, " heads, ", query.size(1), " queries and ",
              key.size(1), " keys");
  if (runs_on_product_kernels(query) && runs_on_product_kernels(key) &&
      runs_on_product_kernels(value)) {
    return attention_on_cpu(query, key, value, heads, bias);
  }
  return attention_by_products(query, key, value, heads, bias);
}

}  // namespace asbench::models
