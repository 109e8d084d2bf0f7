// The encode stage beside a device, with decoded pictures given: whether the device ever waits for
// the program. The device is the stand-in of tests/support/timed_device.h, whose copies and
// products take the time that they are told to; no GPU is needed, and nothing is said about one.
//
//   overlapped  the encode stage: bytes, host memory used again, three batches under way, a thread
//               that writes the store
//   serial      what it replaces: float32 into fresh memory, copy, wait, copy back, write the
//   store,
//               all in one thread
//
// `idle_share` is the part of the wall time from the first batch to the last in which the device
// computed nothing: what packing, copies and the store add to the products. Every fifth picture
// ends a clip, whose matrix is stored; the store lies in the system's temporary folder.
#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/hash.h"
#include "features/bounded_queue.h"
#include "features/encode_stage.h"
#include "features/jobs.h"
#include "features/store.h"
#include "models/layers/runtime.h"
#include "tests/support/fake_extraction.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/timed_device.h"

namespace asbench::features {
namespace {

using testing::TimedDevice;

constexpr int kSide = 224;
constexpr int kDim = 512;
constexpr int kBatch = 256;
constexpr int kPictures = 8 * kBatch;
constexpr int kPicturesPerClip = 5;
constexpr std::size_t kLevels = std::size_t{3} * kSide * kSide;

/// As long as the device says, and no longer: features of zeros.
class NoNetwork final : public models::ImageEncoder {
 public:
  NoNetwork() {
    info_.id = "none";
    info_.dim = kDim;
  }
  const models::EncoderInfo& info() const override { return info_; }
  at::Tensor encode_images(const at::Tensor& pixels) const override {
    return at::zeros({pixels.size(0), kDim});
  }
  at::Tensor encode_levels(const at::Tensor& levels) const override {
    return at::zeros({levels.size(0), kDim});
  }

 private:
  models::EncoderInfo info_;
};

class NoNetworks final : public EncoderFactory {
 public:
  std::unique_ptr<models::ImageEncoder> image_encoder(const EncoderUse&,
                                                      c10::Device) const override {
    return std::make_unique<NoNetwork>();
  }
  std::unique_ptr<models::TextEncoder> text_encoder(const EncoderUse&, c10::Device) const override {
    return nullptr;
  }
  std::unique_ptr<models::ClipEncoder> clip_encoder(const ClipEncoderUse&,
                                                    c10::Device) const override {
    return nullptr;
  }
  std::unique_ptr<models::FrameInterpolator> frame_interpolator(const InterpolatorUse&,
                                                                c10::Device) const override {
    return nullptr;
  }
};

TimedDevice::Settings device_of(const benchmark::State& state) {
  TimedDevice::Settings settings;
  const double each = 1e-6 * static_cast<double>(state.range(0));
  settings.compute_seconds = [each](std::int64_t pictures) {
    return each * static_cast<double>(pictures);
  };
  settings.bytes_a_second = 12e9;  // PCIe 3.0 x16 at best
  return settings;
}

std::vector<PreparedInput> pictures(bool levels) {
  std::vector<PreparedInput> made;
  std::shared_ptr<EncodeJob> job;
  for (int i = 0; i < kPictures; ++i) {
    if (i % kPicturesPerClip == 0) {
      job = std::make_shared<EncodeJob>();
      job->key = sha256_hex(std::to_string(i));
      job->features.rows = job->rows_missing = std::min(kPicturesPerClip, kPictures - i);
    }
    PreparedInput picture;
    picture.job = job;
    picture.row = i % kPicturesPerClip;
    if (levels) {
      picture.levels.assign(kLevels, static_cast<std::uint8_t>(i));
    } else {
      picture.values.assign(kLevels, static_cast<float>(i));
    }
    made.push_back(std::move(picture));
  }
  return made;
}

void report(benchmark::State& state, const TimedDevice& device, double seconds) {
  const auto account = device.account();
  state.SetIterationTime(seconds);
  const double busy_span = account.compute_seconds + account.idle_seconds;
  state.counters["pictures/s"] = kPictures / seconds;
  state.counters["idle_share"] = account.idle_seconds / busy_span;
  state.counters["compute_s"] = account.compute_seconds;
  state.counters["copy_in_s"] = account.copy_in_seconds;
  state.counters["copy_out_s"] = account.copy_out_seconds;
  state.counters["host_memory"] = account.allocations;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void overlapped(benchmark::State& state) {
  const models::InferenceScope scope;
  const NoNetworks encoders;
  ExtractionPlan plan;
  plan.encoders = {testing::FakeEncoders::use("none")};
  plan.encoders[0].profile.output_height = plan.encoders[0].profile.output_width = kSide;
  ExtractionSettings settings;
  settings.batch = kBatch;
  settings.stop = [] { return false; };
  for (auto _ : state) {
    const testing::TemporaryFolder folder;
    const FeatureStore store(folder.path());
    TimedDevice device(device_of(state));
    BoundedQueue<PreparedInput> queue(std::size_t{1} << 40U);
    for (auto& picture : pictures(true)) {
      const std::size_t bytes = picture.bytes();
      queue.push(std::move(picture), bytes);
    }
    queue.close();
    EncodeStage stage({plan, settings, store, encoders, queue, c10::kCPU, &device});
    const auto start = std::chrono::steady_clock::now();
    stage.encode_images();
    report(state, device, seconds_since(start));
  }
}

void serial(benchmark::State& state) {
  const models::InferenceScope scope;
  const NoNetwork encoder;
  for (auto _ : state) {
    const testing::TemporaryFolder folder;
    const FeatureStore store(folder.path());
    TimedDevice device(device_of(state));
    auto given = pictures(false);
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t first = 0; first < given.size(); first += kBatch) {
      at::Tensor pixels = at::empty({kBatch, 3, kSide, kSide}, at::kFloat);
      auto* target = pixels.mutable_data_ptr<float>();
      for (std::size_t i = first; i < first + kBatch; ++i) {
        std::memcpy(target, given[i].values.data(), given[i].bytes());
        target += given[i].values.size();
        given[i].values = {};
      }
      at::Tensor features = at::empty({kBatch, kDim}, at::kFloat);
      device
          .submit({pixels, [&](const at::Tensor& input) { return encoder.encode_images(input); },
                   features})
          ->wait();
      for (std::size_t i = first; i < first + kBatch; ++i) {
        EncodeJob& job = *given[i].job;
        if (job.features.values.empty()) job.features = FeatureMatrix(job.features.rows, kDim);
        if (--job.rows_missing == 0) store.put(job.key, job.features);
      }
    }
    report(state, device, seconds_since(start));
  }
}

// Microseconds a picture: about two ViT-B in float32 at 50 TFLOP/s, and four times as fast.
BENCHMARK(overlapped)->Arg(440)->Arg(110)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(serial)->Arg(440)->Arg(110)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace asbench::features
