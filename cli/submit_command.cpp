// `asbench submit`: a batch file for Slurm, and the two calls of sbatch that start it.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <set>
#include <sstream>
#include <utility>

#include "cli/run_file.h"
#include "cli/score_options.h"
#include "cli/submit_options.h"
#include "core/error.h"
#include "core/files.h"
#include "core/print.h"
#include "core/program_folder.h"
#include "core/write_file.h"

namespace asbench::cli {
namespace {

constexpr int kMostShards = 100'000;  // features/shards.h

struct SubmitOptions {
  ScoreOptions score;
  SlurmJob job;
  std::optional<int> gpus;
  std::string file = "asbench-run.sh";
  bool slurm = false;
  bool dry_run = false;
};

/// Descriptors of a pipe; closed in the end.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) throw SystemFault("can't be made", "a pipe", errno);
  }
  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_writer() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }
  [[nodiscard]] int writer() const { return ends_[1]; }
  [[nodiscard]] std::string read_all() const {
    std::string text;
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::read(ends_[0], buffer, sizeof(buffer));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw SystemFault("can't be read", "a pipe", errno);
      if (got == 0) return text;
      text.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  int ends_[2] = {-1, -1};
};

/// Runs a program found in PATH; its stderr is ours. @returns what it printed.
std::string output_of(const std::vector<std::string>& words) {
  Pipe pipe;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe.writer(), STDOUT_FILENO);
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, words.front().c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT)
    throw BadInput(fmt::format(
        "{} is not installed here.\n  Call this where jobs are submitted, or use --dry-run and "
        "submit the batch file there.",
        words.front()));
  if (error != 0) throw SystemFault("can't be started", words.front(), error);
  pipe.close_writer();
  std::string text = pipe.read_all();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw BadInput(fmt::format("{} failed; its message is above. Nothing more was submitted.",
                               fmt::join(words, " ")));
  return text;
}

/// "4711" of "4711;cluster\n", as sbatch --parsable prints it.
std::string job_number(const std::string& text) {
  const auto end = text.find_first_not_of("0123456789");
  if (end == 0 || text.empty())
    throw BadInput(fmt::format("sbatch printed no job number but '{}'", text));
  return text.substr(0, end);
}

/// The options of score that were given, as arguments; those of a run file too.
void take_arguments(const CLI::App& command, SlurmJob& job) {
  const std::vector<std::string> keys = run_file_keys();
  const std::set<std::string> of_out = {"out", "no-frames"};
  const std::set<std::string> of_result = {"system", "normalise", "real-stories", "csv",
                                           "force",  "json",      "format",       "report"};
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || option->count() == 0) continue;
    const std::string& key = option->get_lnames().front();
    const bool known = key == "force" || std::find(keys.begin(), keys.end(), key) != keys.end();
    if (!known) continue;
    auto& list = of_out.contains(key) ? job.out : of_result.contains(key) ? job.result : job.run;
    if (key == "threads") job.own_threads = true;
    if (option->get_expected_max() == 0) {
      if (option->as<bool>()) list.push_back("--" + key);
    } else if (key == "normalise") {
      const auto values = option->as<std::vector<std::string>>();
      list.push_back(fmt::format("--{}={},{}", key, values.at(0), values.at(1)));
    } else {
      for (const auto& value : option->results())
        list.push_back(fmt::format("--{}={}", key, value));
    }
  }
}

/// A file that submit wrote, or none, may be replaced.
void require_own_file(const std::string& file) {
  if (!is_there(file)) return;
  constexpr std::size_t kMost = std::size_t{1} << 20;
  if (is_file(file) && read_text_file(file, kMost).find("`asbench submit`") != std::string::npos)
    return;
  throw UsageError(
      fmt::format("--file {}: this is no batch file of `asbench submit`; name another one", file));
}

int run_submit(const SubmitOptions& options) {
  if (!options.slurm)
    throw UsageError(
        "which scheduler? --slurm is the one that is known.\n  Others run the same command: "
        "docs/scale.md shows Ray, Dask and GNU parallel.");
  SlurmJob job = options.job;
  const bool on_gpu = options.score.compute.device != "cpu";
  job.gpus = options.gpus.value_or(on_gpu ? 1 : 0);
  job.program = (program_prefix() / "bin" / "asbench").string();
  job.file = options.file;
  const std::string text = slurm_batch_file(job);
  const auto [array, score] = slurm_commands(job);
  if (options.dry_run) {
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) print_safe(stdout, "{}\n", line);
    return kExitDone;
  }
  require_own_file(options.file);
  write_file_atomically(options.file, text);
  const std::string number = job_number(output_of(array));
  auto waiting = score;
  for (auto& word : waiting) {
    if (const auto at = word.find("%JOB%"); at != std::string::npos) word.replace(at, 5, number);
  }
  const std::string last = job_number(output_of(waiting));
  print_safe(stdout, "{} shards: job {}; score: job {}, when they have ended\nwrote {}\n",
             job.shards, number, last, options.file);
  return kExitDone;
}

void add_slurm_group(CLI::App& command, SubmitOptions& options) {
  start_group(command, "Jobs");
  command.add_flag("--slurm", options.slurm,
                   "for Slurm: a job array, and a job that scores after it");
  command.add_flag("--dry-run", options.dry_run, "print the batch file; write and submit nothing");
  command.add_option("--file", options.file, "batch file to write")->capture_default_str();
  command.add_option("--shards", options.job.shards, "number of shards, one task each")
      ->check(CLI::Range(1, kMostShards))
      ->required();
  command
      .add_option("--running", options.job.most,
                  "number of tasks that run at the same time (0: as many as fit)")
      ->check(CLI::Range(0, kMostShards))
      ->capture_default_str();
  command.add_option("--cpus", options.job.cpus, "CPUs of each task")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command
      .add_option("--gpus", options.gpus,
                  "GPUs of each task (default: 1 with a --device other than cpu, else 0; a task "
                  "uses one)")
      ->check(CLI::Range(0, 16));
  command
      .add_option("--directive", options.job.directives,
                  "further line of the batch file after #SBATCH, e.g. --directive "
                  "\"--partition=gpu\" (repeatable)")
      ->take_all();
}

}  // namespace

void add_submit_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command =
      app.add_subcommand("submit", "submit a run in shards to a batch system, and its score job");
  command->footer(
      "Example (the inputs are what `asbench demo` leaves behind):\n"
      "  asbench submit --slurm --dry-run --shards 4 --cache shared-store --protocol demo --split "
      "asbench-demo/world/mini-world --outputs asbench-demo/systems/ref-pan --out ref-pan.json\n"
      "Every node must see the inputs, the weights and the store (--cache) under the same paths. "
      "Call it in the\n"
      "folder that relative paths begin in.\n" +
      placeholder_help() + "Exit codes: 0 submitted, 2 it was not.");
  start_group(*command, "Run file");
  add_config_option(*command);
  add_slurm_group(*command, *options);
  add_score_groups(*command, options->score);
  command->callback([options, command, &chosen] {
    take_arguments(*command, options->job);
    chosen = [options] { return run_submit(*options); };
  });
}

}  // namespace asbench::cli
