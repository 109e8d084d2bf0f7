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
  if (!thread_.joinable()) start();
  queue_.push(std::move(batch));
}

void FeatureWriter::start() {
  try {
    while (storers_.size() < kStorers) storers_.emplace_back([this] { store_matrices(); });
    thread_ = std::thread([this] { take_batches(); });
  } catch (const std::system_error& error) {
    throw_no_thread(static_cast<unsigned>(storers_.size() + 1), kStorers + 1, error.code().value());
  }
}

void FeatureWriter::finish() {
  end();
  rethrow_failure();
}

void FeatureWriter::end() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  whole_.close();
  for (std::thread& storer : storers_) storer.join();
  storers_.clear();
}

bool FeatureWriter::failed() {
  const std::lock_guard lock(mutex_);
  return failure_ != nullptr;
}

void FeatureWriter::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

void FeatureWriter::take_batches() {
  while (const std::optional<Batch> batch = queue_.pop()) {
    // After a failure the rest is dropped, so that nobody waits for room in the queue or for the
    // memory that a batch holds. What is whole by then is still stored.
    if (!failed()) guarded([&] { take(*batch); });
  }
}

void FeatureWriter::take(const Batch& batch) {
  const FeatureMatrix features = batch.features();
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    EncodeJob& job = *batch.rows[i].job;
    const Row& row = batch.rows[i];
    if (job.features.values.empty()) job.features = FeatureMatrix(job.features.rows, features.cols);
    if (row.row >= job.features.rows) {
      job.features.rows = row.row + 1;
      job.features.values.resize(static_cast<std::size_t>(job.features.rows) *
                                 static_cast<std::size_t>(job.features.cols));
    }
    job.rows_missing += row.rows;
    const auto values = features.row(static_cast<int>(i));
    std::copy(values.begin(), values.end(), job.features.row(row.row).begin());
    if (--job.rows_missing == 0)
      whole_.push(batch.rows[i].job, job.features.values.size() * sizeof(float));
  }
}

void FeatureWriter::store_matrices() {
  while (const auto job = whole_.pop()) {
    guarded([&] { store_.put((*job)->key, (*job)->features); });
  }
}

void FeatureWriter::rethrow_failure() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace asbench::features
