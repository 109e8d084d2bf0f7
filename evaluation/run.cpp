#include "evaluation/run.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <deque>

#include "core/error.h"
#include "core/schema.h"
#include "core/version.h"
#include "evaluation/coverage.h"
#include "evaluation/frame_sidecar.h"
#include "evaluation/plan.h"
#include "evaluation/result_document.h"

namespace asbench::evaluation {
namespace {

struct Inputs {
  loaders::Split split;
  loaders::Outputs outputs;
  std::string subset;
};

std::string subset_name(const loaders::Selection& selection, const loaders::Split& part, const loaders::Split& whole) {
  if (loaders::is_whole(selection)) return {};
  std::string name = fmt::format("{}of{}#{}", part.stories.size(), whole.stories.size(), part.sha256.substr(0, 8));
  if (selection.subset) name += fmt::format(":seed={}", selection.seed);
  return name;
}

Inputs read_inputs(const std::filesystem::path& split_path, const std::optional<std::string>& format,
                   const loaders::Selection& selection, const std::filesystem::path& outputs_path,
                   const std::string& layout) {
  const auto whole = loaders::read_split(split_path, format);
  Inputs inputs{loaders::select(whole, selection), {}, {}};
  inputs.outputs = loaders::restrict_to(loaders::find_outputs(whole, outputs_path, {.layout = layout}), inputs.split);
  inputs.subset = subset_name(selection, inputs.split, whole);
  return inputs;
}

Coverage probe_inputs(const Inputs& inputs, const features::FeatureStore& store) {
  return probe(inputs.split, inputs.outputs,
               [&](const std::string& content) { return features::was_decoded(content, store); });
}

/// The matrices of one story, kept alive while its metrics are measured. deque: growing moves nothing that a view points to.
struct StoryMatrices {
  std::deque<features::FeatureMatrix> matrices;
  std::deque<std::vector<float>> motions;

  metrics::FeatureView keep(features::FeatureMatrix matrix) {
    const auto& kept = matrices.emplace_back(std::move(matrix));
    return {kept.values.data(), kept.rows, kept.cols};
  }
  /// Stacks [1, D] rows.
  metrics::FeatureView keep_rows(const std::vector<features::FeatureMatrix>& rows) {
    if (rows.empty()) return {};
    features::FeatureMatrix stacked(static_cast<int>(rows.size()), rows.front().cols);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy(rows[i].values.begin(), rows[i].values.end(), stacked.row(static_cast<int>(i)).begin());
    }
    return keep(std::move(stacked));
  }
};

metrics::ReferenceFeatures reference_features(const loaders::Story& story, const Plan& plan,
                                              const features::Extraction& extraction, StoryMatrices& kept) {
  metrics::ReferenceFeatures references;
  const auto indices = plan.references.find(story.ip);
  if (indices == plan.references.end()) return references;
  const auto stack = [&](const char* role, bool mirrored) {
    std::vector<features::FeatureMatrix> rows;
    for (const std::size_t index : indices->second) {
      rows.push_back(extraction.reference_features(index, plan.encoders.at(role), mirrored));
    }
    return kept.keep_rows(rows);
  };
  if (plan.needs.clip_image) references.clip = stack("clip", false);
  if (plan.needs.mirrored_references) references.clip_mirrored = stack("clip", true);
  if (plan.needs.dino) references.dino = stack("dino", false);
  if (plan.needs.pixels) {
    std::vector<features::FeatureMatrix> rows;
    for (const std::size_t index : indices->second) rows.push_back(extraction.reference_cells(index));
    references.cells = kept.keep_rows(rows);
  }
  return references;
}

metrics::StoryFeatures story_features(const loaders::Story& story, const Protocol& protocol, const Plan& plan,
                                      const Coverage& coverage, const features::Extraction& extraction,
                                      StoryMatrices& kept) {
  metrics::StoryFeatures features;
  features.id = story.id;
  features.ip = story.ip;
  features.references = reference_features(story, plan, extraction, kept);
  for (const auto& shot : story.shots) {
    metrics::ShotFeatures& entry = features.shots.emplace_back();
    const loaders::ShotKey key{story.id, shot.number};
    if (plan.needs.clip_text) {
      if (const auto text = caption_of(shot, protocol.text)) {
        entry.text = kept.keep(extraction.caption_features(plan.captions.at(*text)));
      }
    }
    entry.missing = coverage.missing.contains(key);
    if (entry.missing) continue;
    const std::size_t clip = plan.clips.at(key);
    entry.decodable_frames = extraction.clip(clip).frame_count;
    if (plan.needs.clip_image) entry.clip = kept.keep(extraction.clip_features(clip, plan.encoders.at("clip")));
    if (plan.needs.dino) entry.dino = kept.keep(extraction.clip_features(clip, plan.encoders.at("dino")));
    if (plan.needs.pixels) {
      auto pixels = extraction.clip_pixels(clip);
      entry.pixels.cells = kept.keep(std::move(pixels.cells));
      entry.pixels.motion = kept.motions.emplace_back(std::move(pixels.motion));
    }
  }
  return features;
}

/// Measures story by story, so that only one story's features are in memory at a time.
std::vector<metrics::Measurement> measure_stories(const loaders::Split& split, const Protocol& protocol, const Plan& plan,
                                                  const Coverage& coverage, const features::Extraction& extraction) {
  metrics::Measurer measurer(protocol.metrics, protocol.settings);
  for (const auto& story : split.stories) {
    StoryMatrices kept;
    measurer.add(story_features(story, protocol, plan, coverage, extraction, kept));
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
      findings.push_back({"caption_truncated", story.id, shot.number, "longer than the text tower reads; its end was cut off"});
    }
  }
  return count;
}

