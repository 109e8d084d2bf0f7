#include "evaluation/provenance.h"

#include <ctime>
#include <utility>

#include "core/version.h"
#include "features/pins.h"

namespace asbench::evaluation {
namespace {

document::ResultStages stages_of(const features::ExtractionStatistics& statistics) {
  document::ResultStages stages;
  stages.clips = statistics.clips;
  stages.clips_decoded = statistics.clips_decoded;
  stages.images_encoded = statistics.images_encoded;
  stages.captions_encoded = statistics.captions_encoded;
  stages.clips_encoded = statistics.clips_encoded;
  for (const auto& [role, size] : statistics.batch_sizes) stages.batch_sizes.emplace(role, size);
  stages.hash_seconds = statistics.hash_seconds;
  stages.decode_seconds = statistics.decode_seconds;
  stages.preprocess_seconds = statistics.preprocess_seconds;
  stages.load_seconds = statistics.load_seconds;
  stages.encode_seconds = statistics.encode_seconds;
  stages.encode_flops = statistics.encode_flops;
  stages.encode_text_seconds = statistics.encode_text_seconds;
  stages.encode_clip_seconds = statistics.encode_clip_seconds;
  stages.frames_predicted = statistics.frames_predicted;
  stages.predict_seconds = statistics.predict_seconds;
  stages.wait_seconds = statistics.wait_seconds;
  stages.extract_seconds = statistics.total_seconds;
  return stages;
}

/// What any encoder states. @param use  features::EncoderUse, ClipEncoderUse or InterpolatorUse
document::ResultWeights weights_of(const auto& use) {
  document::ResultWeights weights;
  weights.id = use.id;
  weights.sha256 = use.weights_sha256;
  weights.revision = use.revision;
  weights.pin = features::pin_status(use.pin);
  if (features::differs_from_pin(use.pin))
    weights.pin_difference = {use.pin.file, use.pin.expected, use.pin.found};
  weights.overridden_revision = use.pin.overridden_revision;
  return weights;
}

}  // namespace

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

document::OrderedMap<int> colours_of(const std::map<loaders::ShotKey, std::size_t>& clips,
                                     std::span<const features::ClipOutcome> outcomes) {
  document::OrderedMap<int> colours;
  for (const auto& [key, clip] : clips) {
    const auto& outcome = outcomes[clip];
    const std::string stamp = loaders::colour_stamp(outcome.facts);
    if (!outcome.broken && !stamp.empty()) ++colours[stamp];
  }
  return colours;
}

document::ResultProvenance provenance_of(const Plan& plan,
                                         const features::ExtractionStatistics& statistics,
                                         const std::string& started, double wall_seconds) {
  const auto& build = build_info();
  document::ResultProvenance provenance;
  provenance.version = build.version;
  provenance.commit = build.commit;
  provenance.dirty = build.dirty;
  provenance.libraries = statistics.libraries;
  provenance.device = statistics.device;
  if (!statistics.products.empty()) provenance.products = statistics.products;
  provenance.threads = statistics.threads;
  for (const auto& use : plan.extraction.encoders) {
    auto weights = weights_of(use);
    weights.config_sha256 = use.config_sha256;
    provenance.weights.emplace(use.role, std::move(weights));
  }
  if (const auto& use = plan.extraction.clip_encoder)
    provenance.weights.emplace(use->role, weights_of(*use));
  if (const auto& use = plan.extraction.interpolator)
    provenance.weights.emplace(use->role, weights_of(*use));
  provenance.decoder = statistics.decoder;
  provenance.started = started;
  provenance.wall_seconds = wall_seconds;
  provenance.stages = stages_of(statistics);
  return provenance;
}

}  // namespace asbench::evaluation
