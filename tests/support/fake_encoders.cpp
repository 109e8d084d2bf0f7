#include <ATen/ATen.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "core/hash.h"
#include "models/encoders/level_table.h"
#include "tests/support/fake_extraction.h"

namespace asbench::testing {
namespace {

float salt_of(const std::string& role) {
  return static_cast<float>(role.empty() ? 0 : role.front());
}

/// Summed in double in a fixed order: the same bits whatever the batch.
double sum_of(const float* values, std::int64_t count) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]);
  return sum;
}

at::Tensor tensor_of(const std::vector<std::vector<float>>& rows) {
  const auto cols = rows.empty() ? std::size_t{0} : rows.front().size();
  at::Tensor tensor = at::empty(
      {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(cols)}, at::kFloat);
  float* target = tensor.mutable_data_ptr<float>();
  for (const auto& row : rows) target = std::copy(row.begin(), row.end(), target);
  return tensor;
}

class FakeImageEncoder final : public models::ImageEncoder {
 public:
  FakeImageEncoder(const FakeEncoders& owner, const features::EncoderUse& use)
      : owner_(owner), levels_(use.profile, c10::kCPU) {
    info_.id = use.id;
    info_.dim = 3;
    info_.profile = use.profile;
    salt_ = salt_of(use.role);
  }
  const models::EncoderInfo& info() const override { return info_; }
  at::Tensor encode_images(const at::Tensor& pixels) const override {
    owner_.before_batch(owner_.counts.images);
    std::vector<std::vector<float>> rows;
    const auto each = pixels.numel() / std::max<std::int64_t>(1, pixels.size(0));
    const float* values = pixels.const_data_ptr<float>();
    for (std::int64_t i = 0; i < pixels.size(0); ++i, values += each)
      rows.push_back({static_cast<float>(sum_of(values, each)), values[0], salt_});
    owner_.counts.images += static_cast<int>(pixels.size(0));
    ++owner_.counts.batches;
    return tensor_of(rows);
  }
  at::Tensor encode_levels(const at::Tensor& levels) const override {
    return encode_images(levels_.values_of(levels));
  }

 private:
  const FakeEncoders& owner_;
  models::LevelTable levels_;
  models::EncoderInfo info_;
  float salt_ = 0.0F;
};

class FakeTextEncoder final : public models::TextEncoder {
 public:
  explicit FakeTextEncoder(const FakeEncoders& owner) : owner_(owner) {}
  int dim() const override { return 2; }
  models::EncodedTexts encode_texts(std::span<const std::string> texts) const override {
    std::vector<std::vector<float>> rows;
    models::EncodedTexts encoded;
    for (const auto& text : texts) {
      rows.push_back(FakeEncoders::caption_feature(text));
      encoded.truncated.push_back(text.size() > 20);
    }
    owner_.counts.texts += static_cast<int>(texts.size());
    encoded.features = tensor_of(rows);
    return encoded;
  }
  at::Tensor encode_ids(std::span<const std::vector<std::int64_t>> ids) const override {
    return at::zeros({static_cast<std::int64_t>(ids.size()), 2});
  }

 private:
  const FakeEncoders& owner_;
};

class FakeClipEncoder final : public models::ClipEncoder {
 public:
  explicit FakeClipEncoder(const FakeEncoders& owner) : owner_(owner) {}
  at::Tensor encode_clip(const at::Tensor& clip) const override {
    ++owner_.counts.clips;
    return tensor_of({{static_cast<float>(sum_of(clip.const_data_ptr<float>(), clip.numel())),
                       static_cast<float>(clip.size(1))}});
  }

 private:
  const FakeEncoders& owner_;
};

double error_of(std::span<const std::uint8_t> before, std::span<const std::uint8_t> middle,
                std::span<const std::uint8_t> after) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < middle.size(); ++i)
    sum += std::abs((before[i] + after[i]) / 2 - middle[i]);
  return static_cast<double>(sum) / static_cast<double>(middle.size());
}