void keep_references(const loaders::Split& split, FrameSidecar& sidecar) {
  for (const auto& ip : split.ips) {
    for (std::size_t i = 0; i < ip.references.size(); ++i) sidecar.keep_reference(ip.reference_sha256[i], ip.references[i]);
  }
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
  stages["batch_sizes"] = statistics.batch_sizes;
  stages["hash_seconds"] = statistics.hash_seconds;
  stages["decode_seconds"] = statistics.decode_seconds;
  stages["preprocess_seconds"] = statistics.preprocess_seconds;
  stages["load_seconds"] = statistics.load_seconds;
  stages["encode_seconds"] = statistics.encode_seconds;
  stages["encode_flops"] = statistics.encode_flops;
  stages["encode_text_seconds"] = statistics.encode_text_seconds;
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
  json["threads"] = statistics.threads;
  json["weights"] = Json::object();
  for (const auto& use : plan.extraction.encoders) {
    json["weights"][use.role] = {{"id", use.id}, {"sha256", use.weights_sha256},
                                 {"revision", use.revision ? Json(*use.revision) : Json(nullptr)}};
  }
  json["decoder"] = statistics.decoder;
  json["started"] = started;
  json["wall_seconds"] = wall_seconds;
  json["stages"] = stages_json(statistics);
  return json;
}

std::vector<loaders::ShotKey> keys_of(const loaders::Outputs& outputs) {
  std::vector<loaders::ShotKey> keys;
  for (const auto& [key, source] : outputs.shots) keys.push_back(key);
  return keys;
}

std::vector<features::ClipOutcome> outcomes_of(const features::Extraction& extraction, std::size_t count) {
  std::vector<features::ClipOutcome> outcomes;
  for (std::size_t i = 0; i < count; ++i) outcomes.push_back(extraction.clip(i));
  return outcomes;
}

}  // namespace

