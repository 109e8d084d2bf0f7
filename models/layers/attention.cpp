#include "models/layers/attention.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "models/kernels/cpu_kernels.h"
#include "models/kernels/matrix_product.h"
#include "models/layers/attention_blocks.h"

namespace asbench::models {
namespace {

// [N, T, D] to [N, heads, T, head width], a view.
at::Tensor by_heads(const at::Tensor& x, std::int64_t heads) {
  return x.unflatten(-1, {heads, x.size(-1) / heads}).transpose(1, 2);
}

std::int64_t key_heads_of(const at::Tensor& query, const at::Tensor& key, std::int64_t heads) {
  const std::int64_t width = query.size(2) / heads;
  const std::int64_t key_heads = key.size(2) / width;
  TORCH_CHECK(width * heads == query.size(2) && key_heads * width == key.size(2) &&
                  heads % std::max<std::int64_t>(1, key_heads) == 0,
              "attention of ", heads, " heads: queries ", query.sizes(), ", keys ", key.sizes());
  return key_heads;
}

// Note [Groups as rows]
// The queries of a group of heads read the same keys. With the heads of a group one below another,
// as further rows of queries, a product or LibTorch's attention reads them where they are; written
// out once per query head they would be several times as large as the cache they come from.

// [N, Q, D] to [N, key heads, group * Q, head width].
at::Tensor groups_as_rows(const at::Tensor& x, std::int64_t key_heads, std::int64_t heads) {
  return x.unflatten(-1, {key_heads, heads / key_heads, x.size(-1) / heads})
      .permute({0, 2, 3, 1, 4})
      .flatten(2, 3);
}

// The reverse: [N, key heads, group * Q, head width] to [N, Q, D].
at::Tensor rows_as_groups(const at::Tensor& x, std::int64_t queries) {
  return x.unflatten(2, {-1, queries}).permute({0, 3, 1, 2, 4}).flatten(2);
}

// True where query `first` + row must not see a key: [rows, T]. The last query sees every key.
at::Tensor hidden_keys(const at::Tensor& query, std::int64_t first, std::int64_t rows,
                       std::int64_t keys) {
  const std::int64_t past = keys - query.size(1);
  return at::ones({rows, keys}, query.options().dtype(at::kBool)).triu_(past + first + 1);
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
  const std::int64_t group = heads / key_heads_of(query, key, heads);
  const std::int64_t past = keys - queries;
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
      const auto rows_of = [&](const at::Tensor& x, std::int64_t of_head) {
        return x.const_data_ptr<float>() + image * x.stride(0) + of_head * width;
      };
      packed_keys.assign({rows_of(key, head / group), keys, width, key.stride(1), 1});
      packed_values.assign({rows_of(value, head / group), width, keys, 1, value.stride(1)});
      for (std::int64_t first = 0; first < queries; first += block) {
        const std::int64_t rows = std::min(block, queries - first);
        packed_keys.multiply({.x = rows_of(query, head) + first * query.stride(1),
                              .rows = rows,
                              .x_stride = query.stride(1),
                              .out = w,
                              .out_stride = keys,
                              .last = keys});
        if (mask == Mask::causal) {
          for (std::int64_t r = 0; r < rows; ++r) {
            const std::int64_t seen = past + first + r + 1;
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

/// LibTorch's own, for the types whose products tensor cores compute.
at::Tensor attention_of_libtorch(const at::Tensor& query, const at::Tensor& key,
                                 const at::Tensor& value, std::int64_t heads, Mask mask) {
  const std::int64_t key_heads = key_heads_of(query, key, heads);
  const std::int64_t queries = query.size(1);
  const std::int64_t keys = key.size(1);
  const bool causal = mask == Mask::causal;
  const at::Tensor k = by_heads(key, key_heads);
  const at::Tensor v = by_heads(value, key_heads);
  if (key_heads == heads && (!causal || queries == keys)) {
    const at::Tensor mixed =
        at::scaled_dot_product_attention(by_heads(query, heads), k, v, {}, 0.0, causal);
    return mixed.transpose(1, 2).reshape(query.sizes());
  }
  // `is_causal` would let the first query see the first key alone, whatever came before it, so the
  // mask is written out, some rows at a time.
  constexpr std::int64_t kMostMask = std::int64_t{64} << 20;
  const std::int64_t group = heads / key_heads;
  const std::int64_t rows =
      causal ? std::max<std::int64_t>(1, kMostMask / std::max<std::int64_t>(1, group * keys))
             : std::max<std::int64_t>(1, queries);
  at::Tensor mixed = at::empty(query.sizes(), query.options());
  for (std::int64_t first = 0; first < queries; first += rows) {
    const std::int64_t count = std::min(rows, queries - first);
    const at::Tensor q = groups_as_rows(query.narrow(1, first, count), key_heads, heads);
    std::optional<at::Tensor> seen;
    if (causal) seen = hidden_keys(query, first, count, keys).logical_not_().repeat({group, 1});
    const at::Tensor part = at::scaled_dot_product_attention(q, k, v, seen, 0.0, false);
    mixed.narrow(1, first, count).copy_(rows_as_groups(part, count));
  }
  return mixed;
}

}  // namespace

at::Tensor attention_by_products(const at::Tensor& query, const at::Tensor& key,
                                 const at::Tensor& value, std::int64_t heads, Mask mask,
                                 std::int64_t most_bytes) {
  const std::int64_t queries = query.size(1);
  const std::int64_t keys = key.size(1);
  const std::int64_t key_heads = key_heads_of(query, key, heads);
  const std::int64_t bytes_a_query = 4 * std::max<std::int64_t>(1, heads * keys);
  const std::int64_t affordable = std::max<std::int64_t>(1, most_bytes / bytes_a_query);
  const std::int64_t pictures =
      std::max<std::int64_t>(1, affordable / std::max<std::int64_t>(1, queries));
  const double scale = 1.0 / std::sqrt(static_cast<double>(query.size(2) / heads));
  at::Tensor mixed = at::empty(query.sizes(), query.options());
  for (std::int64_t image = 0; image < query.size(0); image += pictures) {
    const std::int64_t count = std::min(pictures, query.size(0) - image);
    const auto part = [&](const at::Tensor& x) { return x.narrow(0, image, count); };
    const at::Tensor k = by_heads(part(key), key_heads).transpose(-1, -2);
    const at::Tensor v = by_heads(part(value), key_heads);
    for (std::int64_t first = 0; first < queries; first += affordable) {
      const std::int64_t rows = std::min(affordable, queries - first);
      const at::Tensor q = groups_as_rows(part(query).narrow(1, first, rows), key_heads, heads);
      at::Tensor weights = at::matmul(q, k).mul_(scale);
      if (mask == Mask::causal) {
        weights.unflatten(2, {-1, rows})
            .masked_fill_(hidden_keys(query, first, rows, keys),
                          -std::numeric_limits<float>::infinity());
      }
      const at::Tensor result = at::matmul(weights.softmax(-1), v);
      part(mixed).narrow(1, first, rows).copy_(rows_as_groups(result, rows));
    }
  }
  return mixed;
}

at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                     std::int64_t heads, Mask mask) {
  TORCH_CHECK(mask == Mask::none || query.size(1) <= key.size(1), "causal attention of ",
              query.size(1), " queries over ", key.size(1), " keys");
  if (runs_on_product_kernels(query) && runs_on_product_kernels(key) &&
      runs_on_product_kernels(value)) {
    return attention_on_cpu(query, key, value, heads, mask);
  }
  if (wants_true_float32(query))
    return attention_by_products(query, key, value, heads, mask, kMostAttentionBytes);
  return attention_of_libtorch(query, key, value, heads, mask);
}

}  // namespace asbench::models
