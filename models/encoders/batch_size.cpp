#include "models/encoders/batch_size.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>

#include "core/error.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSideWithoutProfile = 224;

double seconds_of(const ImageEncoder& encoder, const at::Tensor& pixels) {
  const auto begin = Clock::now();
  static_cast<void>(encoder.encode_images(pixels));
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

int calibrate_batch_size(const ImageEncoder& encoder, const CalibrationOptions& options) {
  std::vector<int> candidates = options.candidates;
  std::sort(candidates.begin(), candidates.end());
  if (candidates.empty() || candidates.front() < 1) {
    throw BadInput("batch size: candidates must be positive numbers");
  }
  const InferenceScope scope;
  const Profile& profile = encoder.info().profile;
  const int height = profile.output_height > 0 ? profile.output_height : kSideWithoutProfile;
  const int width = profile.output_width > 0 ? profile.output_width : kSideWithoutProfile;
  // A pattern instead of random numbers: no generator is touched. Values of order 1, as after
  // normalising, because denormal numbers would be slow.
  const at::Tensor pixels = at::arange(3LL * height * width, at::kFloat)
                                .remainder(251)
                                .div_(125)
                                .sub_(1)
                                .view({1, 3, height, width})
                                .repeat({candidates.back(), 1, 1, 1});
  static_cast<void>(seconds_of(encoder, pixels.narrow(0, 0, candidates.front())));  // page in

  std::vector<double> seconds_each(candidates.size(), 0.0);
  const auto begin = Clock::now();
  do {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const double seconds =
          seconds_of(encoder, pixels.narrow(0, 0, candidates[i])) / candidates[i];
      // The fastest of the rounds: what disturbs a measurement only ever slows it down.
      seconds_each[i] = seconds_each[i] > 0.0 ? std::min(seconds_each[i], seconds) : seconds;
    }
  } while (std::chrono::duration<double>(Clock::now() - begin).count() < options.seconds);

  const double best = *std::min_element(seconds_each.begin(), seconds_each.end());
  constexpr double kTie = 1.02;
  const auto chosen = std::find_if(seconds_each.begin(), seconds_each.end(),
                                   [&](double seconds) { return seconds <= best * kTie; });
  return candidates[static_cast<std::size_t>(chosen - seconds_each.begin())];
}

}  // namespace asbench::models
