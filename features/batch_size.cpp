#include "features/batch_size.h"

#include <charconv>

namespace asbench::features {
namespace {

constexpr int kLargest = 4096;

}  // namespace

BatchSize::BatchSize(int images) : chosen_(images) {}

BatchSize::BatchSize(int threads, const std::optional<std::string>& remembered)
    : candidates_{2 * threads, 4 * threads, 8 * threads, 16 * threads} {
  if (!remembered) return;
  int images = 0;
  const char* end = remembered->data() + remembered->size();
  const auto [stop, error] = std::from_chars(remembered->data(), end, images);
  if (error == std::errc() && stop == end && images >= 1 && images <= kLargest) {
    chosen_ = images;
    candidates_.clear();
  }
}

int BatchSize::next() const {
  return candidates_.empty() ? chosen_ : candidates_.front();
}

bool BatchSize::record(int images, double seconds) {
  if (candidates_.empty() || images != candidates_.front()) return false;
  if (!warm_) {
    warm_ = true;
    return false;
  }
  const double each = seconds / images;
  if (best_ == 0.0 || each < best_) {
    best_ = each;
    chosen_ = images;
  }
  candidates_.erase(candidates_.begin());
  return candidates_.empty();
}

std::string BatchSize::text() const {
  return std::to_string(chosen_);
}

}  // namespace asbench::features
