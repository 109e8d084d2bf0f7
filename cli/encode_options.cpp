#include "cli/encode_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"
#include "cli/run_file.h"

namespace asbench::cli {
namespace {

constexpr int kMostShards = 100'000;  // features/shards.h

constexpr const char* kDemoRun =
    "--protocol demo --split asbench-demo/world/mini-world --outputs asbench-demo/systems/ref-pan";

void add_shards_group(CLI::App& command) {
  start_group(command, "Run file");
  add_config_option(command);
  start_group(command, "Shards");
}

}  // namespace

void add_encode_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<EncodeOptions>();
  auto shard = std::make_shared<std::optional<std::string>>();
  CLI::App* command = app.add_subcommand(
      "encode", "do one shard of a run's decoding and encoding, for runs on many machines");
  command->footer(
      std::string("Example (the inputs are what `asbench demo` leaves behind):\n"
                  "  asbench encode --shard 0/4 --cache shared-store ") +
      kDemoRun +
      "\n"
      "Each task does one shard, in any order, on any machine that sees the inputs and the store "
      "(--cache). Then\n"
      "`asbench score` with the same options finds everything there. A task that was killed is run "
      "again as it was.\n"
      "Shots that are missing or broken are recorded and don't stop it; `asbench status` lists "
      "them.\n" +
      placeholder_help() + "Exit codes: 0 the shard is done, 2 it is not.");
  add_shards_group(*command);
  command->add_option("--shard", *shard,
                      "I/N: do shard I, from 0 to N-1, of N (default: SLURM_ARRAY_TASK_ID of "
                      "SLURM_ARRAY_TASK_COUNT, in a job array 0 to N-1)");
  add_run_groups(*command, options->run);
  start_group(*command, "Output");
  command->add_option("--out", options->run.out,
                      "the result document that `asbench score` will write: small pictures of the "
                      "encoded frames go beside it, so that score need not decode for them");
  add_no_frames_option(*command, options->run);
  add_speed_group(*command, options->run.compute);
  command->callback([options, shard, &chosen] {
    chosen = [options, shard] {
      options->shard = shard_of(*shard, process_environment());
      return run_in_module(Module::engine, "asbench_run_encode", *options);
    };
  });
}

void add_plan_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* command = app.add_subcommand(
      "plan", "say how a run would be divided into shards, and how long they would take");
  command->footer(
      std::string("Example (the inputs are what `asbench demo` leaves behind):\n"
                  "  asbench plan --shards 4 --cache shared-store ") +
      kDemoRun +
      "\n"
      "The estimate is for the machine that it is made on. It rests on what earlier "
      "tasks of the same request\n"
      "took; where there are none, some clips are encoded now and stay in the store.\n" +
      placeholder_help());
  add_shards_group(*command);
  command->add_option("--shards", options->shards, "number of shards")
      ->check(CLI::Range(1, kMostShards))
      ->required();
  command
      ->add_option("--calibrate", options->calibrate,
                   "number of clips to encode for the estimate, where the store has no records of "
                   "this request (0: no estimate then)")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  add_run_groups(*command, options->run);
  start_group(*command, "Output");
  command->add_flag("--json", options->json, "print the plan as JSON (asbench/shard-plan@1)");
  add_speed_group(*command, options->run.compute);
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_plan", *options); };
  });
}

void add_status_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand(
      "status", "say which shards of a run are done, missing or failed, and how to go on");
  command->footer(std::string("Example (the inputs are what `asbench demo` leaves behind):\n"
                              "  asbench status --shards 4 --cache shared-store ") +
                  kDemoRun +
                  "\n"
                  "Looks for what the tasks have put into the store, so the half of a killed task "
                  "counts. Reads no video: clips\n"
                  "count that `asbench encode` has seen and that have not changed since.\n" +
                  placeholder_help() +
                  "Exit codes: 0 every shard is done, 2 some are not (the last line is the --array "
                  "of these).");
  add_shards_group(*command);
  command
      ->add_option("--shards", options->shards,
                   "number of shards (default: what the finished tasks have recorded)")
      ->check(CLI::Range(1, kMostShards));
  add_run_groups(*command, options->run);
  start_group(*command, "Output");
  command->add_flag("--json", options->json, "print the state as JSON (asbench/shard-status@1)");
  add_speed_group(*command, options->run.compute);
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_status", *options); };
  });
}

}  // namespace asbench::cli
