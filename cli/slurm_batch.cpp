// The batch file that `asbench submit --slurm` writes.
#include <fmt/format.h>

#include <algorithm>

#include "cli/completion.h"
#include "cli/submit_options.h"

namespace asbench::cli {
namespace {

/// Quoted where the shell would take it for something else.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:@+";
  const bool plain = !text.empty() && text.find_first_not_of(kPlain) == std::string::npos;
  return plain ? text : single_quoted(text);
}

std::string lines(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += "  " + shell_word(word) + "\n";
  return text;
}

/// Comments are for people: a name with a line end in it must not begin a command.
std::string comment_word(const std::string& text) {
  std::string word = shell_word(text);
  std::replace(word.begin(), word.end(), '\n', ' ');
  return word;
}

std::string array_of(const SlurmJob& job) {
  std::string array = fmt::format("0-{}", job.shards - 1);
  if (job.most > 0) array += fmt::format("%{}", job.most);
  return array;
}

std::string directives(const SlurmJob& job) {
  std::string text =
      fmt::format("#SBATCH --job-name={}\n#SBATCH --ntasks=1\n#SBATCH --cpus-per-task={}\n",
                  job.name, job.cpus);
  if (job.gpus > 0) text += fmt::format("#SBATCH --gpus-per-task={}\n", job.gpus);
  for (const auto& line : job.directives) text += "#SBATCH " + line + "\n";
  return text;
}

}  // namespace

std::string slurm_batch_file(const SlurmJob& job) {
  const std::string file = comment_word(job.file);
  std::string text = "#!/bin/bash\n" + directives(job);
  text += fmt::format(
      "\n"
      "# One run in {0} shards. `asbench submit` does this; by hand it is\n"
      "#   job=$(sbatch --parsable --array={1} {2})\n"
      "#   sbatch --dependency=afterany:\"$job\" {2}\n"
      "# Shards that are missing afterwards (asbench status names them), say 3 and 7 to 9, once "
      "more:\n"
      "#   sbatch --array=3,7-9 {2}\n"
      "# The score job computes itself what no task has left in the store, so it never waits in "
      "vain.\n\n"
      "set -euo pipefail\n"
      "asbench={3}\n"
      "shards={0}\n\n"
      "# What is scored, and how: the same for every part.\n"
      "run=(\n{4}",
      job.shards, array_of(job), file, shell_word(job.program), lines(job.run));
  if (!job.own_threads) text += "  --threads=\"${SLURM_CPUS_PER_TASK:-1}\"\n";
  text += ")\n";
  text += "# Where the result goes, and pictures of the encoded frames beside it.\nout=(\n" +
          lines(job.out) + ")\n";
  text += "# What only the result needs.\nresult=(\n" + lines(job.result) + ")\n\n";
  text +=
      "if [ -n \"${SLURM_ARRAY_TASK_ID:-}\" ]; then\n"
      "  exec \"$asbench\" encode \"${run[@]}\" \"${out[@]}\" --shard "
      "\"$SLURM_ARRAY_TASK_ID/$shards\"\n"
      "fi\n"
      "\"$asbench\" status \"${run[@]}\" --shards \"$shards\" || true\n"
      "exec \"$asbench\" score \"${run[@]}\" \"${out[@]}\" \"${result[@]}\"\n";
  return text;
}

std::pair<std::vector<std::string>, std::vector<std::string>> slurm_commands(const SlurmJob& job) {
  return {{"sbatch", "--parsable", "--array=" + array_of(job), job.file},
          {"sbatch", "--parsable", "--dependency=afterany:%JOB%", job.file}};
}

}  // namespace asbench::cli
