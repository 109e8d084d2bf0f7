#pragma once

// The extractor's decode threads; not a public header.

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/progress.h"
#include "features/decode_worker.h"
#include "features/extraction.h"

namespace asbench::features {

/// @param wanted  ExtractionSettings::decode_threads
/// @param beside_device  another device than the CPU encodes
[[nodiscard]] int decode_thread_count(int wanted, bool beside_device);

/// Runs a schedule to its end with one decode worker per thread, then closes the queue. An
/// exception in one of them closes the queue at once. One owner.
class DecodeThreads {
 public:
  /// @param levels  of DecodeShared
  DecodeThreads(const ExtractionPlan& plan, const ExtractionSettings& settings,
                const FeatureStore& store, const ClipSource& source,
                BoundedQueue<PreparedInput>& queue, bool levels);
  /// Closes the queue and waits.
  ~DecodeThreads();
  DecodeThreads(const DecodeThreads&) = delete;
  DecodeThreads& operator=(const DecodeThreads&) = delete;

  void start();
  /// Waits for the threads; rethrows what stopped one of them.
  void join();

  /// After join(): by clip id.
  [[nodiscard]] std::vector<ClipOutcome> take_outcomes();
  void add_statistics(ExtractionStatistics& statistics) const;

 private:
  void work(DecodeWorker& worker);

  const int count_;
  const std::function<bool()> stop_;
  BoundedQueue<PreparedInput>& queue_;
  Schedule schedule_;
  std::vector<ClipOutcome> outcomes_;
  const DecodeShared shared_;
  Progress progress_;

  std::atomic<int> running_{0};
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::vector<std::unique_ptr<DecodeWorker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace asbench::features