Json score(const ScoreRequest& request) {
  const std::string started = utc_now();
  const auto clock_started = std::chrono::steady_clock::now();
  const Inputs inputs = read_inputs(request.split, request.split_format, request.selection, request.outputs, request.layout);
  const features::FeatureStore store(request.store);
  const bool must_be_complete = request.protocol.settings.missing == metrics::MissingPolicy::fail;
  if (must_be_complete) require_complete(probe_inputs(inputs, store));

  const Plan plan = make_plan(request.protocol, inputs.split, inputs.outputs, request.weights);
  auto extraction_settings = request.extraction;
  std::optional<FrameSidecar> sidecar;
  if (request.frames_folder) {
    sidecar.emplace(*request.frames_folder);
    extraction_settings.sink = &*sidecar;
    keep_references(inputs.split, *sidecar);
  }
  const auto extraction = features::extract(plan.extraction, extraction_settings, store);
  const auto clips = outcomes_of(extraction, plan.extraction.clips.size());
  Coverage coverage = cover(inputs.split, inputs.outputs, clips, plan.extraction.frame_rule);
  if (must_be_complete) require_complete(coverage);
  const std::size_t truncated = count_truncated(inputs.split, request.protocol, plan, extraction, coverage.findings);
  const auto measurements = measure_stories(inputs.split, request.protocol, plan, coverage, extraction);

  std::string system = request.system;
  if (system.empty()) system = std::filesystem::weakly_canonical(request.outputs).filename().string();
  if (system.empty()) system = "unnamed";
  Json document = result_document({.system = system, .kind = request.kind, .defaults = &request.defaults, .protocol = &request.protocol,
                                   .split = &inputs.split, .outputs = &inputs.outputs, .plan = &plan,
                                   .coverage = &coverage, .clips = &clips, .measurements = &measurements,
                                   .subset = inputs.subset, .truncated_captions = truncated});
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - clock_started).count();
  document["provenance"] = provenance(plan, extraction.statistics(), started, wall);
  check_schema(document, "result", "the result document");
  return document;
}

FeatureTable extract_features(const FeatureRequest& request) {
  const Inputs inputs = read_inputs(request.split, request.split_format, request.selection, request.outputs, request.layout);
  const features::FeatureStore store(request.store);
  require_complete(probe_inputs(inputs, store));

  features::ExtractionPlan plan;
  plan.encoders.push_back(features::open_encoder({.role = "image", .id = request.encoder, .weights = request.weights, .preprocess = request.preprocess}));
  plan.frame_rule = loaders::parse_frame_rule(request.frames);
  plan.pixels = false;
  for (const auto& [key, source] : inputs.outputs.shots) plan.clips.push_back(source);
  const auto extraction = features::extract(plan, request.extraction, store);
  const auto keys = keys_of(inputs.outputs);
  require_complete(cover(inputs.split, inputs.outputs, outcomes_of(extraction, keys.size()), plan.frame_rule));

  FeatureTable table;
  const auto& use = plan.encoders.front();
  Json rows = Json::array();
  for (std::size_t clip = 0; clip < keys.size(); ++clip) {
    const auto matrix = extraction.clip_features(clip, 0);
    const auto& outcome = extraction.clip(clip);
    table.matrix.cols = matrix.cols;
    table.matrix.rows += matrix.rows;
    table.matrix.values.insert(table.matrix.values.end(), matrix.values.begin(), matrix.values.end());
    for (const int frame : outcome.indices) {
      rows.push_back({{"story", keys[clip].story}, {"shot", keys[clip].shot}, {"frame", frame}, {"sha256", outcome.content_sha256}});
    }
  }
  table.sidecar["schema"] = "asbench/features@1";
  table.sidecar["encoder"] = {{"id", use.id}, {"sha256", use.weights_sha256}, {"preprocess", use.preprocess}};
  table.sidecar["frames"] = request.frames;
  table.sidecar["decoder"] = extraction.statistics().decoder;
  table.sidecar["signature"] = fmt::format("features@1 | enc={}#{} | prep={} | frames={} | dtype=float32{}", use.id,
                                           use.weights_sha256.substr(0, 8), use.preprocess, request.frames,
                                           inputs.subset.empty() ? "" : " | subset=" + inputs.subset);
  table.sidecar["split"] = {{"name", inputs.split.name}, {"sha256", inputs.split.sha256}};
  table.sidecar["rows"] = std::move(rows);
  return table;
}

}  // namespace asbench::evaluation
