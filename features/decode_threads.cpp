#include "features/decode_threads.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "core/threads.h"
#include "features/shards.h"
#include "loaders/video/clip_reader.h"

namespace asbench::features {
namespace {

constexpr int kMostThreads = 256;  // of --decode-threads

}  // namespace

int decode_thread_count(int wanted, bool beside_device) {
  if (wanted > 0) return wanted;
  const int cores = static_cast<int>(cores_at_hand());
  if (beside_device) return std::min(cores, kMostThreads);
  // The encoders want the cores too, and each thread may hold a clip's frames.
  constexpr int kMostBesideEncoders = 8;
  return std::clamp(cores / 2, 1, kMostBesideEncoders);
}

DecodeThreads::DecodeThreads(const ExtractionPlan& plan, const ExtractionSettings& settings,
                             const FeatureStore& store, const ClipSource& source,
                             BoundedQueue<PreparedInput>& queue, bool levels)
    : count_(decode_thread_count(settings.decode_threads, levels)),
      stop_(settings.stop),
      queue_(queue),
      schedule_(plan),
      outcomes_(plan.clips.size()),
      shared_{plan,
              store,
              source,
              settings.sink,
              settings.remember_clips ? request_sha256(plan) : std::string(),
              queue,
              schedule_,
              outcomes_,
              levels},
      progress_(settings.label, static_cast<std::int64_t>(plan.clips.size()), settings.progress) {
  loaders::silence_decoders();
}

DecodeThreads::~DecodeThreads() {
  queue_.close();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void DecodeThreads::start() {
  running_ = count_;
  for (int i = 0; i < count_; ++i) workers_.push_back(std::make_unique<DecodeWorker>(shared_));
  threads_.reserve(workers_.size());
  // When the system starts no further thread, the destructor ends those that run.
  for (const auto& worker : workers_) {
    try {
      threads_.emplace_back([this, &one = *worker] { work(one); });
    } catch (const std::system_error& error) {
      throw_no_thread(static_cast<unsigned>(threads_.size() + 1), static_cast<unsigned>(count_),
                      error.code().value());
    }
  }
}

void DecodeThreads::work(DecodeWorker& worker) {
  try {
    // A closed queue: encoding, or another of these threads, has failed, and the run ends.
    while (!stop_() && !queue_.closed()) {
      const auto task = schedule_.next();
      if (!task) break;
      worker.run(*task);
      progress_.advance(static_cast<std::int64_t>(task->clips.size()));
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    queue_.close();
  }
  if (--running_ == 0) queue_.close();
}

void DecodeThreads::join() {
  for (auto& thread : threads_) thread.join();
  progress_.finish();
  if (failure_) std::rethrow_exception(failure_);
}

std::vector<ClipOutcome> DecodeThreads::take_outcomes() {
  for (std::size_t clip = 0; clip < outcomes_.size(); ++clip) {
    const std::size_t other = schedule_.represented_by(clip);
    if (other != clip) outcomes_[clip] = outcomes_[other];
  }
  return std::move(outcomes_);
}

void DecodeThreads::add_statistics(ExtractionStatistics& statistics) const {
  statistics.clips += static_cast<std::int64_t>(shared_.plan.clips.size());
  for (const auto& worker : workers_) {
    const auto& share = worker->statistics();
    statistics.clips_decoded += share.clips_decoded;
    statistics.hash_seconds += share.hash_seconds;
    statistics.decode_seconds += share.decode_seconds;
    statistics.preprocess_seconds += share.preprocess_seconds;
  }
}

}  // namespace asbench::features
