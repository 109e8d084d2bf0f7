// `asbench status`: what of a run is in the store (evaluation/encode.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/progress.h"
#include "evaluation/encode.h"
#include "evaluation/prepare.h"
#include "evaluation/shard_work.h"
#include "features/shard_record.h"
#include "features/stored_pieces.h"

namespace asbench::evaluation {
namespace {

/// How many shards the run has, as the records of its plan say.
int shards_of_records(const Prepared& run) {
  const std::string plan = work_of(run.plan, 1).plan;  // the same for any number of shards
  std::set<int> counts;
  for (const auto& record : features::read_records(*run.store, plan))
    counts.insert(record.shard.count);
  if (counts.size() == 1) return *counts.begin();
  if (counts.empty())
    throw UsageError(
        "no task of this run has finished yet, so nothing says how many shards it has.\n  Say it: "
        "--shards N.");
  throw UsageError(
      fmt::format("tasks of this run were started with {} shards.\n  Say which run is meant: "
                  "--shards N.",
                  fmt::join(counts, " and with ")));
}

void look_at_clips(const Prepared& run, const ShardWork& work, Progress& progress,
                   RunStatus& status) {
  const ClipNames names(run.plan);
  for (std::size_t part = 0; part < work.plans.size(); ++part) {
    const auto& plan = *work.plans[part];
    for (std::size_t clip = 0; clip < plan.clips.size(); ++clip) {
      if (interrupted()) throw Error("interrupted while looking at the store");
      auto& shard = status.shards[static_cast<std::size_t>(work.shards[part].clips[clip])];
      ++shard.clips;
      const auto look = features::look_at_stored_clip(*run.store, plan, work.requests[part], clip);
      if (look.state == features::ClipState::done) ++shard.done;
      if (look.state == features::ClipState::failed) {
        ++shard.failed;
        status.failed.push_back(names.failed(work, part, clip, *look.broken));
      }
      progress.advance();
    }
  }
}

void look_at_others(const Prepared& run, const ShardWork& work, RunStatus& status) {
  const auto& plan = *work.plans.front();
  const auto& shards = work.shards.front();
  for (std::size_t i = 0; i < plan.references.size(); ++i) {
    if (!features::has_reference(*run.store, plan, i))
      ++status.shards[static_cast<std::size_t>(shards.references[i])].others_missing;
  }
  for (std::size_t i = 0; i < plan.captions.size(); ++i) {
    if (!features::has_caption(*run.store, plan, i))
      ++status.shards[static_cast<std::size_t>(shards.captions[i])].others_missing;
  }
}

}  // namespace

std::vector<int> RunStatus::incomplete() const {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (!shards[i].complete()) numbers.push_back(static_cast<int>(i));
  }
  return numbers;
}

RunStatus run_status(const ScoreRequest& request, std::optional<int> count) {
  const Prepared run = prepare(request, Purpose::encode);
  const ShardWork work = work_of(run.plan, count ? *count : shards_of_records(run));
  RunStatus status;
  status.plan = work.plan;
  status.shards.resize(static_cast<std::size_t>(work.count));
  status.absent_shots = run.inputs.split.shot_count() - run.inputs.outputs.shots.size();
  std::int64_t clips = 0;
  for (const auto* plan : work.plans) clips += static_cast<std::int64_t>(plan->clips.size());
  Progress progress("looking for the clips in the store", clips, request.extraction.progress);
  look_at_clips(run, work, progress, status);
  progress.finish();
  look_at_others(run, work, status);
  for (const auto& record : features::read_all_records(*run.store)) {
    if (record.request != work.request || record.shard.count != work.count) continue;
    if (record.plan == work.plan)
      status.shards[static_cast<std::size_t>(record.shard.index)].has_record = true;
    else
      ++status.records_of_other_inputs;
  }
  return status;
}

}  // namespace asbench::evaluation
