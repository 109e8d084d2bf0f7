// `asbench features`: one matrix of a system's frames under an image encoder, or of its clips under
// a video network.
#include <fmt/format.h>

#include <map>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "document/finding_kinds.h"
#include "evaluation/inputs.h"
#include "evaluation/run.h"
#include "features/encoder_use.h"
#include "features/extractor.h"
#include "loaders/split.h"
#include "loaders/video/frame_rules.h"

namespace asbench::evaluation {
namespace {

constexpr std::string_view kAdvice =
    "A matrix of features has rows of every chosen shot. Complete the inputs, or leave "
    "stories out: --ips, --stories.";

void append(FeatureTable& table, const features::FeatureMatrix& matrix) {
  table.matrix.cols = matrix.cols;
  table.matrix.rows += matrix.rows;
  table.matrix.values.insert(table.matrix.values.end(), matrix.values.begin(), matrix.values.end());
}

}  // namespace

FeatureTable extract_features(const FeatureRequest& request) {
  constexpr std::string_view kNoReferences = "black";  // none is read: any background will do
  features::check_device(request.extraction.device, request.dtype);
  const Inputs inputs = read_inputs(request.split, request.split_format, request.selection,
                                    request.source, request.outputs, request.layout, kNoReferences);
  const features::FeatureStore store(request.store);
  store.announce();
  Probe looked = probe_inputs(inputs, store);
  // Of the split, a matrix of the shots needs the stories alone.
  constexpr document::InputNeeds kShotsAlone{.references = false, .captions = false};
  looked.coverage.needs = kShotsAlone;
  require_complete(looked.coverage, kAdvice);

  features::ExtractionPlan plan;
  plan.known = std::move(looked.known);
  plan.pixels = false;
  const features::EncoderRequest wanted{.role = "image",
                                        .id = request.encoder,
                                        .weights = request.weights,
                                        .store = &store,
                                        .preprocess = request.preprocess,
                                        .dtype = request.dtype};
  const bool video = features::is_video_network(wanted);
  std::string rule;
  std::string id, hash, preprocess;
  if (video) {
    plan.clip_encoder = features::open_clip_encoder(wanted);
    const auto& use = *plan.clip_encoder;
    rule = request.frames.value_or(use.length.most > 0 ? fmt::format("window:{}", use.length.most)
                                                       : "window:16");
    plan.clip_rule = loaders::parse_frame_rule(rule);
    id = use.id, hash = use.weights_sha256, preprocess = use.preprocess;
  } else {
    plan.encoders.push_back(features::open_encoder(wanted));
    const auto& use = plan.encoders.front();
    rule = request.frames.value_or("midpoint:5");
    plan.frame_rule = loaders::parse_frame_rule(rule);
    id = use.id, hash = use.weights_sha256, preprocess = use.preprocess;
  }
  std::map<loaders::ShotKey, std::size_t> clips;
  for (const auto& [key, source] : inputs.outputs.shots) clips[key] = plan.add_clip(source);
  const auto extraction = features::extract(plan, request.extraction, store);
  Coverage coverage =
      cover(inputs.split, inputs.outputs, clips, extraction.clips(), plan.frame_rule);
  coverage.needs = kShotsAlone;
  require_complete(coverage, kAdvice);

  FeatureTable table;
  Json rows = Json::array();
  for (const auto& [key, clip] : clips) {
    const auto& outcome = extraction.clip(clip);
    Json row = {{"story", key.story}, {"shot", key.shot}, {"sha256", outcome.content_sha256}};
    if (video) {
      if (outcome.window.empty()) {
        throw BadInput(fmt::format("{} shot {} has {} frames, too few for {} under {}", key.story,
                                   key.shot, outcome.frame_count, id, rule));
      }
      append(table, extraction.video_features(clip));
      row["frames"] = {outcome.window.front(), outcome.window.back()};
      rows.push_back(std::move(row));
      continue;
    }
    append(table, extraction.clip_features(clip, 0));
    for (const int frame : outcome.indices) {
      row["frame"] = frame;
      rows.push_back(row);
    }
  }
  table.sidecar["schema"] = "asbench/features@1";
  table.sidecar["encoder"] = {{"id", id}, {"sha256", hash}, {"preprocess", preprocess}};
  table.sidecar["frames"] = rule;
  table.sidecar["decoder"] = extraction.statistics().decoder;
  table.sidecar["signature"] = fmt::format(
      "features@1 | enc={}#{} | prep={} | frames={} | dtype={}{}", id, hash.substr(0, 8),
      preprocess, rule, request.dtype, inputs.subset.empty() ? "" : " | subset=" + inputs.subset);
  table.sidecar["split"] = {{"name", inputs.split.name}, {"sha256", inputs.split.sha256}};
  table.sidecar["rows"] = std::move(rows);
  return table;
}

}  // namespace asbench::evaluation
