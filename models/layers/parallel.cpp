#include "models/layers/parallel.h"

#include <ATen/Parallel.h>
#include <c10/util/ParallelGuard.h>

#include <algorithm>
#include <atomic>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "models/layers/runtime.h"

/// Intel MKL, which is a part of LibTorch on x86: threads of its products on the calling thread, 0
/// for the number of the whole process. @returns the number until now. Elsewhere null.
extern "C" [[gnu::weak]] int MKL_Set_Num_Threads_Local(int threads);

namespace asbench::models {
namespace {

// Note [One thread, one piece]
// Splitting every matrix product over all threads joins them some 150 times a forward pass. When
// anything else runs (decoding does), each join waits for a thread that has lost its core, often
// for a whole time slice. Here threads meet once a batch: in this scope LibTorch's own loops, and
// ours that use at::parallel_for, stay on the thread they are called from.
//
// oneDNN and MKL lay a convolution or a product out for the threads that OpenMP would give them,
// even where it then runs on one: sums would be grouped otherwise, and their last bits would depend
// on the number of threads. So both are told that there is one; either setting belongs to the
// calling thread. LibTorch sets them itself the first time that it's used on a thread: it is asked
// for its number first, or it would undo ours on a thread that is new.
class SingleThreadScope {
 public:
  SingleThreadScope() : threads_(at::get_num_threads()) {
#ifdef _OPENMP
    omp_set_num_threads(1);
#endif
    if (MKL_Set_Num_Threads_Local != nullptr) mkl_threads_ = MKL_Set_Num_Threads_Local(1);
  }
  ~SingleThreadScope() {
#ifdef _OPENMP
    omp_set_num_threads(threads_);
#endif
    if (MKL_Set_Num_Threads_Local != nullptr) MKL_Set_Num_Threads_Local(mkl_threads_);
  }
  SingleThreadScope(const SingleThreadScope&) = delete;
  SingleThreadScope& operator=(const SingleThreadScope&) = delete;

 private:
  [[maybe_unused]] int threads_;
  int mkl_threads_ = 0;
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
