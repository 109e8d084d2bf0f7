#include "evaluation/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/progress.h"
#include "core/words.h"
#include "document/finding_kinds.h"
#include "evaluation/ceilings.h"
#include "evaluation/coverage.h"
#include "evaluation/distribution.h"
#include "evaluation/frame_sidecar.h"
#include "evaluation/inputs.h"
#include "evaluation/normalise.h"
#include "evaluation/plan.h"
#include "evaluation/prepare.h"
#include "evaluation/provenance.h"
#include "evaluation/result_document.h"
#include "evaluation/story_features.h"
#include "evaluation/training_copies.h"
#include "metrics/catalogue.h"
#include "metrics/measurement.h"

namespace asbench::evaluation {
namespace {

constexpr std::string_view kAdvice =
    "Complete the inputs, or choose how to count what is lost: --missing zero (it counts as "
    "failed) or --missing exclude (it is left out). Either is marked in the result.";

/// Without any shot, `exclude` has nothing to take a mean of.
void require_a_shot(const Coverage& coverage, std::size_t shots) {
  if (coverage.missing.size() < shots) return;
  throw BadInput(fmt::format(
      "no shot can be scored: none of {} is there and whole, and --missing exclude leaves out the "
      "others\n  `asbench inspect` lists the causes. Complete the inputs.",
      counted(coverage.expected_shots, "shot", "shots")));
}

/// Names of the stages for the progress: "[2/4] measuring".
class Stages {
 public:
  explicit Stages(int count) : count_(count) {}
  [[nodiscard]] std::string next(std::string_view name) {
    return fmt::format("[{}/{}] {}", ++number_, count_, name);
  }

 private:
  int count_;
  int number_ = 0;
};

/// Under `fail`: a look at every shot before any encoder runs.
void look_at_shots(const ScoreRequest& request, Prepared& run, Stages& stages) {
  Progress progress(stages.next("checking the videos"),
                    static_cast<std::int64_t>(run.inputs.outputs.shots.size()),
                    request.extraction.progress);
  Probe looked = probe_inputs(run.inputs, *run.store, &progress, sources_of(request).clips);
  progress.finish();
  looked.coverage.needs = run.needs;
  require_complete(looked.coverage, kAdvice);
  run.plan.extraction.known = std::move(looked.known);
}

/// Measures story by story, so that only one story's features and values are in memory at a time.
metrics::Measurer measure_stories(const ResultParts& parts, const StorySource& source,
                                  const StorySink& keep, Progress& progress) {
  const auto& protocol = *source.protocol;
  std::vector<std::string> ids;
  for (const auto& id : protocol.metrics) {
    if (!protocol.catalogue.require(id).set_level()) ids.push_back(id);
  }
  metrics::Measurer measurer(protocol.catalogue, ids, protocol.settings);
  for (const auto& story : parts.split->stories) {
    StoryMatrices kept;
    const auto values = measurer.add(story_features(story, source, kept));
    keep(make_story(parts, story, ids, values));
    progress.advance();
  }
  return measurer;
}

/// Captions that a text encoder of the run cuts off.
std::size_t count_truncated(const loaders::Split& split, const Protocol& protocol, const Plan& plan,
                            const features::Extraction& extraction, Findings& findings) {
  const auto roles = plan.needs.roles(metrics::Modality::caption);
  const auto is_truncated = [&](std::size_t caption) {
    return std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
      return extraction.caption(caption, plan.encoders.at(role)).truncated;
    });
  };
  std::size_t count = 0;
  if (roles.empty()) return count;
  for (const auto& story : split.stories) {
    for (const auto& shot : story.shots) {
      const auto text = caption_of(shot, protocol.text);
      if (!text || !is_truncated(plan.captions.at(*text))) continue;
      ++count;
      findings.push_back({"caption_truncated", story.id, shot.number,
                          "longer than the text encoder reads; its end was cut off"});
    }
  }
  return count;
}

}  // namespace

features::ExtractionInputs sources_of(const ScoreRequest& request) {
  return request.sources != nullptr ? *request.sources : features::ExtractionInputs{};
}

std::string system_name(const ScoreRequest& request) {
  if (!request.system.empty()) return request.system;
  const auto folder = std::filesystem::weakly_canonical(request.outputs).filename().string();
  return folder.empty() ? "unnamed" : folder;
}

