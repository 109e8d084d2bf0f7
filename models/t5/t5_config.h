#pragma once

#include <cstdint>
#include <string>

#include "core/json.h"

namespace asbench::models {

/// Sizes of a T5 v1.1 encoder. Plain data, checked; defaults are those of transformers 5.23.0 for
/// fields that a config.json leaves out (docs/design/animeshootergen.md 7.2).
struct T5Config {
  std::int64_t vocabulary = 32128;  ///< `vocab_size`: rows of the table
  std::int64_t width = 512;         ///< `d_model`
  std::int64_t head_width = 64;     ///< `d_kv`; heads * head_width may differ from the width
  std::int64_t inner = 2048;        ///< `d_ff`
  std::int64_t layers = 6;          ///< `num_layers`
  std::int64_t heads = 8;           ///< `num_heads`
  std::int64_t buckets = 32;        ///< `relative_attention_num_buckets`, even, at least 4
  std::int64_t max_distance = 128;  ///< `relative_attention_max_distance`, above buckets / 4
  double eps = 1e-6;                ///< `layer_norm_epsilon`
};

/// `feed_forward_proj` must be gated-gelu, which stands for the tanh-shaped GELU; its published
/// default is another, so a file without it is refused.
/// @param where  what to call the file in messages
/// @throws BadInput naming the field, its value and what is allowed.
[[nodiscard]] T5Config parse_t5_config(const Json& config, const std::string& where);

}  // namespace asbench::models
