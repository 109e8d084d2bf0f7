#include "features/feature_writer.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "core/threads.h"

namespace asbench::features {

FeatureWriter::~FeatureWriter() {
  end();
}

void FeatureWriter::push(Batch batch) {
  rethrow_failure();
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { work(); });
    } catch (const std::system_error& error) {
      throw_no_thread(1, 1, error.code().value());
    }
  }
  queue_.push(std::move(batch));
}

void FeatureWriter::finish() {
  end();
  rethrow_failure();
}

void FeatureWriter::end() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void FeatureWriter::work() {
  while (std::optional<Batch> batch = queue_.pop()) {
    // After a failure the rest is dropped, so that nobody waits for room in the queue or for the
    // memory that a batch holds.
    if (failure_) continue;
    try {
      write(*batch);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
  }
}

void FeatureWriter::write(const Batch& batch) {
  const FeatureMatrix features = batch.features();
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    EncodeJob& job = *batch.rows[i].job;
    if (job.features.values.empty()) job.features = FeatureMatrix(job.features.rows, features.cols);
    const auto values = features.row(static_cast<int>(i));
    std::copy(values.begin(), values.end(), job.features.row(batch.rows[i].row).begin());
    if (--job.rows_missing == 0) store_.put(job.key, job.features);
  }
}

void FeatureWriter::rethrow_failure() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace asbench::features
