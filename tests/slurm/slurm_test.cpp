// A run in shards on a real Slurm: a task is killed, one is cancelled, one is requeued, and the
// document is still that of the single run.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;

constexpr auto kLongest = std::chrono::seconds(100);

/// Asks every few milliseconds. @returns false when it never became true.
bool comes_true(const std::function<bool()>& question) {
  const auto end = std::chrono::steady_clock::now() + kLongest;
  while (!question()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// A cluster of this machine alone, with two CPUs; tests/slurm/cluster.sh.
class Cluster {
 public:
  Cluster() {
    const auto started = run_program("/bin/bash", {script(), "start", folder_.path(), "2"});
    if (started.exit_code == 77) reason_ = started.err;
    if (started.exit_code != 0 && !reason_) reason_ = "failed: " + started.err;
    failed_ = started.exit_code != 0 && started.exit_code != 77;
    ::setenv("SLURM_CONF", (folder_ / "slurm.conf").c_str(), 1);
  }
  ~Cluster() {
    static_cast<void>(run("scancel", {"--user=root"}));
    static_cast<void>(run_program("/bin/bash", {script(), "stop", folder_.path()}));
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  [[nodiscard]] const std::optional<std::string>& reason() const { return reason_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::string log_of_controller() const { return folder_ / "slurmctld.log"; }
  static ProgramResult run(const std::string& program, const std::vector<std::string>& arguments) {
    return run_program("/usr/bin/" + program, arguments);
  }
  /// Waits until every task of the job has come to an end. A queue that can't be read says nothing.
  static bool has_ended(const std::string& job) {
    return comes_true([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      const auto queue =
          run("squeue", {"--noheader", "--array", "--jobs=" + job, "--states=all", "--format=%T"});
      std::istringstream states(queue.out);
      const std::vector<std::string> each{std::istream_iterator<std::string>(states), {}};
      return queue.exit_code == 0 && !each.empty() && std::ranges::all_of(each, [](const auto& s) {
               return s == "COMPLETED" || s == "FAILED" || s == "CANCELLED";
             });
    });
  }
  /// Waits until a requeued task has run once more and completed. Slurm lets such a task wait for
  /// two minutes; this one need not. But within the second of its requeuing it would be refused:
  /// "Job credential revoked".
  [[nodiscard]] ::testing::AssertionResult has_run_again(const std::string& task) const {
    std::string state;
    const bool completed = comes_true([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      state = run("scontrol", {"show", "job", task}).out;
      if (state.find("Reason=BeginTime ") != std::string::npos) {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        static_cast<void>(run("scontrol", {"update", "JobId=" + task, "StartTime=now"}));
      }
      return state.find("Restarts=1 ") != std::string::npos &&
             state.find("JobState=COMPLETED ") != std::string::npos;
    });
    if (completed) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << state << read_text_file(log_of_controller());
  }

 private:
  static std::string script() { return source_folder() / "tests" / "slurm" / "cluster.sh"; }
  TemporaryFolder folder_;
  std::optional<std::string> reason_;
  bool failed_ = false;
};

/// The process that does a shard of the run on this store; 0: there is none.
pid_t process_of(const std::string& shard, const std::string& store) {
  const std::string end(1, '\0');
  const std::string argument = end + shard + end;
  for (const FolderEntry& entry : list_folder("/proc")) {
    const std::string name = entry.path.filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string line;
    try {
      line = read_text_file(entry.path / "cmdline");
    } catch (const Error&) {  // it has ended
      continue;
    }
    const bool is_task = line.find(std::string("asbench\0encode", 14)) != std::string::npos;
    if (is_task && line.find(argument) != std::string::npos &&
        line.find(store) != std::string::npos)
      return static_cast<pid_t>(std::stol(name));
  }
  return 0;
}

class Slurm : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(cluster_.failed()) << *cluster_.reason();
    if (cluster_.reason()) GTEST_SKIP() << *cluster_.reason();
  }
  [[nodiscard]] std::string store() const { return mini_.root() / "shared"; }
  [[nodiscard]] fs::path batch_file() const { return mini_.root() / "run.sh"; }

  /// A command on the shared store, without --out.
  [[nodiscard]] ProgramResult run(const std::string& command,
                                  const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {command,     "--split",       mini_.split(),
                                          "--outputs", mini_.outputs(), "--protocol",
                                          "demo",      "--cache",       store()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(asbench_program(), arguments);
  }
  /// Waits for the shard's process and stops it, so that it is still there for what comes.
  [[nodiscard]] pid_t catch_shard(int shard) const {
    pid_t process = 0;
    comes_true([&] {
      process = process_of(fmt::format("{}/4", shard), store());
      return process != 0;
    });
    if (process != 0) ::kill(process, SIGSTOP);
    return process;
  }

  MiniBenchmark mini_;
  Cluster cluster_;
};

/// The number after "job " in what submit prints, the n-th one.
std::string job_in(const std::string& text, int n) {
  std::size_t at = 0;
  for (int i = 0; i <= n; ++i) at = text.find("job ", at) + 4;
  return text.substr(at, text.find_first_not_of("0123456789", at) - at);
}

TEST_F(Slurm, AnArrayWithKilledCancelledAndRequeuedTasksGivesTheDocumentOfTheSingleRun) {
  const auto single = mini_.score("single", {"--protocol", "demo"});
  ASSERT_EQ(single.exit_code, 0) << single.err;

  const auto submitted =
      run("submit", {"--slurm", "--shards", "4", "--cpus", "1", "--file", batch_file(),
                     "--directive", "--output=" + (mini_.root() / "log-%A-%a.txt").string(),
                     "--system", "mini", "--out", mini_.root() / "sharded.json"});
  ASSERT_EQ(submitted.exit_code, 0) << submitted.err;
  const std::string array = job_in(submitted.out, 0);
  const std::string score = job_in(submitted.out, 1);
  ASSERT_EQ(Cluster::run("scontrol", {"hold", score}).exit_code, 0);

  const pid_t killed = catch_shard(1);
  ASSERT_NE(killed, 0);
  ::kill(killed, SIGKILL);
  const pid_t cancelled = catch_shard(2);
  ASSERT_NE(cancelled, 0);
  ASSERT_EQ(Cluster::run("scancel", {array + "_2"}).exit_code, 0);
  const pid_t requeued = catch_shard(3);
  ASSERT_NE(requeued, 0);
  ASSERT_EQ(Cluster::run("scontrol", {"requeue", array + "_3"}).exit_code, 0);
  ASSERT_TRUE(cluster_.has_run_again(array + "_3"));
  ASSERT_TRUE(Cluster::has_ended(array));

  const auto state = run("status", {"--shards", "4"});
  EXPECT_EQ(state.exit_code, 2) << state.out << state.err;
  EXPECT_THAT(state.out, EndsWith("--array=1-2\n"));

  const auto again = Cluster::run("sbatch", {"--parsable", "--array=1-2", batch_file()});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  ASSERT_TRUE(Cluster::has_ended(again.out.substr(0, again.out.find('\n'))));
  const auto complete = run("status", {});
  EXPECT_EQ(complete.exit_code, 0) << complete.out << complete.err;

  ASSERT_EQ(Cluster::run("scontrol", {"release", score}).exit_code, 0);
  ASSERT_TRUE(Cluster::has_ended(score));
  ASSERT_TRUE(fs::exists(mini_.root() / "sharded.json"));
  EXPECT_EQ(mini_.numbers("sharded").dump(), mini_.numbers("single").dump());
  // Nothing was left for the score job to encode.
  const Json stages = mini_.document("sharded").at("provenance").at("stages");
  for (const char* work : {"clips_decoded", "images_encoded", "captions_encoded"})
    EXPECT_EQ(stages.at(work), 0) << work;
}

}  // namespace
}  // namespace asbench::testing
