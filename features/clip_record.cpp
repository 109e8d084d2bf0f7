#include "features/clip_record.h"

#include <algorithm>
#include <functional>

#include "core/json.h"
#include "features/every_frame.h"
#include "features/keys.h"
#include "loaders/video/frame_rules.h"

namespace asbench::features {
namespace {

/// Calls `visit(name, field)` for each fact. Facts is StreamFacts, const or not.
/// A field that is added here needs a new version of the entry: clip_info_key().
template <typename Facts, typename Visit>
void visit_fields(Facts& facts, const Visit& visit) {
  visit("codec", facts.codec);
  visit("pixel_format", facts.pixel_format);
  visit("matrix", facts.matrix);
  visit("range", facts.range);
  visit("matrix_tag", facts.matrix_tag);
  visit("range_tagged", facts.range_tagged);
  visit("transfer", facts.transfer);
  visit("orientation", facts.orientation);
  visit("odd_rotation", facts.odd_rotation);
  visit("pixel_width", facts.pixel_width);
  visit("pixel_height", facts.pixel_height);
  visit("video_streams", facts.video_streams);
  visit("stream", facts.stream);
  visit("alpha", facts.alpha);  // an enumeration: its number
}

Json to_json(const loaders::StreamFacts& facts) {
  Json json;
  visit_fields(facts, [&](const char* name, const auto& field) { json[name] = field; });
  return json;
}

loaders::StreamFacts facts_of(const Json& json) {
  loaders::StreamFacts facts;
  visit_fields(facts, [&](const char* name, auto& field) { json.at(name).get_to(field); });
  return facts;
}

/// What is computed of every frame, where the plan wants that.
bool has_every_frame(const ExtractionPlan& plan, ClipUse use, const ClipOutcome& outcome,
                     std::string_view decoder, const std::function<bool(const std::string&)>& has) {
  if (!wants_every_frame(plan, use)) return true;
  const auto& content = outcome.content_sha256;
  if (plan.changes && !has(frame_changes_key(content, decoder))) return false;
  if (plan.interpolator && predicted_frames(outcome.frame_count) > 0 &&
      !has(prediction_key(*plan.interpolator, content, decoder)))
    return false;
  const auto frames = every_frame_of(outcome.frame_count);
  return std::all_of(plan.encoders.begin(), plan.encoders.end(), [&](const EncoderUse& encoder) {
    return !encoder.every_frame || has(frame_feature_key(encoder, content, decoder, frames));
  });
}

}  // namespace

void store_clip_info(const FeatureStore& store, std::string_view decoder,
                     const ClipOutcome& outcome) {
  Json info;
  info["frames"] = outcome.frame_count;
  info["declared_frames"] = outcome.declared_frames;
  info["fps"] = outcome.fps;
  info["width"] = outcome.width;
  info["height"] = outcome.height;
  info["stream"] = to_json(outcome.facts);
  store.put_text(clip_info_key(outcome.content_sha256, decoder), info.dump());
}

bool read_clip_record(const FeatureStore& store, std::string_view decoder,
                      const ExtractionPlan& plan, const ClipRequest& clip, ClipOutcome& outcome,
                      EntryLook look) {
  const ClipUse use = clip.use;
  const auto has = [&](const std::string& key) {
    return look == EntryLook::whole ? store.has(key) : store.contains(key);
  };
  const auto& content = outcome.content_sha256;
  const auto text = store.get_text(clip_info_key(content, decoder));
  if (!text) return false;
  const Json info = parse_json(*text, "feature store: clip entry");
  outcome.frame_count = info.at("frames").get<int>();
  outcome.declared_frames = info.at("declared_frames").get<int>();
  outcome.fps = info.at("fps").get<double>();
  outcome.width = info.at("width").get<int>();
  outcome.height = info.at("height").get<int>();
  outcome.facts = facts_of(info.at("stream"));
  outcome.window = clip_window(plan, outcome.frame_count);
  if (!outcome.window.empty() &&
      !has(clip_feature_key(*plan.clip_encoder, content, decoder, outcome.window)))
    return false;
  if (use == ClipUse::reference_set) return true;
  outcome.indices = loaders::frame_indices(plan.frame_rule, outcome.frame_count);
  const auto frames = distinct_frames(outcome.indices);
  const auto digest = store.get_text(sample_digest_key(content, decoder, frames));
  if (!digest) return false;
  outcome.sample_digest = *digest;
  if (wants_pictures(plan, use) && !has(picture_key(content, decoder))) return false;
  if (!has_every_frame(plan, use, outcome, decoder, has)) return false;
  const bool encoded =
      std::all_of(plan.encoders.begin(), plan.encoders.end(), [&](const EncoderUse& encoder) {
        return !encoder.sampled_frames || has(frame_feature_key(encoder, content, decoder, frames));
      });
  if (!encoded || (plan.pixels && !has(pixel_key(content, decoder, frames)))) return false;
  outcome.views.clear();
  for (const FrameView& view : clip.views) {
    const ResolvedView resolved =
        resolve(view, frames, {outcome.frame_count, outcome.width, outcome.height});
    outcome.views.push_back({resolved.sha256, resolved.places()});
    if (outcome.views.back().places.empty()) continue;
    for (const EncoderUse& encoder : plan.encoders) {
      if (takes(encoder, view.kind) && !has(cut_feature_key(encoder, content, decoder, frames,
                                                            resolved.sha256, plan.background)))
        return false;
    }
  }
  return true;
}

}  // namespace asbench::features
