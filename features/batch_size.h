#pragma once

#include <optional>
#include <string>
#include <vector>

namespace asbench::features {

/// How many pictures an encoder gets at a time: a number given, or the fastest of a few candidates,
/// found on the run's own batches (an encoder's result does not depend on the batch,
/// models/encoders/encoder.h, so nothing is computed for the sake of measuring). The first batch
/// only warms up; each candidate is then timed once. Not thread-safe.
class BatchSize {
 public:
  /// Fixed.
  explicit BatchSize(int images = 1);
  /// @param threads     candidates are 2, 4, 8 and 16 pictures per thread
  /// @param remembered  text() of an earlier run on this machine; anything else is measured anew
  BatchSize(int threads, const std::optional<std::string>& remembered);

  /// Pictures that the next batch should have.
  [[nodiscard]] int next() const;
  /// Tells how long a batch took. Batches of another size than next() (the last one of a run) teach
  /// nothing.
  /// @returns true once, when the measurement has just been decided: time to remember text().
  bool record(int images, double seconds);
  [[nodiscard]] std::string text() const;

 private:
  std::vector<int> candidates_;  ///< still to be timed, the first one is next; empty: decided
  int chosen_ = 1;
  double best_ = 0.0;  ///< seconds per picture
  bool warm_ = false;
};

}  // namespace asbench::features
