#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "document/result.h"

// The fields of a result document: every name that it has in JSON, once, in the order in which they
// are written. An archive visits them: the writer, the reader, and a test that holds the schema to
// them.
//
// An archive has these members. `value` is any type of document/result.h, text, a number, a list.
//   constant(name, text)             a text that is the same in every document
//   required(name, value)            always there; an empty std::optional is null
//   when(written, name, value)       written if `written`; where the document leaves it out, the
//                                    value stays as it is
//   optional(name, std::optional)    there if it has a value
//   flagged(name, present, value)    there if `present`; reading sets `present`
//   object(name, visit)              an object whose fields visit(archive) visits
//   keyed(name, list, &Item::id)     an object of a list's items by their id
//   bounds(name, low, high)          a pair of numbers, each or null
//   parts(map)                       every other key of the object: numbers or null
//   rest(json)                       every other key of the object, whatever it holds
namespace asbench::document {

inline constexpr std::string_view kSchemaName = "asbench/result@1";

/// T or const T: the reader fills a value, the writer only sees it.
template <class Value, class T>
concept Of = std::same_as<std::remove_const_t<Value>, T>;

void fields(auto& archive, Of<Finding> auto& finding) {
  archive.required("kind", finding.kind);
  archive.required("story", finding.story);
  archive.required("shot", finding.shot);
  archive.required("detail", finding.detail);
}

void fields(auto& archive, Of<ResultShotFrames> auto& frames) {
  archive.required("boundaries", frames.boundaries);
  archive.required("range", frames.range);
  archive.required("count", frames.count);
  archive.required("moved", frames.moved);
  archive.required("without_cut", frames.without_cut);
  archive.optional("shift_quartiles_seconds", frames.shift_quartiles_seconds);
  archive.required("shifts_by_tenth", frames.shifts_by_tenth);
}

void fields(auto& archive, Of<ResultSplit> auto& split) {
  archive.required("name", split.name);
  archive.required("form", split.form);
  archive.required("sha256", split.sha256);
  archive.required("stories", split.stories);
  archive.required("shots", split.shots);
  archive.required("ips", split.ips);
  archive.optional("source", split.source);
}

void fields(auto& archive, Of<ResultCoverage> auto& coverage) {
  archive.required("expected_shots", coverage.expected_shots);
  archive.required("scored_shots", coverage.scored_shots);
  archive.required("policy", coverage.policy);
  archive.when(!coverage.layout.empty(), "layout", coverage.layout);
  archive.when(true, "truncated_captions", coverage.truncated_captions);
  archive.required("findings", coverage.findings);
}

void fields(auto& archive, Of<ResultPinDifference> auto& difference) {
  archive.required("file", difference.file);
  archive.required("expected_sha256", difference.expected_sha256);
  archive.required("found_sha256", difference.found_sha256);
}

void fields(auto& archive, Of<ResultWeights> auto& weights) {
  archive.when(true, "id", weights.id);
  archive.when(true, "sha256", weights.sha256);
  archive.optional("config_sha256", weights.config_sha256);
  archive.when(true, "revision", weights.revision);
  archive.optional("pin", weights.pin);
  archive.optional("pin_difference", weights.pin_difference);
  archive.optional("overridden_revision", weights.overridden_revision);
  archive.rest(weights.further);
}

void fields(auto& archive, Of<ResultStages> auto& stages) {
  archive.when(true, "clips", stages.clips);
  archive.when(true, "clips_decoded", stages.clips_decoded);
  archive.when(true, "images_encoded", stages.images_encoded);
  archive.when(true, "captions_encoded", stages.captions_encoded);
  archive.when(true, "clips_encoded", stages.clips_encoded);
  archive.when(true, "batch_sizes", stages.batch_sizes);
  archive.when(true, "hash_seconds", stages.hash_seconds);
  archive.when(true, "decode_seconds", stages.decode_seconds);
  archive.when(true, "preprocess_seconds", stages.preprocess_seconds);
  archive.when(true, "load_seconds", stages.load_seconds);
  archive.when(true, "encode_seconds", stages.encode_seconds);
  archive.when(true, "encode_flops", stages.encode_flops);
  archive.when(true, "encode_text_seconds", stages.encode_text_seconds);
  archive.when(true, "encode_clip_seconds", stages.encode_clip_seconds);
  const bool predicts = stages.frames_predicted > 0;
  archive.when(predicts, "frames_predicted", stages.frames_predicted);
  archive.when(predicts, "predict_seconds", stages.predict_seconds);
  archive.when(true, "wait_seconds", stages.wait_seconds);
  archive.when(true, "extract_seconds", stages.extract_seconds);
  archive.rest(stages.further);
}

void fields(auto& archive, Of<ResultProvenance> auto& provenance) {
  const bool measured = !provenance.version.empty();
  archive.when(measured, "version", provenance.version);
  archive.when(measured, "commit", provenance.commit);
  archive.when(measured, "dirty", provenance.dirty);
  archive.when(measured, "libraries", provenance.libraries);
  archive.when(measured, "device", provenance.device);
  archive.when(measured, "products", provenance.products);
  archive.when(measured && !provenance.search.empty(), "search", provenance.search);
  archive.when(measured, "threads", provenance.threads);
  archive.when(measured, "weights", provenance.weights);
  archive.when(measured, "decoder", provenance.decoder);
  archive.when(!provenance.colours.empty(), "colours", provenance.colours);
  archive.when(measured, "started", provenance.started);
  archive.when(measured, "wall_seconds", provenance.wall_seconds);
  archive.optional("stages", provenance.stages);
  archive.when(!provenance.run.is_null(), "run", provenance.run);
  archive.rest(provenance.further);
}

void fields(auto& archive, Of<MarkLimit> auto& limit) {
  archive.optional("above", limit.above);
  archive.optional("below", limit.below);
}

void fields(auto& archive, Of<MetricDescription> auto& description) {
  archive.required("title", description.title);
  archive.when(true, "definition", description.definition);
  archive.when(true, "source", description.source);
  archive.when(!description.cites.empty(), "cites", description.cites);
  archive.required("family", description.family);
  archive.required("kind", description.kind);
  archive.bounds("range", description.range_low, description.range_high);
  archive.when(true, "unit", description.unit);
  archive.when(!description.parts.empty(), "parts", description.parts);
  archive.when(!description.roles.empty(), "roles", description.roles);
  archive.when(true, "leaderboard", description.leaderboard);
  archive.when(!description.controls.empty(), "controls", description.controls);
  archive.optional("withholds_marks", description.withholds_marks);
}

void fields(auto& archive, Of<DistanceValue> auto& row) {
  archive.required("distance", row.distance);
  archive.required("value", row.value);
  archive.optional("n_stories", row.n_stories);
}

void fields(auto& archive, Of<ResultCeiling> auto& ceiling) {
  archive.required("mean", ceiling.mean);
  archive.required("n_stories", ceiling.n_stories);
  archive.required("n_clips", ceiling.n_clips);
  archive.required("ips", ceiling.ips);
}

void fields(auto& archive, Of<ResultRealStories> auto& real) {
  archive.required("mean", real.mean);
  archive.required("ci95", real.ci95);
  archive.required("n_stories", real.n_stories);
  archive.required("distance", real.distance);
}

void fields(auto& archive, Of<ResultMetric> auto& metric) {
  archive.required("signature", metric.signature);
  archive.when(!metric.description.title.empty(), "description", metric.description);
  archive.required("direction", metric.direction);
  archive.required("mean", metric.mean);
  archive.required("ci95", metric.ci95);
  archive.required("n_stories", metric.n_stories);
  archive.optional("of_stories", metric.of_stories);
  archive.required("n_evaluated", metric.n_evaluated);
  archive.required("n_failed", metric.n_failed);
  archive.required("n_skipped", metric.n_skipped);
  archive.when(metric.has_ips || !metric.per_shot_index.empty(), "per_shot_index",
               metric.per_shot_index);
  archive.flagged("harmeanp", metric.has_harmeanp, metric.harmeanp);
  archive.flagged("real_ceiling", metric.has_real_ceiling, metric.real_ceiling);
  archive.optional("real_stories", metric.real_stories);
  archive.parts(metric.parts);
  archive.when(!metric.by_distance.empty(), "by_distance", metric.by_distance);
  archive.flagged("ips", metric.has_ips, metric.ips);
  archive.flagged("normalised", metric.has_normalised, metric.normalised);
}

void fields(auto& archive, Of<NearestFrame> auto& nearest) {
  archive.required("of", nearest.of);
  archive.required("distance", nearest.distance);
  archive.required("threshold", nearest.threshold);
  archive.required("copy", nearest.copy);
}

void fields(auto& archive, Of<ResultShot> auto& shot) {
  const bool scored = !shot.sha256.empty();
  archive.required("shot", shot.number);
  archive.when(!shot.caption.empty(), "caption", shot.caption);
  archive.when(!shot.audio_prompt.empty(), "audio_prompt", shot.audio_prompt);
  archive.when(!shot.audio_type.empty(), "audio_type", shot.audio_type);
  archive.when(!shot.audio_context.empty(), "audio_context", shot.audio_context);
  archive.when(scored || !shot.frames.empty(), "frames", shot.frames);
  archive.when(scored || shot.frame_count > 0, "frame_count", shot.frame_count);
  archive.optional("fps", shot.fps);
  archive.when(shot.width > 0, "width", shot.width);
  archive.when(shot.height > 0, "height", shot.height);
  archive.optional("seconds", shot.seconds);
  archive.when(scored, "sha256", shot.sha256);
  archive.optional("nearest", shot.nearest);
  archive.when(!shot.columns.is_null(), "columns", shot.columns);
}

void fields(auto& archive, Of<ShotValue> auto& shot) {
  archive.required("value", shot.value);
  archive.optional("counted", shot.counted);
  archive.required("frames", shot.frames);
  archive.parts(shot.parts);
}

void fields(auto& archive, Of<StoryMetric> auto& metric) {
  archive.required("mean", metric.mean);
  archive.flagged("harmeanp", metric.has_harmeanp, metric.harmeanp);
  archive.parts(metric.parts);
  archive.when(!metric.by_distance.empty(), "by_distance", metric.by_distance);
  archive.required("shots", metric.shots);
}

void fields(auto& archive, Of<ResultStory> auto& story) {
  archive.required("id", story.id);
  archive.required("ip", story.ip);
  archive.when(true, "shots", story.shots);
  archive.required("metrics", story.metrics);
}

void fields(auto& archive, Of<ResultAnchor> auto& anchor) {
  archive.required("system", anchor.system);
  archive.required("sha256", anchor.sha256);
}

void fields(auto& archive, Of<NormalisedBetween> auto& between) {
  archive.required("floor", between.floor);
  archive.required("ceiling", between.ceiling);
}

void fields(auto& archive, Of<Result> auto& result) {
  archive.constant("schema", kSchemaName);
  archive.object("system", [&](auto& system) {
    system.required("name", result.system);
    system.required("kind", result.kind);
    system.when(!result.note.empty(), "note", result.note);
  });
  archive.object("protocol", [&](auto& protocol) {
    protocol.required("name", result.protocol);
    protocol.required("settings", result.settings);
  });
  archive.required("split", result.split);
  archive.required("coverage", result.coverage);
  archive.required("provenance", result.provenance);
  archive.required("canonical", result.canonical);
  archive.required("overrides", result.overrides);
  archive.when(!result.demo_encoders.empty(), "demo_encoders", result.demo_encoders);
  archive.when(true, "references", result.references);
  archive.keyed("metrics", result.metrics, &ResultMetric::id);
  archive.required("stories", result.stories);
  archive.optional("normalised_between", result.normalised_between);
  archive.optional("real_stories", result.real_stories);
}

}  // namespace asbench::document