document::Result score(const ScoreRequest& request, const StorySink& keep) {
  const std::string started = utc_now();
  const auto clock_started = std::chrono::steady_clock::now();
  Prepared run = prepare(request, Purpose::score);
  Inputs& inputs = run.inputs;
  Plan& plan = run.plan;
  const features::FeatureStore& store = *run.store;
  const auto policy = request.protocol.settings.missing;
  const bool must_be_complete = policy == metrics::MissingPolicy::fail;
  const bool training_clips = plan.training_set && !plan.training_set->features;
  Stages stages(3 + (must_be_complete ? 1 : 0) + (training_clips ? 1 : 0));
  if (must_be_complete) look_at_shots(request, run, stages);

  auto extraction_settings = request.extraction;
  extraction_settings.label = stages.next("decoding and encoding");
  std::optional<FrameSidecar> sidecar;
  if (request.frames_folder) {
    sidecar.emplace(*request.frames_folder);
    extraction_settings.sink = &*sidecar;
    keep_references(*sidecar, inputs.split, plan.extraction);
  }
  const auto extraction =
      features::extract(plan.extraction, extraction_settings, store, sources_of(request));
  plan.extraction.known = {};  // has served: an outcome says the same of each clip
  const auto& clips = extraction.clips();
  Coverage coverage =
      cover(inputs.split, inputs.outputs, plan.clips, clips, plan.extraction.frame_rule);
  coverage.needs = run.needs;
  if (must_be_complete) require_complete(coverage, kAdvice);
  if (policy == metrics::MissingPolicy::exclude)
    require_a_shot(coverage, inputs.split.shot_count());
  const std::size_t truncated =
      count_truncated(inputs.split, request.protocol, plan, extraction, coverage.findings);
  std::optional<TrainingCopies> copies;
  if (plan.training_set) {
    auto training_settings = request.extraction;
    if (training_clips)
      training_settings.label = stages.next("decoding and encoding the training set");
    copies.emplace(plan, training_settings, store, sources_of(request));
  }
  StoryMatrices references;
  const metrics::Gallery gallery(plan.needs.has(metrics::Modality::gallery)
                                     ? gallery_of(inputs.split, plan, extraction, references)
                                     : std::vector<metrics::CharacterReferences>());
  const StorySource source{.protocol = &request.protocol,
                           .plan = &plan,
                           .coverage = &coverage,
                           .extraction = &extraction,
                           .lost = &run.lost,
                           .gallery = &gallery,
                           .copies = copies ? &*copies : nullptr};
  ResultParts parts{.system = system_name(request),
                    .kind = request.kind,
                    .note = request.note,
                    .defaults = &request.defaults,
                    .protocol = &request.protocol,
                    .split = &inputs.split,
                    .outputs = &inputs.outputs,
                    .plan = &plan,
                    .coverage = &coverage,
                    .clips = &clips,
                    .copies = copies ? &*copies : nullptr,
                    .subset = inputs.subset,
                    .truncated_captions = truncated};
  Progress measuring(stages.next("measuring"),
                     static_cast<std::int64_t>(inputs.split.stories.size()),
                     request.extraction.progress);
  metrics::Measurer measurer = measure_stories(parts, source, keep, measuring);
  measuring.finish();
  Progress intervals(stages.next("intervals"),
                     static_cast<std::int64_t>(request.protocol.metrics.size()),
                     request.extraction.progress);
  const auto measurements = measurer.finish([&] { intervals.advance(); });
  const auto ceilings = measure_ceilings(inputs.split, source);
  const auto sets =
      measure_sets(inputs.split, request.protocol, plan, coverage, extraction, inputs.subset);
  intervals.advance(static_cast<std::int64_t>(sets.size()));
  intervals.finish();

  parts.measurements = &measurements;
  parts.sets = &sets;
  parts.ceilings = &ceilings;
  document::Result result = make_result(parts);
  if (run.anchors) normalise_by(result, *run.anchors);
  if (run.real_stories) add_real_stories(result, *run.real_stories);
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - clock_started).count();
  result.provenance = provenance_of(plan, extraction.statistics(), started, wall);
  result.provenance.colours = colours_of(plan.clips, clips);
  if (copies) result.provenance.search = copies->searched_by();
  return result;
}

document::Result score(const ScoreRequest& request) {
  std::vector<document::ResultStory> stories;
  document::Result result =
      score(request, [&](document::ResultStory story) { stories.push_back(std::move(story)); });
  result.stories = std::move(stories);
  return result;
}

}  // namespace asbench::evaluation
