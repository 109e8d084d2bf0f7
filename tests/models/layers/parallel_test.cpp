#include "models/layers/parallel.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "models/layers/runtime.h"

extern "C" [[gnu::weak]] int MKL_Set_Num_Threads_Local(int threads);

namespace asbench::models {
namespace {

TEST(ParallelChunks, CoverEveryIndexOnceInPiecesOfAtMostTheChunk) {
  for (const int threads : {1, 2, 4}) {
    configure_runtime(threads);
    for (const std::int64_t count : {0, 1, 7, 8, 9}) {
      std::vector<std::atomic<int>> seen(9);
      parallel_chunks(count, 4, [&](std::int64_t begin, std::int64_t end) {
        EXPECT_LE(end - begin, 4);
        EXPECT_EQ(begin % 4, 0);
        for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      for (std::int64_t i = 0; i < 9; ++i) {
        EXPECT_EQ(seen[static_cast<std::size_t>(i)], i < count ? 1 : 0);
      }
    }
  }
  configure_runtime();
}

TEST(ParallelChunks, RunEachPieceOnOneThreadInInferenceMode) {
  configure_runtime(3);
  ASSERT_FALSE(c10::InferenceMode::is_enabled());
  std::atomic<int> pieces{0};
  parallel_chunks(6, 1, [&](std::int64_t, std::int64_t) {
    EXPECT_TRUE(c10::InferenceMode::is_enabled());
    EXPECT_TRUE(at::in_parallel_region());
    ++pieces;
  });
  EXPECT_EQ(pieces, 6);
  EXPECT_FALSE(c10::InferenceMode::is_enabled());
  EXPECT_FALSE(at::in_parallel_region());
  configure_runtime();
}

// How many threads oneDNN and MKL see. Three pieces wait for each other, so that each runs on a
// thread of its own, of which two are new: LibTorch sets such a thread up when it is first used.
TEST(ParallelChunks, LibrariesOfAThreadSeeOneThread) {
  constexpr int kThreads = 3;
  configure_runtime(kThreads);
  std::atomic<int> arrived{0};
  parallel_chunks(kThreads, 1, [&](std::int64_t, std::int64_t) {
    ++arrived;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (arrived < kThreads && std::chrono::steady_clock::now() < patience)
      std::this_thread::yield();
    EXPECT_EQ(at::get_num_threads(), 1);
    if (MKL_Set_Num_Threads_Local != nullptr) {
      EXPECT_EQ(MKL_Set_Num_Threads_Local(1), 1);
    }
  });
  EXPECT_EQ(arrived, kThreads);
  parallel_chunks(1, 1, [&](std::int64_t, std::int64_t) { EXPECT_EQ(at::get_num_threads(), 1); });
  EXPECT_EQ(at::get_num_threads(), kThreads) << "the caller's number comes back";
  if (MKL_Set_Num_Threads_Local != nullptr) {
    EXPECT_EQ(MKL_Set_Num_Threads_Local(kThreads), kThreads);
  }
  configure_runtime();
}

TEST(ParallelChunks, RunPiecesAtTheSameTime) {
  configure_runtime(2);
  std::atomic<int> arrived{0};
  std::atomic<bool> met{true};
  parallel_chunks(2, 1, [&](std::int64_t, std::int64_t) {
    ++arrived;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (arrived < 2 && met) {
      if (std::chrono::steady_clock::now() > patience) met = false;
      std::this_thread::yield();
    }
  });
  EXPECT_TRUE(met) << "the second piece waited for the end of the first";
  configure_runtime();
}

TEST(ParallelChunks, PassOnWhatAPieceThrows) {
  configure_runtime(2);
  EXPECT_THROW(parallel_chunks(4, 1,
                               [](std::int64_t begin, std::int64_t) {
                                 if (begin == 2) throw std::runtime_error("piece");
                               }),
               std::runtime_error);
  configure_runtime();
}

}  // namespace
}  // namespace asbench::models
