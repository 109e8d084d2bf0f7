#include "features/batch_ladder.h"

#include <charconv>

namespace asbench::features {

BatchLadder::BatchLadder(int given, const std::optional<std::string>& remembered) {
  constexpr int kMost = 4096;  // of --batch
  if (given > 0) {
    size_ = given;
    decided_ = true;
    return;
  }
  if (!remembered) return;
  int images = 0;
  const char* const end = remembered->data() + remembered->size();
  const auto [stop, error] = std::from_chars(remembered->data(), end, images);
  if (error != std::errc() || stop != end || images < 1 || images > kMost) return;
  size_ = images;
  decided_ = true;
}

bool BatchLadder::find(const std::function<bool(int images)>& fits) {
  for (size_ = kLargest; !fits(size_); size_ /= 2) {
    if (size_ == 1) return false;
  }
  decided_ = true;
  return true;
}

bool BatchLadder::halve() {
  if (size_ == 1) return false;
  size_ /= 2;
  return true;
}

}  // namespace asbench::features
