#include "evaluation/encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "core/error.h"
#include "core/version.h"
#include "evaluation/frame_sidecar.h"
#include "evaluation/prepare.h"
#include "evaluation/provenance.h"
#include "evaluation/shard_work.h"
#include "features/extraction.h"
#include "features/extractor.h"

namespace asbench::evaluation {
namespace {

void require_shard(const features::Shard& shard) {
  if (shard.count >= 1 && shard.index >= 0 && shard.index < shard.count) return;
  throw UsageError(fmt::format("shard {}/{}: shards of {} are numbered from 0 to {}", shard.index,
                               shard.count, shard.count, shard.count - 1));
}

void add(features::ShardRecord& record, const features::ExtractionStatistics& done) {
  record.clips_decoded += done.clips_decoded;
  record.images_encoded += done.images_encoded;
  record.captions_encoded += done.captions_encoded;
  record.seconds += done.total_seconds;
  record.load_seconds += done.load_seconds;
  record.device = done.device;
  record.threads = done.threads;
}

/// Extracts the shard's part of one plan. The pictures of sampled frames are of the run's own plan.
void encode_part(const ScoreRequest& request, const Prepared& run, const ShardWork& work,
                 std::size_t part, FrameSidecar* sidecar, features::ShardRecord& record) {
  const auto mine = features::part_of(*work.plans[part], work.shards[part], record.shard.index);
  auto settings = request.extraction;
  settings.remember_clips = true;
  settings.sink = part == 0 ? sidecar : nullptr;
  settings.label = fmt::format("[{}/{}] shard {} of {}: decoding and encoding", part + 1,
                               work.plans.size(), record.shard.index, record.shard.count);
  const auto extraction = features::extract(mine.plan, settings, *run.store, sources_of(request));
  add(record, extraction.statistics());
  record.clips += static_cast<std::int64_t>(mine.clips.size());
  record.bytes += work.shards[part].bytes[static_cast<std::size_t>(record.shard.index)];
  const ClipNames names(run.plan);
  for (std::size_t i = 0; i < mine.clips.size(); ++i) {
    const auto& outcome = extraction.clip(i);
    if (outcome.broken)
      record.failed.push_back(names.failed(work, part, mine.clips[i], *outcome.broken));
  }
}

std::size_t absent_shots(const Inputs& inputs) {
  return inputs.split.shot_count() - inputs.outputs.shots.size();
}

/// Seconds per clip of earlier tasks that did the same, without loading networks; 0: none did.
double measured_before(const Prepared& run, const ShardWork& work, int& clips) {
  double seconds = 0.0;
  std::int64_t decoded = 0;
  for (const auto& record : features::read_all_records(*run.store)) {
    if (record.request != work.request || record.clips_decoded == 0) continue;
    seconds += record.seconds - record.load_seconds;
    decoded += record.clips_decoded;
  }
  clips = static_cast<int>(decoded);
  return decoded > 0 ? seconds / static_cast<double>(decoded) : 0.0;
}

/// Encodes some clips, spread evenly over the plan. @returns seconds per clip; 0 where all of them
/// were in the store.
double measure_now(const ScoreRequest& request, const Prepared& run, int wanted, int& clips) {
  const auto& plan = run.plan.extraction;
  features::ShardPlan chosen{.count = 2,
                             .clips = std::vector<int>(plan.clips.size(), 1),
                             .references = std::vector<int>(plan.references.size(), 1),
                             .captions = std::vector<int>(plan.captions.size(), 1),
                             .bytes = {},
                             .inputs_sha256 = {}};
  const auto count = std::min(plan.clips.size(), static_cast<std::size_t>(wanted));
  for (std::size_t i = 0; i < count; ++i)
    chosen.clips[(2 * i + 1) * plan.clips.size() / (2 * count)] = 0;
  const auto sample = features::part_of(plan, chosen, 0);
  if (sample.clips.empty()) return 0.0;
  auto settings = request.extraction;
  settings.label = "encoding some clips for the estimate";
  settings.remember_clips = true;
  const auto extraction = features::extract(sample.plan, settings, *run.store, sources_of(request));
  const auto& done = extraction.statistics();
  clips = static_cast<int>(done.clips_decoded);
  if (clips == 0) return 0.0;
  return (done.total_seconds - done.load_seconds) / static_cast<double>(clips);
}

void estimate(RunPlan& plan) {
  std::uint64_t bytes = 0;
  for (const auto& shard : plan.shards) bytes += shard.bytes;
  const double mean =
      plan.clips == 0 ? 0.0 : static_cast<double>(bytes) / static_cast<double>(plan.clips);
  for (auto& shard : plan.shards) {
    const auto clips = static_cast<double>(shard.clips);
    const double by_size = mean > 0.0 ? static_cast<double>(shard.bytes) / mean : clips;
    shard.seconds = plan.seconds_per_clip * (clips + by_size) / 2.0;
  }
}

}  // namespace

features::ShardRecord encode(const ScoreRequest& request, const features::Shard& shard) {
  require_shard(shard);
  features::ShardRecord record;
  record.started = utc_now();
  record.shard = shard;
  record.version = build_info().version;
  const Prepared run = prepare(request, Purpose::encode);
  const ShardWork work = work_of(run.plan, shard.count);
  record.plan = work.plan;
  record.request = work.request;
  features::require_writable_records(*run.store, work.plan);
  std::optional<FrameSidecar> sidecar;
  if (request.frames_folder) {
    sidecar.emplace(*request.frames_folder);
    keep_references(*sidecar, run.inputs.split, run.plan.extraction);
  }
  for (std::size_t part = 0; part < work.plans.size(); ++part)
    encode_part(request, run, work, part, sidecar ? &*sidecar : nullptr, record);
  record.finished = utc_now();
  features::write_record(*run.store, record);
  return record;
}

RunPlan plan_run(const ScoreRequest& request, int count, int calibration_clips) {
  const Prepared run = prepare(request, Purpose::encode);
  const ShardWork work = work_of(run.plan, count);
  RunPlan plan;
  plan.plan = work.plan;
  plan.split = run.inputs.split.name;
  plan.references = run.plan.extraction.references.size();
  plan.captions = run.plan.extraction.captions.size();
  plan.absent_shots = absent_shots(run.inputs);
  for (const ShardSize& size : sizes_of(work)) {
    plan.shards.push_back({.clips = size.clips, .bytes = size.bytes});
    plan.clips += size.clips;
  }
  plan.seconds_per_clip = measured_before(run, work, plan.measured_clips);
  plan.from_records = plan.seconds_per_clip > 0.0;
  if (!plan.from_records && calibration_clips > 0)
    plan.seconds_per_clip = measure_now(request, run, calibration_clips, plan.measured_clips);
  estimate(plan);
  return plan;
}

}  // namespace asbench::evaluation
