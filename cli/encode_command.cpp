// encode, plan and status, as functions of the engine module (cli/modules.h).
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/encode_options.h"
#include "cli/errors.h"
#include "cli/score_request.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/print.h"
#include "core/words.h"
#include "core/write_file.h"
#include "document/pictures.h"
#include "evaluation/encode.h"
#include "features/shard_record.h"
#include "features/shards.h"
#include "features/store.h"

namespace asbench::cli {
namespace {

constexpr std::size_t kListed = 20;

std::string name_of(const features::FailedClip& clip) {
  if (clip.story.empty()) return clip.file;
  return fmt::format("{} shot {}", clip.story, clip.shot.value_or(0));
}

void print_failed(const std::vector<features::FailedClip>& failed) {
  for (std::size_t i = 0; i < std::min(failed.size(), kListed); ++i) {
    print_safe(stdout, "  {}: {}: {}\n", name_of(failed[i]), failed[i].kind, failed[i].cause);
  }
  if (failed.size() > kListed)
    print_safe(stdout, "  ... and {} more (--json lists all)\n", failed.size() - kListed);
}

int run_encode(const EncodeOptions& options) {
  install_interrupt_handlers();
  evaluation::ScoreRequest request = request_of(options.run);
  if (!options.run.out.empty() && !options.run.no_frames) {
    const OutputTarget out = output_target(options.run.out);
    if (out.is_file()) request.frames_folder = document::picture_folder(options.run.out);
  }
  const features::ShardRecord record =
      evaluation::encode(request, {options.shard.index, options.shard.count});
  print_safe(stdout, "shard {} of {}: {} ({} decoded, {} can't be used), {}, in {}\n",
             record.shard.index, record.shard.count, counted(record.clips, "clip", "clips"),
             record.clips_decoded, record.failed.size(),
             size_in_words(static_cast<std::size_t>(record.bytes)),
             duration_in_words(record.seconds));
  print_failed(record.failed);
  return kExitDone;
}

std::string time_in_words(const evaluation::RunPlan& plan, double seconds) {
  return plan.seconds_per_clip > 0.0 ? duration_in_words(seconds) : "unknown";
}

void print_shard(const evaluation::RunPlan& plan, const std::string& name,
                 const evaluation::PlannedShard& shard) {
  print_safe(stdout, "{:<10}{:>9}{:>14}{:>18}\n", name, shard.clips,
             size_in_words(static_cast<std::size_t>(shard.bytes)),
             time_in_words(plan, shard.seconds));
}

void print_plan_table(const evaluation::RunPlan& plan) {
  print_safe(stdout, "{:<10}{:>9}{:>14}{:>18}\n", "shard", "clips", "videos", "estimated time");
  if (plan.shards.size() <= kListed) {
    for (std::size_t i = 0; i < plan.shards.size(); ++i)
      print_shard(plan, fmt::format("{}", i), plan.shards[i]);
  } else {
    const auto [least, most] =
        std::minmax_element(plan.shards.begin(), plan.shards.end(),
                            [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
    print_shard(plan, "smallest", *least);
    print_shard(plan, "largest", *most);
  }
  evaluation::PlannedShard all;
  for (const auto& shard : plan.shards) {
    all.clips += shard.clips;
    all.bytes += shard.bytes;
    all.seconds += shard.seconds;
  }
  print_shard(plan, "all", all);
}

void print_plan(const evaluation::RunPlan& plan) {
  print_safe(stdout, "{}: {}, {}, {} in {}; plan {}\n", plan.split,
             counted(static_cast<int>(plan.clips), "clip", "clips"),
             counted(static_cast<int>(plan.references), "reference", "references"),
             counted(static_cast<int>(plan.captions), "caption", "captions"),
             counted(static_cast<int>(plan.shards.size()), "shard", "shards"),
             plan.plan.substr(0, 16));
  if (plan.absent_shots > 0)
    print_safe(stdout, "{} of the split without a file: `asbench inspect` lists them\n",
               counted(static_cast<int>(plan.absent_shots), "shot", "shots"));
  print_plan_table(plan);
  if (plan.seconds_per_clip > 0.0) {
    print_safe(stdout, "{:.3g} s a clip, measured on {} {}; loading networks comes to each shard\n",
               plan.seconds_per_clip, counted(plan.measured_clips, "clip", "clips"),
               plan.from_records ? "of earlier tasks" : "now");
  } else {
    print_safe(stdout, "no estimate: {}\n",
               "the clips chosen for it are in the store already, or --calibrate is 0");
  }
}

Json to_json(const evaluation::RunPlan& plan) {
  Json json = {{"schema", "asbench/shard-plan@1"},
               {"plan", plan.plan},
               {"split", plan.split},
               {"clips", plan.clips},
               {"references", plan.references},
               {"captions", plan.captions},
               {"absent_shots", plan.absent_shots},
               {"seconds_per_clip", nullptr},
               {"measured_clips", plan.measured_clips}};
  const bool estimated = plan.seconds_per_clip > 0.0;
  if (estimated) json["seconds_per_clip"] = plan.seconds_per_clip;
  json["shards"] = Json::array();
  for (const auto& shard : plan.shards) {
    Json row = {{"clips", shard.clips}, {"bytes", shard.bytes}, {"seconds", nullptr}};
    if (estimated) row["seconds"] = shard.seconds;
    json["shards"].push_back(std::move(row));
  }
  return json;
}

int run_plan(const PlanOptions& options) {
  install_interrupt_handlers();
  const auto plan =
      evaluation::plan_run(request_of(options.run), options.shards, options.calibrate);
  if (options.json)
    print_prepared(stdout, json_for_terminal(to_json(plan), 1) + "\n");
  else
    print_plan(plan);
  return kExitDone;
}

/// Shards in three states.
struct States {
  std::vector<int> done, begun, untouched;
};

States states_of(const evaluation::RunStatus& status) {
  States states;
  for (std::size_t i = 0; i < status.shards.size(); ++i) {
    const auto& shard = status.shards[i];
    const bool touched = shard.done + shard.failed > 0;
    auto& list = shard.complete() ? states.done : touched ? states.begun : states.untouched;
    list.push_back(static_cast<int>(i));
  }
  return states;
}

void print_states(const States& states, const evaluation::RunStatus& status) {
  const auto line = [&](const char* name, const std::vector<int>& shards) {
    if (shards.empty()) return;
    std::size_t clips = 0;
    std::size_t missing = 0;
    for (const int shard : shards) {
      clips += status.shards[static_cast<std::size_t>(shard)].clips;
      missing += status.shards[static_cast<std::size_t>(shard)].missing();
    }
    print_safe(stdout, "{:<10}{:>7}  {} of {} in the store: {} {}\n", name, shards.size(),
               clips - missing, counted(static_cast<std::int64_t>(clips), "clip", "clips"),
               shards.size() == 1 ? "shard" : "shards", features::index_ranges(shards));
  };
  line("done", states.done);
  line("begun", states.begun);
  line("missing", states.untouched);
}

void print_status(const evaluation::RunStatus& status) {
  print_safe(stdout, "plan {}, {}\n", status.plan.substr(0, 16),
             counted(static_cast<int>(status.shards.size()), "shard", "shards"));
  print_states(states_of(status), status);
  if (status.absent_shots > 0)
    print_safe(stdout, "{} of the split without a file: `asbench inspect` lists them\n",
               counted(static_cast<int>(status.absent_shots), "shot", "shots"));
  if (!status.failed.empty()) {
    print_safe(stdout,
               "{} can't be used; running again changes nothing, and `asbench score` treats them "
               "as --missing says:\n",
               counted(static_cast<int>(status.failed.size()), "clip", "clips"));
    print_failed(status.failed);
  }
  if (status.records_of_other_inputs > 0)
    print_safe(stdout,
               "{} with the same request saw other inputs: files were added, removed or changed "
               "since\n",
               counted(static_cast<int>(status.records_of_other_inputs), "task", "tasks"));
  const auto again = status.incomplete();
  if (again.empty())
    print_safe(stdout, "everything is there: run `asbench score` with the same options\n");
  else
    print_safe(stdout, "to run again:\n--array={}\n", features::index_ranges(again));
}

Json to_json(const evaluation::RunStatus& status) {
  Json json = {{"schema", "asbench/shard-status@1"},
               {"plan", status.plan},
               {"complete", status.incomplete().empty()},
               {"array", features::index_ranges(status.incomplete())},
               {"absent_shots", status.absent_shots},
               {"records_of_other_inputs", status.records_of_other_inputs}};
  json["shards"] = Json::array();
  for (const auto& shard : status.shards) {
    json["shards"].push_back({{"clips", shard.clips},
                              {"done", shard.done},
                              {"failed", shard.failed},
                              {"missing", shard.missing()},
                              {"others_missing", shard.others_missing},
                              {"record", shard.has_record}});
  }
  json["failed"] = Json::array();
  for (const auto& clip : status.failed) json["failed"].push_back(to_json(clip));
  return json;
}

int run_status(const StatusOptions& options) {
  install_interrupt_handlers();
  const auto status = evaluation::run_status(request_of(options.run), options.shards);
  if (options.json)
    print_prepared(stdout, json_for_terminal(to_json(status), 1) + "\n");
  else
    print_status(status);
  return status.incomplete().empty() ? kExitDone : kExitFailure;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_encode(
    const EncodeOptions* options) {
  return run_guarded("encode", [&] { return run_encode(*options); });
}

extern "C" __attribute__((visibility("default"))) int asbench_run_plan(const PlanOptions* options) {
  return run_guarded("plan", [&] { return run_plan(*options); });
}

extern "C" __attribute__((visibility("default"))) int asbench_run_status(
    const StatusOptions* options) {
  return run_guarded("status", [&] { return run_status(*options); });
}

}  // namespace asbench::cli
