#include "evaluation/training_copies.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/interrupt.h"
#include "loaders/video/clip_reader.h"
#include "metrics/numerics/cosine.h"

namespace asbench::evaluation {

namespace {

/// The GPU that --device names; nothing for the CPU, and for `auto` where none can be searched on.
std::optional<int> gpu_of(std::string_view device) {
  if (device == "cpu") return std::nullopt;
  int number = 0;
  if (device == "auto" && metrics::GpuSearch::of_this_process().why_not(number))
    return std::nullopt;
  if (const auto colon = device.find(':'); colon != std::string_view::npos) {
    std::from_chars(device.data() + colon + 1, device.data() + device.size(), number);
  }
  return number;
}

BadInput broken_clip(const std::filesystem::path& path, std::string_view cause) {
  return BadInput(fmt::format("--training-set: {}: {}\n  Repair it or take it out of the folder.",
                              path.string(), cause));
}

void check_matrix(const SampleSet& set, const features::EncoderUse& encoder) {
  if (!set.encoder_sha256.empty() && set.encoder_sha256 != encoder.weights_sha256) {
    throw NotComparable(
        fmt::format("the features of --training-set {} were made by weights with the hash {}, "
                    "the encoder in the role {} has {}",
                    set.name, set.encoder_sha256.substr(0, 8), encoder.role,
                    encoder.weights_sha256.substr(0, 8)));
  }
  if (set.features->cols == encoder.width) return;
  throw BadInput(fmt::format(
      "--training-set {}: its features have {} numbers, those of {} in the role {} have {}.\n  "
      "Make "
      "them with `asbench features --encoder {}`.",
      set.name, set.features->cols, encoder.id, encoder.role, encoder.width, encoder.id));
}

}  // namespace

void check_training_matrix(const Plan& plan) {
  if (!plan.training_set || !plan.training_set->features) return;
  check_matrix(*plan.training_set,
               plan.extraction.encoders.at(plan.encoders.at(plan.training_role)));
}

features::ExtractionPlan training_extraction(const Plan& plan) {
  features::ExtractionPlan training;
  training.pixels = false;
  if (!plan.training_set || plan.training_set->features) return training;
  training.encoders = {plan.extraction.encoders.at(plan.encoders.at(plan.training_role))};
  training.frame_rule = plan.extraction.frame_rule;
  training.known = plan.training_known;
  for (const auto& clip : plan.training_set->clips) training.add_clip(clip);
  return training;
}

void check_training_set(Plan& plan, const features::FeatureStore& store) {
  if (!plan.training_set) return;
  const SampleSet& set = *plan.training_set;
  check_training_matrix(plan);
  if (set.features) return;
  const auto& clips = features::clip_files();
  for (const auto& clip : set.clips) {
    if (interrupted())
      throw Error("interrupted while checking the training set, before anything was encoded.");
    std::string stamp = features::KnownClips::stamp_of(clip);
    try {
      const std::string content = clips.content_sha256(clip);
      if (!features::was_decoded(content, store)) clips.check(clip);
      plan.training_known.add(clip, {content, std::nullopt}, std::move(stamp));
    } catch (const loaders::BrokenVideo& broken) {
      throw broken_clip(clip.path, broken.cause());
    }
  }
}

TrainingCopies::TrainingCopies(Plan& plan, const features::ExtractionSettings& settings,
                               const features::FeatureStore& store,
                               const features::ExtractionInputs& sources) {
  SampleSet& set = plan.training_set.value();
  const auto& encoder = plan.extraction.encoders.at(plan.encoders.at(plan.training_role));
  std::vector<float> rows;
  std::vector<int> clips;
  int cols = 0;
  if (set.features) {
    check_matrix(set, encoder);
    rows.assign(set.features->values.begin(), set.features->values.end());
    cols = set.features->cols;
    clips = set.row_clips;
    for (int i = 0; i < set.features->rows; ++i) names_.push_back(fmt::format("row {}", i));
  } else {
    auto quiet = settings;
    quiet.sink = nullptr;
    const features::ExtractionPlan wanted = training_extraction(plan);
    const auto extraction = features::extract(wanted, quiet, store, sources);
    std::vector<std::string> contents;
    for (std::size_t i = 0; i < set.clips.size(); ++i) {
      const auto& clip = extraction.clip(i);
      if (clip.broken) throw broken_clip(set.clips[i].path, clip.broken->cause);
      const auto matrix = extraction.clip_features(i, 0);
      rows.insert(rows.end(), matrix.values.begin(), matrix.values.end());
      cols = matrix.cols;
      contents.push_back(clip.content_sha256);
      for (const int frame : clip.indices) {
        clips.push_back(static_cast<int>(i));
        names_.push_back(fmt::format("{} frame {}", set.names[i], frame));
      }
    }
    set.sha256 = hash_of_contents(std::move(contents));
  }
  search_ = std::make_unique<metrics::CopySearch>(metrics::FeatureView(rows, cols), clips,
                                                  gpu_of(settings.device));
}

std::vector<metrics::FrameCopy> TrainingCopies::find(const loaders::ShotKey& shot,
                                                     metrics::FeatureView frames) {
  if (!metrics::unit_rows(frames).usable()) return {};
  auto& hits = found_[shot] = search_->find(frames);
  std::vector<metrics::FrameCopy> copies;
  for (const auto& hit : hits) copies.push_back(hit.copy);
  return copies;
}

std::optional<std::vector<document::NearestFrame>> TrainingCopies::nearest(
    const loaders::ShotKey& shot) const {
  const auto hits = found_.find(shot);
  if (hits == found_.end()) return std::nullopt;
  std::vector<document::NearestFrame> list;
  for (const auto& hit : hits->second) {
    list.push_back({.of = names_[static_cast<std::size_t>(hit.row)],
                    .distance = hit.copy.distance,
                    .threshold = hit.copy.threshold,
                    .copy = hit.copy.is_copy()});
  }
  return list;
}

}  // namespace asbench::evaluation
