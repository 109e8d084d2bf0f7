#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "models/t5/t5_config.h"

namespace asbench::models {

/// Which row of the table of biases a distance reads, in both directions
/// (docs/design/animeshootergen.md 4.10). With h = B / 2, m = h / 2 and n = |rel|: n itself below
/// m; else min(h - 1, m + trunc(ln(n / m) / ln(M / m) (h - m))), in float32; plus h where the key
/// comes after the query.
/// @param queries, keys  >= 1
/// @returns [queries + keys - 1] int64: of rel = key - query, from 1 - queries up to keys - 1
[[nodiscard]] at::Tensor t5_buckets(std::int64_t queries, std::int64_t keys,
                                    const T5Config& config);

}  // namespace asbench::models
