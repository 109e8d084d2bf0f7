#include "models/layers/attention.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "models/kernels/cpu_kernels.h"
#include "models/kernels/matrix_product.h"

namespace asbench::models {
namespace {

/// Queries whose weights are in memory at a time: with 200 keys they stay in the first cache.
constexpr std::int64_t kQueriesPerBlock = 48;

// [N, T, D] to [N, heads, T, head width], a view.
at::Tensor by_heads(const at::Tensor& x, std::int64_t heads) {
  return x.unflatten(-1, {heads, x.size(-1) / heads}).transpose(1, 2);
}

bool runs_on_product_kernels(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.stride(2) == 1;
}

// Note [Attention on the CPU]
// LibTorch's attention goes through the matrix library and, with few queries, splits the keys over
// threads even in a region that is confined to one: its sums depend on what Note [A row's bits]
// forbids. Here it is the same two products as everywhere, with the softmax between them; each
// query's weights depend on the query and the keys alone.
at::Tensor attention_on_cpu(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            std::int64_t heads, Mask mask) {
  const std::int64_t queries = query.size(1);
  const std::int64_t keys = key.size(1);
  const std::int64_t width = query.size(2) / heads;
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(width)));
  at::Tensor mixed = at::empty(query.sizes(), query.options());
  auto* const out = mixed.mutable_data_ptr<float>();
  const std::int64_t block = std::min(queries, kQueriesPerBlock);
  at::parallel_for(0, query.size(0) * heads, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> weights(static_cast<std::size_t>(block * keys));
    float* const w = weights.data();
    PackedMatrix packed_keys(float_product_kernels());
    PackedMatrix packed_values(float_product_kernels());
    for (std::int64_t pair = begin; pair < end; ++pair) {
      const std::int64_t image = pair / heads;
      const std::int64_t head = pair % heads;
      const auto rows_of = [&](const at::Tensor& x) {
        return x.const_data_ptr<float>() + image * x.stride(0) + head * width;
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
        if (mask == Mask::causal) {
          for (std::int64_t r = 0; r < rows; ++r) {
            const std::int64_t seen = first + r + 1;
            cpu_kernels().softmax(w + r * keys, 1, seen, keys, scale);
            std::fill(w + r * keys + seen, w + (r + 1) * keys, 0.0F);
          }
        } else {
          cpu_kernels().softmax(w, rows, keys, keys, scale);
        }
        packed_values.multiply(
            {.x = w,
             .rows = rows,
             .x_stride = keys,
             .out = out + image * mixed.stride(0) + first * mixed.stride(1) + head * width,
             .out_stride = mixed.stride(1),
             .last = width});
      }
    }
  });
  return mixed;
}

/// LibTorch's attention multiplies float32 on Ampere and newer by tensor cores, each factor in two
/// or three TF32 parts, whatever the TF32 switches say: close to float32, but not float32.
bool wants_true_float32(const at::Tensor& x) {
  return x.scalar_type() == at::kFloat && !at::globalContext().allowTF32CuBLAS();
}

}  // namespace

at::Tensor attention_by_products(const at::Tensor& query, const at::Tensor& key,
                                 const at::Tensor& value, std::int64_t heads, Mask mask,
                                 std::int64_t most_bytes) {
  const std::int64_t queries = query.size(1);
  const std::int64_t keys = key.size(1);
  const std::int64_t bytes_each = 4 * std::max<std::int64_t>(1, heads * queries * keys);
  const std::int64_t pictures = std::max<std::int64_t>(1, most_bytes / bytes_each);
  const double scale = 1.0 / std::sqrt(static_cast<double>(query.size(2) / heads));
  at::Tensor hidden;
  if (mask == Mask::causal) {
    hidden = at::ones({queries, keys}, query.options().dtype(at::kBool)).triu_(1);
  }
  at::Tensor mixed = at::empty(query.sizes(), query.options());
  for (std::int64_t first = 0; first < query.size(0); first += pictures) {
    const std::int64_t count = std::min(pictures, query.size(0) - first);
    const auto part = [&](const at::Tensor& x) {
      return by_heads(x.narrow(0, first, count), heads);
    };
    at::Tensor weights = at::matmul(part(query), part(key).transpose(-1, -2)).mul_(scale);
    if (hidden.defined()) weights.masked_fill_(hidden, -std::numeric_limits<float>::infinity());
    const at::Tensor result = at::matmul(weights.softmax(-1), part(value));
    mixed.narrow(0, first, count).copy_(result.transpose(1, 2).flatten(2));
  }
  return mixed;
}

at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                     std::int64_t heads, Mask mask) {
  if (runs_on_product_kernels(query) && runs_on_product_kernels(key) &&
      runs_on_product_kernels(value)) {
    return attention_on_cpu(query, key, value, heads, mask);
  }
  if (wants_true_float32(query)) return attention_by_products(query, key, value, heads, mask);
  const at::Tensor mixed =
      at::scaled_dot_product_attention(by_heads(query, heads), by_heads(key, heads),
                                       by_heads(value, heads), {}, 0.0, mask == Mask::causal);
  return mixed.transpose(1, 2).reshape(query.sizes());
}

}  // namespace asbench::models
