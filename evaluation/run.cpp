#include "evaluation/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/words.h"
#include "document/finding_kinds.h"
#include "evaluation/ceilings.h"
#include "evaluation/coverage.h"
#include "evaluation/distribution.h"
#include "evaluation/frame_sidecar.h"
#include "evaluation/inputs.h"
#include "evaluation/plan.h"
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

/// Measures story by story, so that only one story's features are in memory at a time.
std::vector<metrics::Measurement> measure_stories(const loaders::Split& split,
                                                  const StorySource& source) {
  std::vector<std::string> ids;
  for (const auto& id : source.protocol->metrics) {
    if (!source.protocol->catalogue.require(id).set_level()) ids.push_back(id);
  }
  metrics::Measurer measurer(source.protocol->catalogue, ids, source.protocol->settings);
  for (const auto& story : split.stories) {
    StoryMatrices kept;
    measurer.add(story_features(story, source, kept));
  }
  return measurer.finish();
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

document::Result score(const ScoreRequest& request) {
  const std::string started = utc_now();
  const auto clock_started = std::chrono::steady_clock::now();
  features::check_device(request.extraction.device);
  Inputs inputs = read_inputs(request.split, request.split_format, request.selection,
                              request.outputs, request.layout, request.protocol.background);
  find_missing_captions(inputs.split, request.protocol);
  const document::InputNeeds needs = needs_of(request.protocol);
  const features::FeatureStore store(request.store);
  const auto policy = request.protocol.settings.missing;
  const bool must_be_complete = policy == metrics::MissingPolicy::fail;
  Probe looked;
  if (must_be_complete) {
    looked = probe_inputs(inputs, store);
    looked.coverage.needs = needs;
    require_complete(looked.coverage, kAdvice);
  }
  std::set<std::string> lost;
  for (const auto& story : inputs.split.lost) lost.insert(story.id);
  if (policy == metrics::MissingPolicy::zero) count_lost_as_failures(inputs);
  if (request.before_scoring) request.before_scoring(inputs.split);

  Plan plan = make_plan(request.protocol, inputs.split, inputs.outputs, {request.weights, &store},
                        request.data);
  plan.extraction.known = std::move(looked.known);
  auto extraction_settings = request.extraction;
  std::optional<FrameSidecar> sidecar;
  if (request.frames_folder) {
    sidecar.emplace(*request.frames_folder);
    extraction_settings.sink = &*sidecar;
    for (const auto& ip : inputs.split.ips) {
      for (std::size_t i = 0; i < ip.references.size(); ++i)
        sidecar->keep_reference(ip.reference_sha256[i], ip.references[i], plan.extraction);
    }
  }
  const auto extraction = features::extract(plan.extraction, extraction_settings, store);
  const auto& clips = extraction.clips();
  Coverage coverage =
      cover(inputs.split, inputs.outputs, plan.clips, clips, plan.extraction.frame_rule);
  coverage.needs = needs;
  if (must_be_complete) require_complete(coverage, kAdvice);
  if (policy == metrics::MissingPolicy::exclude)
    require_a_shot(coverage, inputs.split.shot_count());
  const std::size_t truncated =
      count_truncated(inputs.split, request.protocol, plan, extraction, coverage.findings);
  std::optional<TrainingCopies> copies;
  if (plan.training_set) copies.emplace(plan, request.extraction, store);
  StoryMatrices references;
  std::vector<metrics::CharacterReferences> gallery;
  if (plan.needs.has(metrics::Modality::gallery))
    gallery = gallery_of(inputs.split, plan, extraction, references);
  const StorySource source{.protocol = &request.protocol,
                           .plan = &plan,
                           .coverage = &coverage,
                           .extraction = &extraction,
                           .lost = &lost,
                           .gallery = gallery,
                           .copies = copies ? &*copies : nullptr};
  const auto measurements = measure_stories(inputs.split, source);
  const auto ceilings = measure_ceilings(inputs.split, source);
  const auto sets =
      measure_sets(inputs.split, request.protocol, plan, coverage, extraction, inputs.subset);

  std::string system = request.system;
  if (system.empty())
    system = std::filesystem::weakly_canonical(request.outputs).filename().string();
  if (system.empty()) system = "unnamed";
  document::Result result = make_result({.system = system,
                                         .kind = request.kind,
                                         .defaults = &request.defaults,
                                         .protocol = &request.protocol,
                                         .split = &inputs.split,
                                         .outputs = &inputs.outputs,
                                         .plan = &plan,
                                         .coverage = &coverage,
                                         .clips = &clips,
                                         .measurements = &measurements,
                                         .sets = &sets,
                                         .ceilings = &ceilings,
                                         .copies = copies ? &*copies : nullptr,
                                         .subset = inputs.subset,
                                         .truncated_captions = truncated});
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - clock_started).count();
  result.provenance = provenance_of(plan, extraction.statistics(), started, wall);
  result.provenance.colours = colours_of(plan.clips, clips);
  return result;
}

}  // namespace asbench::evaluation
