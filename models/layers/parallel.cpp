#include "models/layers/parallel.h"

#include <ATen/Parallel.h>
#include <c10/util/ParallelGuard.h>

#include <algorithm>
#include <atomic>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

// Note [One thread, one piece]
// Splitting every matrix product over all threads joins them some 150 times a forward pass. When
// anything else runs (decoding does), each join waits for a thread that has lost its core, often
// for a whole time slice. Here threads meet once a batch: in this scope LibTorch's own loops, and
// ours that use at::parallel_for, stay on the thread they are called from.
//
// oneDNN lays a convolution out for the threads that OpenMP would give it, even where it then runs
// on one: sums would be grouped otherwise, and their last bits would depend on the number of
// threads. So OpenMP is told that there is one; that setting belongs to the calling thread.
class SingleThreadScope {
 public:
#ifdef _OPENMP
  SingleThreadScope() : threads_(omp_get_max_threads()) {
    omp_set_num_threads(1);
  }
  ~SingleThreadScope() {
    omp_set_num_threads(threads_);
  }
#else
  SingleThreadScope() = default;
  ~SingleThreadScope() = default;
#endif
  SingleThreadScope(const SingleThreadScope&) = delete;
  SingleThreadScope& operator=(const SingleThreadScope&) = delete;

 private:
#ifdef _OPENMP
  int threads_;
#endif
  c10::ParallelGuard aten_{true};
  InferenceScope inference_;
};

}  // namespace

void parallel_chunks(std::int64_t count, std::int64_t chunk,
                     const std::function<void(std::int64_t begin, std::int64_t end)>& work) {
  const std::int64_t pieces = (count + chunk - 1) / chunk;
  const std::int64_t workers = std::min<std::int64_t>(pieces, thread_count());
  std::atomic<std::int64_t> next{0};
  at::parallel_for(0, workers, 1, [&](std::int64_t first, std::int64_t last) {
    const SingleThreadScope scope;
    for (std::int64_t worker = first; worker < last; ++worker) {
      for (std::int64_t piece = next++; piece < pieces; piece = next++) {
        work(piece * chunk, std::min(count, (piece + 1) * chunk));
      }
    }
  });
}

}  // namespace asbench::models
