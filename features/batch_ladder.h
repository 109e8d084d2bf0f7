#pragma once

#include <functional>
#include <optional>
#include <string>

namespace asbench::features {

/// How many pictures an encoder gets at a time on a device whose memory sets the limit: a number
/// given, one that is remembered, or the largest of 256, 128, ... 1 that fits. A device gains
/// nothing from more than 256 pictures of this size, and every batch is filled up to the whole
/// size. Not thread-safe.
class BatchLadder {
 public:
  static constexpr int kLargest = 256;

  /// @param given       `--batch`; 0: to be found
  /// @param remembered  text() of an earlier run on this device; anything else is found anew
  BatchLadder(int given, const std::optional<std::string>& remembered);

  [[nodiscard]] int size() const { return size_; }
  /// False while size() is only a first guess: find() says better.
  [[nodiscard]] bool decided() const { return decided_; }
  /// Tries sizes from the largest down. @param fits  false when the device's memory does not
  /// suffice
  /// @returns false when not even one picture fits.
  bool find(const std::function<bool(int images)>& fits);
  /// After memory ran out in the middle of a run. @returns false when size() is 1 already.
  bool halve();
  [[nodiscard]] std::string text() const { return std::to_string(size_); }

 private:
  int size_ = kLargest;
  bool decided_ = false;
};

}  // namespace asbench::features
