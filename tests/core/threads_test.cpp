#include "core/threads.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "core/error.h"

namespace asbench {
namespace {

TEST(RunOnThreads, UsesSoManyAndTheCallersOwn) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  run_on_threads(
      4,
      [&] {
        const std::lock_guard lock(mutex);
        ids.insert(std::this_thread::get_id());
      },
      [] {});
  EXPECT_TRUE(ids.contains(std::this_thread::get_id()));
  EXPECT_LE(ids.size(), 4U);
}

TEST(RequireThreads, GivesThemBack) {
  for (int round = 0; round < 20; ++round) require_threads(3);
}

/// Ends the process with 0 when a thread was refused, with the fault's message on stderr.
void ask_for_too_many_threads() {
  const rlimit little{256 << 20, 256 << 20};  // of the address space: no stack can be had
  if (::setrlimit(RLIMIT_AS, &little) != 0) std::_Exit(3);
  std::atomic<bool> end = false;
  try {
    run_on_threads(
        10'000,
        [&] {
          while (!end) std::this_thread::yield();
        },
        [&] { end = true; });
  } catch (const SystemFault& fault) {
    std::fputs(fault.what(), stderr);
    std::_Exit(end ? 0 : 1);
  }
  std::_Exit(2);
}

TEST(Cores, OfAContainersShareAreRoundedUp) {
  EXPECT_EQ(cores_of_quota("200000 100000"), 2U);
  EXPECT_EQ(cores_of_quota("150000 100000"), 2U);
  EXPECT_EQ(cores_of_quota("10000 100000"), 1U);
  for (const char* text : {"max 100000", "", "200000", "0 100000", "5 0", "x y"})
    EXPECT_EQ(cores_of_quota(text), 0U) << text;
  EXPECT_GE(cores_at_hand(), 1U);
}

TEST(ThreadsDeathTest, ThatCanNotBeStartedAreAFaultAfterTheOthersHaveEnded) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "sanitizers need more address space than the limit of this test leaves";
#endif
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(ask_for_too_many_threads(), ::testing::ExitedWithCode(0),
              "thread [0-9]+ of 10000: can't be started: Resource");
}

}  // namespace
}  // namespace asbench
