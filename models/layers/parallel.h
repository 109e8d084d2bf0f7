#pragma once

#include <cstdint>
#include <functional>

namespace asbench::models {

/// Runs `work(begin, end)` over [0, count) in pieces of at most `chunk`, each piece by one thread
/// from beginning to end, and returns when all are done. Pieces are handed out as threads get free.
/// In `work` LibTorch uses the calling thread alone and inference mode is on.
///
/// Why networks run this way on the CPU: see Note [One thread, one piece] in the source.
/// @param count >= 0, chunk >= 1
/// @throws what `work` throws.
void parallel_chunks(std::int64_t count, std::int64_t chunk,
                     const std::function<void(std::int64_t begin, std::int64_t end)>& work);

}  // namespace asbench::models
