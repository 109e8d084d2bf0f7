#include "evaluation/plan.h"

#include <fmt/format.h>

#include "core/error.h"
#include "features/signature.h"

namespace asbench::evaluation {
namespace {

std::size_t add_encoder(Plan& plan, const Protocol& protocol, const std::string& role, bool images, bool text,
                        const std::optional<std::filesystem::path>& weights) {
  const auto id = protocol.encoders.find(role);
  if (id == protocol.encoders.end()) {
    throw UsageError(fmt::format("the metrics asked for need an encoder in the role '{}', which protocol {} does not fill.\n"
                                 "  Name one with --encoder {}=ID.", role, protocol.name, role));
  }
  features::EncoderRequest wanted{.role = role, .id = id->second, .weights = weights, .preprocess = {}, .images = images, .text = text};
  if (const auto chosen = protocol.preprocess.find(role); chosen != protocol.preprocess.end()) wanted.preprocess = chosen->second;
  plan.extraction.encoders.push_back(features::open_encoder(wanted));
  const std::size_t index = plan.extraction.encoders.size() - 1;
  plan.encoders[role] = index;
  return index;
}

}  // namespace

std::optional<std::string> caption_of(const loaders::Shot& shot, std::string_view kind) {
  if (kind == "narrative") return shot.caption;
  if (kind == "descriptive") return shot.descriptive_caption;
  if (!shot.caption || !shot.descriptive_caption) return std::nullopt;
  return *shot.caption + " " + *shot.descriptive_caption;
}

Plan make_plan(const Protocol& protocol, const loaders::Split& split, const loaders::Outputs& outputs,
               const std::optional<std::filesystem::path>& weights) {
  Plan plan;
  plan.needs = metrics::needs_of(protocol.metrics);
  const auto& needs = plan.needs;
  for (const auto* table : {&protocol.encoders, &protocol.preprocess}) {
    for (const auto& [role, value] : *table) {
      if (role != "clip" && role != "dino") {
        throw UsageError(fmt::format("{}={}: no metric of this version uses the role '{}'; there are clip and dino", role, value, role));
      }
    }
  }
  if (needs.clip_image || needs.clip_text) add_encoder(plan, protocol, "clip", needs.clip_image, needs.clip_text, weights);
  if (needs.dino) add_encoder(plan, protocol, "dino", true, false, weights);

  auto& extraction = plan.extraction;
  extraction.frame_rule = loaders::parse_frame_rule(protocol.frames);
  extraction.background = protocol.background;
  extraction.pixels = needs.pixels;
  if (needs.mirrored_references) extraction.mirrored_role = "clip";
  for (const auto& [key, source] : outputs.shots) {
    plan.clips[key] = extraction.clips.size();
    extraction.clips.push_back(source);
  }
  if (needs.references) {
    for (const auto& ip : split.ips) {
      for (const auto& path : ip.references) {
        plan.references[ip.id].push_back(extraction.references.size());
        extraction.references.push_back(path);
      }
    }
  }
  if (needs.clip_text) {
    for (const auto& story : split.stories) {
      for (const auto& shot : story.shots) {
        const auto text = caption_of(shot, protocol.text);
        if (text && plan.captions.emplace(*text, extraction.captions.size()).second) extraction.captions.push_back(*text);
      }
    }
  }
  return plan;
}

std::string signature_of(const metrics::MetricInfo& metric, const Protocol& protocol, const Plan& plan,
                         const std::string& subset) {
  features::SignatureFields fields;
  fields.metric = fmt::format("{}@{}", metric.id, metric.version);
  const auto add = [&](const char* role) {
    const auto& use = plan.extraction.encoders.at(plan.encoders.at(role));
    fields.encoders.push_back({use.id, use.weights_sha256, use.preprocess, use.demo_only});
  };
  if (metric.needs.clip_image || metric.needs.clip_text) add("clip");
  if (metric.needs.dino) add("dino");
  fields.frames = protocol.frames;
  if (metric.needs.references) fields.background = protocol.background;
  if (metric.needs.clip_text) fields.text = protocol.text;
  for (const auto& [name, value] : metrics::signature_fields(metric, protocol.settings)) {
    if (name == "agg") fields.aggregation = value;
    else if (name == "missing") fields.missing = value;
    else if (name == "refs") fields.references = value;
    else fields.thresholds.emplace_back(name, value);
  }
  if (!fields.encoders.empty()) fields.dtype = protocol.dtype;
  fields.subset = subset;
  return features::signature_line(fields);
}

}  // namespace asbench::evaluation
