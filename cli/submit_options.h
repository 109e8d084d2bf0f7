#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/cli11.h"

namespace asbench::cli {

/// What a batch file for Slurm is made of.
struct SlurmJob {
  int shards = 1;
  int cpus = 4;  ///< of each task
  int gpus = 0;  ///< of each task
  int most = 0;  ///< tasks that run at a time; 0: as many as fit
  std::string name = "asbench";
  std::vector<std::string> directives;  ///< further #SBATCH lines, without "#SBATCH "
  std::string program;                  ///< path of asbench
  std::string file;                     ///< name of the batch file, for its comments
  std::vector<std::string> run;         ///< arguments of encode, status and score, one a line
  std::vector<std::string> out;         ///< further arguments of encode and score
  std::vector<std::string> result;      ///< further arguments of score
  bool own_threads = false;             ///< `run` says --threads
};

/// One batch file for both parts of a run: as a task of a job array it encodes a shard, else it
/// scores. Text in it is quoted for the shell.
[[nodiscard]] std::string slurm_batch_file(const SlurmJob& job);

/// The two commands that submit it: the array, and the score job that waits for it. `%JOB%` stands
/// for the number that the first one prints.
[[nodiscard]] std::pair<std::vector<std::string>, std::vector<std::string>> slurm_commands(
    const SlurmJob& job);

void add_submit_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
