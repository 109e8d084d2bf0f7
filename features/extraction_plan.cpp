#include "features/extraction_plan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"

namespace asbench::features {

std::size_t ExtractionPlan::add_clip(loaders::ShotSource source, ClipUse use) {
  clips.push_back({std::move(source), use, {}});
  return clips.size() - 1;
}

models::Precision precision_of(const ExtractionPlan& plan) {
  std::optional<models::Precision> found;
  const auto agree = [&](models::Precision precision) {
    if (found.value_or(precision) != precision)
      throw InternalError("the encoders of an extraction plan have different precisions");
    found = precision;
  };
  for (const auto& use : plan.encoders) agree(use.precision);
  if (plan.clip_encoder) agree(plan.clip_encoder->precision);
  if (plan.interpolator) agree(plan.interpolator->precision);
  return found.value_or(models::Precision::fp32);
}

std::vector<int> distinct_frames(std::span<const int> indices) {
  std::vector<int> frames(indices.begin(), indices.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  return frames;
}

std::vector<int> clip_window(const ExtractionPlan& plan, int n) {
  if (!plan.clip_encoder) return {};
  auto frames = loaders::frame_indices(plan.clip_rule, n);
  const auto length = plan.clip_encoder->length;
  const auto count = static_cast<int>(frames.size());
  // Repeated frames would be a frozen end that the clip doesn't have.
  const bool repeats = loaders::is_short(plan.clip_rule, n);
  if (repeats || count < length.least || (length.most > 0 && count > length.most)) frames.clear();
  return frames;
}

bool takes(const EncoderUse& encoder, FrameView::Kind kind) {
  return kind == FrameView::Kind::subject ? encoder.subjects : encoder.backgrounds;
}

bool wants_pictures(const ExtractionPlan& plan, ClipUse use) {
  return plan.pictures && use == ClipUse::shot;
}

int predicted_frames(int n) {
  return std::max(0, (n - 1) / 2);
}

bool wants_every_frame(const ExtractionPlan& plan, ClipUse use) {
  if (use != ClipUse::shot) return false;
  return plan.changes || plan.interpolator ||
         std::any_of(plan.encoders.begin(), plan.encoders.end(),
                     [](const EncoderUse& use_) { return use_.every_frame; });
}

bool travels_as_levels(const EncoderUse& encoder) {
  return encoder.profile.by_levels() && encoder.profile.output_height > 0 &&
         encoder.profile.output_width > 0;
}

std::array<double, 3> cells_mean(const ExtractionPlan& plan) {
  return plan.encoders.empty() ? std::array<double, 3>{0.5, 0.5, 0.5}
                               : plan.encoders.at(plan.cells_encoder).profile.mean;
}

}  // namespace asbench::features
