#include "evaluation/result_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "features/pins.h"

namespace asbench::evaluation {
namespace {

document::ResultDirection direction_of(metrics::Direction direction) {
  switch (direction) {
    case metrics::Direction::higher:
      return document::ResultDirection::higher;
    case metrics::Direction::lower:
      return document::ResultDirection::lower;
    case metrics::Direction::none:
      break;
  }
  return document::ResultDirection::none;
}

document::MetricKind kind_of(metrics::Kind kind) {
  switch (kind) {
    case metrics::Kind::headline:
      return document::MetricKind::headline;
    case metrics::Kind::set:
      return document::MetricKind::set;
    case metrics::Kind::control:
      break;
  }
  return document::MetricKind::control;
}

template <class Parts>
document::ResultParts parts_of(const Parts& parts) {
  document::ResultParts named;
  for (const auto& part : parts) named.emplace(part.name, part.value);
  return named;
}

/// Nothing when no IP has one: a finding says why.
std::optional<document::ResultCeiling> ceiling_of(const metrics::RealCeiling& measured) {
  if (!measured.mean) return std::nullopt;
  return document::ResultCeiling{.mean = *measured.mean,
                                 .n_stories = measured.n_stories,
                                 .n_clips = measured.n_clips,
                                 .ips = parts_of(measured.ips)};
}

/// Of the split that was scored, lost ones included.
int stories_of(const loaders::Split& split) {
  return static_cast<int>(split.stories.size() + split.lost.size());
}

int lost_shots(const Coverage& coverage) {
  return static_cast<int>(coverage.missing.size()) + coverage.left_out_shots;
}

/// Where a value rests on fewer stories than the split has, their number.
std::optional<int> of_stories(int n_stories, bool has_value, const ResultParts& parts) {
  const int all = stories_of(*parts.split);
  return has_value && n_stories < all ? std::optional(all) : std::nullopt;
}

document::ResultMetric overall_metric(const metrics::Metric& info,
                                      const metrics::Measurement& measured,
                                      const ResultParts& parts) {
  document::ResultMetric metric;
  metric.id = measured.metric;
  metric.signature = signature_of(info, *parts.protocol, *parts.plan, parts.subset);
  metric.description = describe(info, parts.protocol->settings);
  metric.direction = direction_of(info.direction);
  metric.mean = measured.mean;
  metric.ci95 = measured.ci95;
  metric.n_stories = measured.n_stories;
  metric.of_stories = of_stories(measured.n_stories, measured.mean.has_value(), parts);
  metric.n_evaluated = measured.counts.n_evaluated;
  metric.n_failed = measured.counts.n_failed;
  metric.n_skipped = measured.counts.n_skipped;
  metric.per_shot_index = measured.per_shot_index;
  metric.has_harmeanp = info.has_harmeanp;
  metric.harmeanp = measured.harmeanp;
  if (const auto found = parts.ceilings->find(measured.metric); found != parts.ceilings->end()) {
    metric.has_real_ceiling = true;
    metric.real_ceiling = ceiling_of(found->second);
  }
  metric.parts = parts_of(measured.parts);
  for (const auto& entry : measured.by_distance)
    metric.by_distance.push_back({std::stoi(entry.name), entry.value, entry.n_stories});
  metric.has_ips = true;
  metric.ips = parts_of(measured.ips);
  return metric;
}

document::ResultMetric set_metric(const metrics::Metric& info, const SetMeasurement& measured,
                                  const ResultParts& parts) {
  document::ResultMetric metric;
  metric.id = measured.metric;
  metric.signature = measured.signature;
  metric.description = describe(info, parts.protocol->settings);
  metric.direction = direction_of(info.direction);
  metric.mean = measured.value;
  metric.ci95 = measured.ci95;
  metric.n_stories = measured.n_stories;
  metric.of_stories = of_stories(measured.n_stories, measured.value.has_value(), parts);
  metric.n_evaluated = measured.counts.n_evaluated;
  metric.n_failed = measured.counts.n_failed;
  metric.n_skipped = measured.counts.n_skipped;
  for (const auto& [name, value] : measured.further) metric.parts.emplace(name, value);
  return metric;
}

document::StoryMetric story_metric(const metrics::Metric& info, const metrics::StoryValue& value) {
  document::StoryMetric metric;
  metric.mean = value.value;
  metric.has_harmeanp = info.has_harmeanp;
  metric.harmeanp = value.harmeanp;
  metric.parts = parts_of(value.parts);
  for (std::size_t d = 0; d < value.by_distance.size(); ++d)
    metric.by_distance.push_back({static_cast<int>(d) + 1, value.by_distance[d], std::nullopt});
  const bool per_shot = std::any_of(value.shots.begin(), value.shots.end(), [](const auto& shot) {
    return shot.value || shot.counted || !shot.frames.empty() || !shot.parts.empty();
  });
  if (per_shot) {
    for (const auto& shot : value.shots) {
      document::ShotValue entry;
      entry.value = shot.value;
      if (shot.counted != shot.value) entry.counted = shot.counted;
      entry.frames = shot.frames;
      entry.parts = parts_of(shot.parts);
      metric.shots.push_back(std::move(entry));
    }
  }
  return metric;
}

document::ResultShot shot_of(const loaders::Shot& shot, const loaders::ShotKey& key,
                             const ResultParts& parts) {
  document::ResultShot entry;
  entry.number = shot.number;
  entry.caption = caption_of(shot, parts.protocol->text).value_or("");
  entry.audio_prompt = shot.audio_prompt.value_or("");
  entry.audio_type = shot.audio_type.value_or("");
  entry.audio_context = shot.audio_context.value_or("");
  if (const auto clip = parts.plan->clips.find(key);
      clip != parts.plan->clips.end() && !parts.coverage->missing.contains(key)) {
    const auto& outcome = (*parts.clips)[clip->second];
    entry.frames = outcome.indices;
    entry.frame_count = outcome.frame_count;
    entry.width = outcome.width;
    entry.height = outcome.height;
    if (outcome.fps > 0.0) {
      entry.fps = outcome.fps;
      entry.seconds = outcome.frame_count / outcome.fps;
    }
    entry.sha256 = outcome.content_sha256;
  }
  if (parts.copies != nullptr) entry.nearest = parts.copies->nearest(key);
  if (const auto columns = parts.outputs->columns.find(key);
      columns != parts.outputs->columns.end()) {
    entry.columns = columns->second;
  }
  return entry;
}

/// What is given for nobody, or for frames that are not there.
Findings region_findings(const ResultParts& parts) {
  Findings findings = parts.plan->regions->findings();
  for (const auto& [key, clip] : parts.plan->clips) {
    const int frames = (*parts.clips)[clip].frame_count;
    if (frames == 0) continue;
    if (auto finding = parts.plan->regions->beyond_clip(key.story, key.shot, frames))
      findings.push_back(*std::move(finding));
  }
  return findings;
}

/// Masks that were scaled to the frames of their clips.
Findings scaled_masks(const ResultParts& parts) {
  Findings findings;
  for (const auto& story : parts.split->stories) {
    std::vector<SampledShot> sampled;
    for (const auto& shot : story.shots) {
      const loaders::ShotKey key{story.id, shot.number};
      const auto clip = parts.plan->clips.find(key);
      if (clip == parts.plan->clips.end() || parts.coverage->missing.contains(key)) continue;
      const auto& outcome = (*parts.clips)[clip->second];
      sampled.push_back({&shot, outcome.indices, outcome.width, outcome.height});
    }
    auto of_story = parts.plan->regions->scaled_masks(story, sampled);
    std::move(of_story.begin(), of_story.end(), std::back_inserter(findings));
  }
  return findings;
}

/// Findings of the inputs first, then those of the metrics, each once: several metrics raise the
/// same about one shot.
Findings all_findings(const ResultParts& parts) {
  Findings all;
  std::set<std::tuple<std::string, std::string, int, std::string>> seen;
  const auto add = [&](const Findings& findings, const std::string& metric) {
    for (Finding entry : findings) {
      if (!metric.empty() && entry.story.empty()) entry.detail = metric + ": " + entry.detail;
      if (seen.emplace(entry.kind, entry.story, entry.shot.value_or(0), entry.detail).second)
        all.push_back(std::move(entry));
    }
  };
  add(parts.coverage->findings, {});
  if (parts.plan->regions) add(region_findings(parts), {});
  if (parts.plan->regions) add(scaled_masks(parts), {});
  for (const auto& measured : *parts.measurements) add(measured.findings, measured.metric);
  for (const auto& measured : *parts.sets) add(measured.findings, measured.metric);
  for (const auto& [metric, measured] : *parts.ceilings) add(measured.findings, {});
  return all;
}

std::vector<std::string> overrides_of(const ResultParts& parts) {
  auto overrides = protocol_overrides(*parts.defaults, *parts.protocol);
  if (!parts.subset.empty()) overrides.push_back("subset=" + parts.subset);
  const auto& coverage = *parts.coverage;
  if (const auto lost = lost_shots(coverage); lost > 0)
    overrides.push_back(fmt::format("{} of {} shots missing", lost, coverage.expected_shots));
  // What of the shots is missing is said; the rest of what a run needs, by its kind.
  std::map<std::string, int> kinds;
  for (const Finding& finding : blocking_findings(coverage)) {
    if (!finding.shot || !coverage.missing.contains({finding.story, *finding.shot}))
      ++kinds[finding.kind];
  }
  for (const auto& [kind, count] : kinds)
    overrides.push_back(fmt::format("incomplete inputs: {} {}", kind, count));
  for (auto& line : features::pin_overrides(parts.plan->extraction))
    overrides.push_back(std::move(line));
  return overrides;
}

void add_measurements(const ResultParts& parts, document::Result& result) {
  for (const auto& measured : *parts.measurements) {
    const auto& info = parts.protocol->catalogue.require(measured.metric);
    result.metrics.push_back(overall_metric(info, measured, parts));
  }
  for (const auto& measured : *parts.sets) {
    result.metrics.push_back(
        set_metric(parts.protocol->catalogue.require(measured.metric), measured, parts));
  }
}

document::ResultShotFrames shot_frames_of(const loaders::SourceStamp& source) {
  const loaders::ShiftStatistics& shifts = source.shifts;
  document::ResultShotFrames frames;
  frames.boundaries = source.boundaries;
  frames.range = source.range;
  frames.count = shifts.boundaries;
  frames.moved = shifts.moved;
  frames.without_cut = shifts.without_cut;
  if (shifts.seconds)
    frames.shift_quartiles_seconds.emplace(shifts.seconds->begin(), shifts.seconds->end());
  frames.shifts_by_tenth.assign(shifts.by_tenth.begin(), shifts.by_tenth.end());
  return frames;
}

}  // namespace

document::MetricDescription describe(const metrics::Metric& metric,
                                     const metrics::MetricSettings& settings) {
  document::MetricDescription description;
  description.title = metric.title;
  description.definition = metrics::definition_under(metric, settings);
  description.source = metric.source;
  description.cites.assign(metric.cites.begin(), metric.cites.end());
  description.family = metric.family;
  description.kind = kind_of(metric.kind);
  if (std::isfinite(metric.range_low)) description.range_low = metric.range_low;
  if (std::isfinite(metric.range_high)) description.range_high = metric.range_high;
  description.unit = metric.unit;
  description.parts.assign(metric.parts.begin(), metric.parts.end());
  description.roles = metric.roles;
  description.leaderboard = metric.leaderboard;
  description.controls = metric.controls;
  if (const auto& limit = metric.withholds_marks)
    description.withholds_marks = document::MarkLimit{limit->above, limit->below};
  return description;
}

document::Result make_result(const ResultParts& parts) {
  const auto& split = *parts.split;
  document::Result result;
  result.system = parts.system;
  result.kind = parts.kind;
  result.note = parts.note;
  result.protocol = parts.protocol->name;
  result.settings = protocol_settings(*parts.protocol);
  result.split = {.name = split.name,
                  .form = split.form,
                  .sha256 = split.sha256,
                  .stories = stories_of(split),
                  .shots = parts.coverage->expected_shots,
                  .ips = static_cast<int>(split.ips.size())};
  if (split.source) result.split.source = shot_frames_of(*split.source);
  result.coverage = {.expected_shots = parts.coverage->expected_shots,
                     .scored_shots = parts.coverage->expected_shots - lost_shots(*parts.coverage),
                     .policy = std::string(metrics::to_string(parts.protocol->settings.missing)),
                     .layout = parts.outputs->layout,
                     .truncated_captions = static_cast<int>(parts.truncated_captions),
                     .findings = all_findings(parts)};
  result.overrides = overrides_of(parts);
  result.canonical = result.overrides.empty();
  for (const auto& use : parts.plan->extraction.encoders) {
    if (use.demo_only) result.demo_encoders.push_back(use.id);
  }
  const auto characters = loaders::ips_as_characters(split);
  for (const auto& ip : split.ips) {
    if (characters.contains(ip.id)) result.references.emplace(ip.id, ip.reference_sha256);
  }
  for (const auto& story : split.stories) {
    if (story.characters.empty()) continue;
    std::vector<std::string> pictures;
    for (const auto& character : story.characters)
      pictures.insert(pictures.end(), character.reference_sha256.begin(),
                      character.reference_sha256.end());
    result.references.emplace(story.id, std::move(pictures));
  }
  add_measurements(parts, result);
  return result;
}

document::ResultStory make_story(const ResultParts& parts, const loaders::Story& story,
                                 std::span<const std::string> ids,
                                 std::span<const metrics::StoryValue> values) {
  document::ResultStory entry;
  entry.id = story.id;
  entry.ip = story.ip;
  for (const auto& shot : story.shots)
    entry.shots.push_back(shot_of(shot, {story.id, shot.number}, parts));
  for (std::size_t i = 0; i < ids.size(); ++i)
    entry.metrics.emplace(ids[i],
                          story_metric(parts.protocol->catalogue.require(ids[i]), values[i]));
  return entry;
}

}  // namespace asbench::evaluation
