#include "features/extraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/thumbnail.h"
#include "features/every_frame.h"
#include "features/extraction_state.h"
#include "features/keys.h"
#include "features/picture_record.h"

namespace asbench::features {
namespace {

BadInput vanished(const FeatureStore& store, std::string_view what) {
  return BadInput(fmt::format(
      "feature store: the features of {} disappeared while they were in use.\n  Another program "
      "deletes files in {}; run the same command again.",
      what, store.root().string()));
}

FeatureMatrix stored(const FeatureStore& store, const std::string& key, std::string_view what) {
  auto matrix = store.get(key);
  if (!matrix) throw vanished(store, what);
  return *std::move(matrix);
}

std::string path_of(const ExtractionPlan& plan, std::size_t clip) {
  return plan.clips.at(clip).source.path.string();
}

}  // namespace

Extraction::Extraction(std::unique_ptr<State> state) : state_(std::move(state)) {}
Extraction::~Extraction() = default;
Extraction::Extraction(Extraction&&) noexcept = default;
Extraction& Extraction::operator=(Extraction&&) noexcept = default;

const std::vector<ClipOutcome>& Extraction::clips() const {
  return state_->outcomes;
}
const ClipOutcome& Extraction::clip(std::size_t id) const {
  return state_->outcomes.at(id);
}
const ExtractionStatistics& Extraction::statistics() const {
  return state_->statistics;
}

FeatureMatrix Extraction::clip_features(std::size_t clip, std::size_t encoder) const {
  const auto& outcome = state_->outcomes.at(clip);
  const auto frames = distinct_frames(outcome.indices);
  const auto distinct = stored(*state_->store,
                               frame_feature_key(state_->plan->encoders.at(encoder),
                                                 outcome.content_sha256, state_->decoder, frames),
                               path_of(*state_->plan, clip));
  FeatureMatrix matrix(static_cast<int>(outcome.indices.size()), distinct.cols);
  int row = 0;
  for (std::size_t i = 0; i < outcome.indices.size(); ++i) {
    if (i > 0 && outcome.indices[i] != outcome.indices[i - 1]) ++row;
    std::copy_n(distinct.row(row).begin(), distinct.cols, matrix.row(static_cast<int>(i)).begin());
  }
  return matrix;
}

CutMatrix Extraction::cut_features(std::size_t clip, std::size_t view, std::size_t encoder) const {
  const auto& outcome = state_->outcomes.at(clip);
  const auto& cut = outcome.views.at(view);
  CutMatrix matrix;
  if (cut.places.empty()) return matrix;
  const auto frames = distinct_frames(outcome.indices);
  const auto found =
      stored(*state_->store,
             cut_feature_key(state_->plan->encoders.at(encoder), outcome.content_sha256,
                             state_->decoder, frames, cut.sha256, state_->plan->background),
             path_of(*state_->plan, clip));
  matrix.features.cols = found.cols;
  int distinct = 0;
  for (std::size_t i = 0; i < outcome.indices.size(); ++i) {
    if (i > 0 && outcome.indices[i] != outcome.indices[i - 1]) ++distinct;
    const auto row = std::lower_bound(cut.places.begin(), cut.places.end(), distinct);
    if (row == cut.places.end() || *row != distinct) continue;
    const auto values = found.row(static_cast<int>(row - cut.places.begin()));
    matrix.features.values.insert(matrix.features.values.end(), values.begin(), values.end());
    ++matrix.features.rows;
    matrix.places.push_back(static_cast<int>(i));
  }
  return matrix;
}

PixelMatrix Extraction::clip_pixels(std::size_t clip) const {
  const auto& outcome = state_->outcomes.at(clip);
  const auto frames = distinct_frames(outcome.indices);
  const auto distinct =
      stored(*state_->store, pixel_key(outcome.content_sha256, state_->decoder, frames),
             path_of(*state_->plan, clip));
  PixelMatrix pixels;
  pixels.cells = FeatureMatrix(static_cast<int>(outcome.indices.size()), kCellCount);
  int row = 0;
  for (std::size_t i = 0; i < outcome.indices.size(); ++i) {
    const bool repeated = i > 0 && outcome.indices[i] == outcome.indices[i - 1];
    if (i > 0 && !repeated) ++row;
    const auto source = distinct.row(row);
    if (i > 0) pixels.motion.push_back(repeated ? 0.0F : source[0]);
    std::copy(source.begin() + 1, source.end(), pixels.cells.row(static_cast<int>(i)).begin());
  }
  return pixels;
}

PictureStatistics Extraction::clip_pictures(std::size_t clip) const {
  auto statistics = read_pictures(
      *state_->store, picture_key(state_->outcomes.at(clip).content_sha256, state_->decoder));
  if (!statistics) throw vanished(*state_->store, path_of(*state_->plan, clip));
  return *statistics;
}

FeatureMatrix Extraction::every_frame_features(std::size_t clip, std::size_t encoder) const {
  const auto& outcome = state_->outcomes.at(clip);
  return stored(*state_->store,
                frame_feature_key(state_->plan->encoders.at(encoder), outcome.content_sha256,
                                  state_->decoder, every_frame_of(outcome.frame_count)),
                path_of(*state_->plan, clip));
}

FrameChanges Extraction::clip_changes(std::size_t clip) const {
  const auto changes = read_changes(
      *state_->store, frame_changes_key(state_->outcomes.at(clip).content_sha256, state_->decoder));
  if (!changes) throw vanished(*state_->store, path_of(*state_->plan, clip));
  return *changes;
}

FeatureMatrix Extraction::prediction_errors(std::size_t clip) const {
  const auto& outcome = state_->outcomes.at(clip);
  if (predicted_frames(outcome.frame_count) == 0) return {};
  return stored(
      *state_->store,
      prediction_key(state_->plan->interpolator.value(), outcome.content_sha256, state_->decoder),
      path_of(*state_->plan, clip));
}

FeatureMatrix Extraction::reference_features(std::size_t reference, std::size_t encoder,
                                             bool mirrored) const {
  const auto& plan = *state_->plan;
  const auto& request = plan.references.at(reference);
  return stored(*state_->store,
                reference_key(plan.encoders.at(encoder), request.sha256, plan.background, mirrored),
                request.path.string());
}

FeatureMatrix Extraction::reference_cells(std::size_t reference) const {
  const auto& plan = *state_->plan;
  const auto& request = plan.references.at(reference);
  return stored(*state_->store,
                reference_cells_key(request.sha256, plan.background, cells_mean(plan)),
                request.path.string());
}

CaptionFeature Extraction::caption(std::size_t caption, std::size_t encoder) const {
  const auto& plan = *state_->plan;
  auto found = get_caption(*state_->store,
                           caption_key(plan.encoders.at(encoder), plan.captions.at(caption)));
  if (!found) throw vanished(*state_->store, "a caption");
  return *std::move(found);
}

FeatureMatrix Extraction::video_features(std::size_t clip) const {
  const auto& outcome = state_->outcomes.at(clip);
  return stored(*state_->store,
                clip_feature_key(state_->plan->clip_encoder.value(), outcome.content_sha256,
                                 state_->decoder, outcome.window),
                path_of(*state_->plan, clip));
}

}  // namespace asbench::features
