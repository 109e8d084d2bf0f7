#include "models/layers/parallel.h"

#include <ATen/Parallel.h>
#include <c10/util/ParallelGuard.h>

#include <algorithm>
#include <atomic>

#include "models/layers/runtime.h"

// Part of the MKL inside LibTorch; absent from builds with another matrix library.
extern "C" __attribute__((weak)) int MKL_Set_Num_Threads_Local(int threads);

namespace asbench::models {
namespace {

// Note [One thread, one piece]
// Splitting every matrix product over all threads joins them some 150 times a forward pass. When
// anything else runs (decoding does), each join waits for a thread that has lost its core, often
// for a whole time slice. Here threads meet once a batch. It is also what makes results repeatable:
// a picture's numbers come from the same sequence of single-threaded products whatever the thread
// count, and rows of a product don't depend on how many other rows there are: Note [Short
// products].
class SingleThreadScope {
 public:
  SingleThreadScope() {
    if (MKL_Set_Num_Threads_Local != nullptr) previous_ = MKL_Set_Num_Threads_Local(1);
  }
  ~SingleThreadScope() {
    if (MKL_Set_Num_Threads_Local != nullptr) MKL_Set_Num_Threads_Local(previous_);
  }
  SingleThreadScope(const SingleThreadScope&) = delete;
  SingleThreadScope& operator=(const SingleThreadScope&) = delete;

 private:
  c10::ParallelGuard aten_{true};
  InferenceScope inference_;
  int previous_ = 0;
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
