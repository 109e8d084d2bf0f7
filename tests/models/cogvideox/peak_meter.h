#pragma once

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace asbench::models {

/// Told of every allocation of the thread.
struct PeakMeter : c10::MemoryReportingInfoBase {
  void reportMemoryUsage(void* /*ptr*/, std::int64_t bytes, std::size_t /*allocated*/,
                         std::size_t /*reserved*/, c10::Device /*device*/) override {
    held += bytes;
    peak = std::max(peak, held);
  }
  [[nodiscard]] bool memoryProfilingEnabled() const override { return true; }

  std::int64_t held = 0;
  std::int64_t peak = 0;
};

/// The most bytes that `work` has of LibTorch's allocator at once, in this thread.
template <typename Work>
std::int64_t peak_of(Work work) {
  const auto meter = std::make_shared<PeakMeter>();
  {
    const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, meter);
    work();
  }
  EXPECT_EQ(meter->held, 0) << "all of it is given back";
  return meter->peak;
}

}  // namespace asbench::models