class FakeInterpolator final : public models::FrameInterpolator {
 public:
  explicit FakeInterpolator(const FakeEncoders& owner) : owner_(owner) {}
  std::vector<double> prediction_errors(
      std::span<const models::FrameTriple> triples) const override {
    std::vector<double> errors;
    for (const auto& triple : triples) {
      errors.push_back(error_of(triple.before, triple.middle, triple.after));
      if (triple.height != triples.front().height || triple.width != triples.front().width)
        throw std::logic_error("triples of several sizes");
    }
    const auto count = static_cast<int>(triples.size());
    owner_.counts.triples += count;
    owner_.counts.most_triples = std::max(owner_.counts.most_triples.load(), count);
    return errors;
  }
  int triples_at_once(int, int) const override { return 2; }

 private:
  const FakeEncoders& owner_;
};

}  // namespace

features::EncoderUse FakeEncoders::use(const std::string& role) {
  features::EncoderUse use;
  use.role = role;
  use.id = "fake/" + role;
  use.weights_sha256 = sha256_hex("weights " + role);
  use.config_sha256 = sha256_hex("config");
  use.profile.scale = models::LevelScale::divide_by_255;
  use.profile.output_height = 6;
  use.profile.output_width = 8;
  use.preprocess = use.profile.describe();
  return use;
}

features::ClipEncoderUse FakeEncoders::clip_use() {
  features::ClipEncoderUse use;
  use.id = "fake/video";
  use.weights_sha256 = sha256_hex("weights video");
  use.profile.name = "fake";
  use.profile.values = models::ClipProfile::Values::levels;
  use.preprocess = use.profile.describe();
  use.architecture = "fake";
  use.length = {.least = 4, .most = 0};
  return use;
}

std::vector<float> FakeEncoders::feature(const Image& rgb, const std::string& role) {
  std::vector<float> planes;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t i = channel; i < rgb.bytes.size(); i += 3)
      planes.push_back(static_cast<float>(rgb.bytes[i]) / 255.0F);
  }
  return {static_cast<float>(sum_of(planes.data(), static_cast<std::int64_t>(planes.size()))),
          planes.front(), salt_of(role)};
}

std::vector<float> FakeEncoders::clip_feature(const std::vector<Image>& frames) {
  double sum = 0.0;  // of whole numbers: exact in any order
  for (const auto& frame : frames) {
    for (const auto level : frame.bytes) sum += level;
  }
  return {static_cast<float>(sum), static_cast<float>(frames.size())};
}

features::InterpolatorUse FakeEncoders::interpolator_use() {
  features::InterpolatorUse use;
  use.role = "interpolation";
  use.id = "fake/interpolation";
  use.weights_sha256 = sha256_hex("weights interpolation");
  use.preprocess = "fake";
  return use;
}

double FakeEncoders::prediction_error(const Image& before, const Image& middle,
                                      const Image& after) {
  return error_of(before.bytes, middle.bytes, after.bytes);
}

std::vector<float> FakeEncoders::caption_feature(const std::string& text) {
  return {static_cast<float>(text.size()), static_cast<float>(text.front())};
}

std::unique_ptr<models::ImageEncoder> FakeEncoders::image_encoder(const features::EncoderUse& use,
                                                                  c10::Device) const {
  ++counts.image_encoders;
  return std::make_unique<FakeImageEncoder>(*this, use);
}

std::unique_ptr<models::TextEncoder> FakeEncoders::text_encoder(const features::EncoderUse&,
                                                                c10::Device) const {
  ++counts.text_encoders;
  return std::make_unique<FakeTextEncoder>(*this);
}

std::unique_ptr<models::ClipEncoder> FakeEncoders::clip_encoder(const features::ClipEncoderUse&,
                                                                c10::Device) const {
  ++counts.clip_encoders;
  return std::make_unique<FakeClipEncoder>(*this);
}

std::unique_ptr<models::FrameInterpolator> FakeEncoders::frame_interpolator(
    const features::InterpolatorUse&, c10::Device) const {
  ++counts.interpolators;
  return std::make_unique<FakeInterpolator>(*this);
}

std::unique_ptr<models::DeviceQueue> FakeEncoders::device_queue(c10::Device) const {
  return device ? device() : nullptr;
}

}  // namespace asbench::testing
