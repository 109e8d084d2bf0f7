// The batch file for Slurm, and who submits it. tests/slurm runs it on a real one.
#include "cli/submit_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/store_options.h"
#include "core/error.h"
#include "core/files.h"
#include "core/write_file.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A program that prints its name and arguments, one a line.
std::string echo_program(const fs::path& file, const std::string& first = "") {
  std::ofstream(file) << "#!/bin/bash\n" << first << "printf '<%s>\\n' \"$@\"\n";
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

cli::SlurmJob example(const fs::path& folder) {
  cli::SlurmJob job;
  job.shards = 16;
  job.cpus = 3;
  job.program = echo_program(folder / "asbench");
  job.file = "run.sh";
  job.run = {"--split=s", "--outputs=my videos", "--stories=it's $HOME/0"};
  job.out = {"--out=r.json"};
  job.result = {"--csv=tables"};
  return job;
}

class BatchFile : public ::testing::Test {
 protected:
  ProgramResult run(const cli::SlurmJob& job, const std::string& task) const {
    write_file_atomically(folder_ / "run.sh", cli::slurm_batch_file(job));
    std::vector<std::string> arguments = {"-u", "SLURM_ARRAY_TASK_ID", "SLURM_CPUS_PER_TASK=3"};
    if (!task.empty()) arguments.push_back("SLURM_ARRAY_TASK_ID=" + task);
    arguments.insert(arguments.end(), {"/bin/bash", folder_ / "run.sh"});
    return run_program("/usr/bin/env", arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(BatchFile, ATaskEncodesItsShardWithTheArgumentsToTheLetter) {
  const auto task = run(example(folder_.path()), "7");
  EXPECT_EQ(task.exit_code, 0) << task.err;
  EXPECT_EQ(task.out,
            "<encode>\n<--split=s>\n<--outputs=my videos>\n<--stories=it's $HOME/0>\n"
            "<--threads=3>\n<--out=r.json>\n<--shard>\n<7/16>\n");
}

TEST_F(BatchFile, OutsideAnArrayItScores) {
  auto job = example(folder_.path());
  job.own_threads = true;
  job.run.push_back("--threads=8");
  const auto score = run(job, "");
  EXPECT_EQ(score.exit_code, 0) << score.err;
  EXPECT_THAT(score.out, HasSubstr("<status>\n<--split=s>"));
  EXPECT_THAT(score.out, HasSubstr("<score>\n<--split=s>\n<--outputs=my videos>\n"
                                   "<--stories=it's $HOME/0>\n<--threads=8>\n<--out=r.json>\n"
                                   "<--csv=tables>\n"));
  EXPECT_THAT(score.out, Not(HasSubstr("<--threads=3>")));
}

TEST_F(BatchFile, AsksForGpusAndWhatWasGivenInDirectives) {
  auto job = example(folder_.path());
  EXPECT_THAT(cli::slurm_batch_file(job), Not(HasSubstr("gpus")));
  job.gpus = 1;
  job.directives = {"--partition=gpu", "--time=2:00:00"};
  const std::string text = cli::slurm_batch_file(job);
  EXPECT_THAT(text, HasSubstr("#SBATCH --cpus-per-task=3\n#SBATCH --gpus-per-task=1\n"
                              "#SBATCH --partition=gpu\n#SBATCH --time=2:00:00\n"));
}

TEST_F(BatchFile, IsSubmittedAsAnArrayAndAJobThatWaitsForIt) {
  auto job = example(folder_.path());
  const auto [array, score] = cli::slurm_commands(job);
  EXPECT_THAT(array, ElementsAre("sbatch", "--parsable", "--array=0-15", "run.sh"));
  EXPECT_THAT(score, ElementsAre("sbatch", "--parsable", "--dependency=afterany:%JOB%", "run.sh"));
  job.most = 4;
  EXPECT_EQ(cli::slurm_commands(job).first[2], "--array=0-15%4");
}

class Submit : public ::testing::Test {
 protected:
  /// `asbench submit` with a PATH of this folder and what `system_programs_` adds.
  ProgramResult submit(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"PATH=" + (folder_ / "bin").string() + system_programs_,
                                          asbench_program(),
                                          "submit",
                                          "--slurm",
                                          "--shards",
                                          "4",
                                          "--split",
                                          "s",
                                          "--outputs",
                                          "o",
                                          "--out",
                                          "r.json",
                                          "--file",
                                          folder_ / "job.sh"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program("/usr/bin/env", arguments);
  }
  /// A sbatch that numbers jobs from 41 and logs its arguments.
  void install_sbatch() const {
    fs::create_directories(folder_ / "bin");
    echo_program(folder_ / "bin" / "sbatch", "echo \"$@\" >>" + log() + "; echo $((40 + $(wc -l <" +
                                                 log() + ")))';cluster'; exit\n");
  }
  [[nodiscard]] std::string log() const { return folder_ / "log"; }
  TemporaryFolder folder_;
  std::string system_programs_ =
      ":/bin";  ///< what the stand-in of sbatch calls; perhaps a real one
};

TEST_F(Submit, CallsSbatchTwice) {
  install_sbatch();
  const auto run = submit({"--device", "cuda", "--metrics", "clip_i,dino_i"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::string file = folder_ / "job.sh";
  EXPECT_EQ(read_text_file(log()), "--parsable --array=0-3 " + file +
                                       "\n--parsable --dependency=afterany:41 " + file + "\n");
  EXPECT_THAT(run.out, HasSubstr("4 shards: job 41; score: job 42"));
  const std::string text = read_text_file(file);
  EXPECT_THAT(text, HasSubstr("#SBATCH --gpus-per-task=1\n"));
  EXPECT_THAT(text, HasSubstr("  --device=cuda\n"));
  EXPECT_THAT(text, HasSubstr("  --metrics=clip_i\n  --metrics=dino_i\n"));
  EXPECT_EQ(submit({}).exit_code, 0) << "its own file may be replaced";
}

TEST_F(Submit, ADryRunPrintsTheFileAndDoesNothing) {
  const auto run = submit({"--dry-run"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, ::testing::StartsWith("#!/bin/bash\n#SBATCH --job-name=asbench\n"));
  EXPECT_FALSE(fs::exists(folder_ / "job.sh"));
}

TEST_F(Submit, WithoutSbatchSaysWhatToDo) {
  system_programs_.clear();
  const auto run = submit({});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("sbatch is not installed here"));
}

TEST_F(Submit, ASbatchThatFailsStopsIt) {
  fs::create_directories(folder_ / "bin");
  echo_program(folder_ / "bin" / "sbatch", "echo no such partition >&2; exit 1\n");
  const auto run = submit({});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("no such partition"));
  EXPECT_THAT(run.err, HasSubstr("Nothing more was submitted"));
}

TEST_F(Submit, AnotherFileIsNotReplaced) {
  install_sbatch();
  std::ofstream(folder_ / "job.sh") << "mine\n";
  const auto run = submit({});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("no batch file of `asbench submit`"));
  EXPECT_EQ(read_text_file(folder_ / "job.sh"), "mine\n");
}

TEST(OlderThan, IsHoursDaysOrWeeks) {
  EXPECT_EQ(cli::seconds_in("12h"), 12 * 3600);
  EXPECT_EQ(cli::seconds_in("30d"), 30 * 24 * 3600);
  EXPECT_EQ(cli::seconds_in("8w"), 8 * 7 * 24 * 3600);
  EXPECT_EQ(cli::seconds_in("0d"), 0);
  for (const char* text : {"", "30", "d", "-1d", "30m", "1.5d", "30 d", "99999999999999999999d"})
    EXPECT_THROW(static_cast<void>(cli::seconds_in(text)), UsageError) << text;
}

}  // namespace
}  // namespace asbench::testing
