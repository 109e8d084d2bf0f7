#pragma once

// How much of the attention's weights is in memory at a time; also for plans of memory.

#include <cstdint>

namespace asbench::models {

/// Queries whose weights a thread of the CPU has in memory at a time: with 200 keys they stay in
/// the first cache.
inline constexpr std::int64_t kQueriesPerBlock = 48;

/// Of the weights [N, heads, Q, T] where attention() goes by products on a GPU.
inline constexpr std::int64_t kMostAttentionBytes = std::int64_t{256} << 20;

}  // namespace asbench::models
