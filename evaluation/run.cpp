#include "evaluation/run.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include "core/error.h"
#include "core/schema.h"
#include "core/version.h"
#include "evaluation/ceilings.h"
#include "evaluation/coverage.h"
#include "evaluation/distribution.h"
#include "evaluation/frame_sidecar.h"
#include "evaluation/inputs.h"
#include "evaluation/plan.h"
#include "evaluation/result_document.h"
#include "evaluation/story_features.h"
#include "evaluation/training_copies.h"
#include "features/pins.h"

namespace asbench::evaluation {
namespace {

/// Measures story by story, so that only one story's features are in memory at a time.
std::vector<metrics::Measurement> measure_stories(const loaders::Split& split,
                                                  const StorySource& source) {
  std::vector<std::string> ids;
  for (const auto& id : source.protocol->metrics) {
    if (!metrics::require_metric(id).set_level) ids.push_back(id);
  }
  metrics::Measurer measurer(ids, source.protocol->settings);
  for (const auto& story : split.stories) {
    StoryMatrices kept;
    measurer.add(story_features(story, source, kept));
  }
  return measurer.finish();
}

std::size_t count_truncated(const loaders::Split& split, const Protocol& protocol, const Plan& plan,
                            const features::Extraction& extraction, Findings& findings) {
  std::size_t count = 0;
  if (!plan.needs.clip_text) return count;
  for (const auto& story : split.stories) {
    for (const auto& shot : story.shots) {
      const auto text = caption_of(shot, protocol.text);
      if (!text || !extraction.caption_truncated(plan.captions.at(*text))) continue;
      ++count;
      findings.push_back({"caption_truncated", story.id, shot.number,
                          "longer than the text tower reads; its end was cut off"});
    }
  }
  return count;
}

/// Pictures of the references. One that can't be read stops the run if a metric needs it.
Findings keep_references(const loaders::Split& split, bool needed, FrameSidecar& sidecar) {
  Findings unreadable;
  for (const auto& ip : split.ips) {
    for (std::size_t i = 0; i < ip.references.size(); ++i) {
      try {
        sidecar.keep_reference(ip.reference_sha256[i], ip.references[i]);
      } catch (const BadInput& error) {
        if (needed) throw;
        unreadable.push_back(
            {"missing_reference", "", std::nullopt, fmt::format("IP {}: {}", ip.id, error.what())});
      }
    }
  }
  return unreadable;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Json stages_json(const features::ExtractionStatistics& statistics) {
  Json stages;
  stages["clips"] = statistics.clips;
  stages["clips_decoded"] = statistics.clips_decoded;
  stages["images_encoded"] = statistics.images_encoded;
  stages["captions_encoded"] = statistics.captions_encoded;
  stages["clips_encoded"] = statistics.clips_encoded;
  stages["batch_sizes"] = statistics.batch_sizes;
  stages["hash_seconds"] = statistics.hash_seconds;
  stages["decode_seconds"] = statistics.decode_seconds;
  stages["preprocess_seconds"] = statistics.preprocess_seconds;
  stages["load_seconds"] = statistics.load_seconds;
  stages["encode_seconds"] = statistics.encode_seconds;
  stages["encode_flops"] = statistics.encode_flops;
  stages["encode_text_seconds"] = statistics.encode_text_seconds;
  stages["encode_clip_seconds"] = statistics.encode_clip_seconds;
  stages["wait_seconds"] = statistics.wait_seconds;
  stages["extract_seconds"] = statistics.total_seconds;
  return stages;
}

Json provenance(const Plan& plan, const features::ExtractionStatistics& statistics,
                const std::string& started, double wall_seconds) {
  const auto& build = build_info();
  Json json;
  json["version"] = build.version;
  json["commit"] = build.commit;
  json["dirty"] = build.dirty;
  json["libraries"] = statistics.libraries;
  json["device"] = statistics.device;
  json["products"] = statistics.products.empty() ? Json(nullptr) : Json(statistics.products);
  json["threads"] = statistics.threads;
  json["weights"] = Json::object();
  for (const auto& use : plan.extraction.encoders) {
    json["weights"][use.role] = {{"id", use.id},
                                 {"sha256", use.weights_sha256},
                                 {"config_sha256", use.config_sha256},
                                 {"revision", use.revision ? Json(*use.revision) : Json(nullptr)}};
  }
  if (const auto& use = plan.extraction.clip_encoder) {
    json["weights"]["video"] = {{"id", use->id},
                                {"sha256", use->weights_sha256},
                                {"revision", use->revision ? Json(*use->revision) : Json(nullptr)}};
  }
  features::add_pins(json["weights"], plan.extraction);
  json["decoder"] = statistics.decoder;
  json["started"] = started;
  json["wall_seconds"] = wall_seconds;
  json["stages"] = stages_json(statistics);
  return json;
}

std::vector<features::ClipOutcome> outcomes_of(const features::Extraction& extraction,
                                               std::size_t count) {
  std::vector<features::ClipOutcome> outcomes;
  for (std::size_t i = 0; i < count; ++i) outcomes.push_back(extraction.clip(i));
  return outcomes;
}

}  // namespace

Json score(const ScoreRequest& request) {
  const std::string started = utc_now();
  const auto clock_started = std::chrono::steady_clock::now();
  features::check_device(request.extraction.device);
  const Inputs inputs = read_inputs(request.split, request.split_format, request.selection,
                                    request.outputs, request.layout);
  const features::FeatureStore store(request.store);
  const bool must_be_complete = request.protocol.settings.missing == metrics::MissingPolicy::fail;
  if (must_be_complete) require_complete(probe_inputs(inputs, store));

  Plan plan = make_plan(request.protocol, inputs.split, inputs.outputs, {request.weights, &store},
                        request.data);
  auto extraction_settings = request.extraction;
  std::optional<FrameSidecar> sidecar;
  Findings unreadable;
  if (request.frames_folder) {
    sidecar.emplace(*request.frames_folder);
    extraction_settings.sink = &*sidecar;
    unreadable =
        keep_references(inputs.split, plan.needs.references || plan.needs.gallery, *sidecar);
  }
  const auto extraction = features::extract(plan.extraction, extraction_settings, store);
  const auto clips = outcomes_of(extraction, plan.extraction.clips.size());
  Coverage coverage = cover(inputs.split, inputs.outputs, clips, plan.extraction.frame_rule);
  coverage.findings.insert(coverage.findings.end(), unreadable.begin(), unreadable.end());
  if (must_be_complete) require_complete(coverage);
  const std::size_t truncated =
      count_truncated(inputs.split, request.protocol, plan, extraction, coverage.findings);
  std::optional<TrainingCopies> copies;
  if (plan.needs.training_set) copies.emplace(plan, request.extraction, store);
  StoryMatrices references;
  std::vector<metrics::CharacterReferences> gallery;
  if (plan.needs.gallery) gallery = gallery_of(inputs.split, plan, extraction, references);
  const StorySource source{.protocol = &request.protocol,
                           .plan = &plan,
                           .coverage = &coverage,
                           .extraction = &extraction,
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
  Json document = result_document({.system = system,
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
  document["provenance"] = provenance(plan, extraction.statistics(), started, wall);
  // File names and cells of a CSV layout may hold bytes that are no UTF-8, which JSON can't: they
  // become U+FFFD.
  document = Json::parse(document.dump(-1, ' ', false, Json::error_handler_t::replace));
  check_schema(document, "result", "the result document");
  return document;
}

}  // namespace asbench::evaluation
