#include "models/encoders/level_table.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "models/layers/runtime.h"
#include "models/preprocess/preprocess.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kLevels = 256;

}  // namespace

LevelTable::LevelTable(const Profile& profile, c10::Device device) {
  const InferenceScope scope;
  const LevelValues values = level_values(profile);
  at::Tensor table = at::empty({3 * kLevels}, at::kFloat);
  auto* target = table.mutable_data_ptr<float>();
  for (const auto& channel : values) target = std::copy(channel.begin(), channel.end(), target);
  values_ = table.to(device);
  offsets_ = at::arange(0, 3 * kLevels, kLevels, at::kInt).to(device);
}

at::Tensor LevelTable::values_of(const at::Tensor& levels) const {
  if (levels.dim() != 4 || levels.size(3) != 3 || levels.scalar_type() != at::kByte ||
      levels.device() != values_.device()) {
    throw BadInput(
        fmt::format("pictures as levels must be uint8 [N, H, W, 3] on {}, not {} [{}] on {}",
                    values_.device().str(), std::string(levels.dtype().name()),
                    fmt::join(levels.sizes().vec(), ", "), levels.device().str()));
  }
  const at::Tensor places = levels.to(at::kInt).add_(offsets_);
  return values_.index_select(0, places.flatten())
      .view(levels.sizes())
      .permute({0, 3, 1, 2})
      .contiguous();
}

}  // namespace asbench::models
