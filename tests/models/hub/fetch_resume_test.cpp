// Downloads that stop half way: what stays on disk, and how the next one goes on.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "models/hub/fetch.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kCut = 100'000;

class ResumeTest : public FetchTest {
 protected:
  /// The Range headers that the storage saw, "" where there was none.
  [[nodiscard]] std::vector<std::string> ranges() const {
    std::vector<std::string> all;
    for (const Json& request : hub_->requests("GET", "model.safetensors")) {
      if (request["server"] == "storage") all.push_back(request.value("Range", ""));
    }
    return all;
  }
  [[nodiscard]] fs::path part() const { return here("model.safetensors.part"); }
  [[nodiscard]] std::uintmax_t part_size() const {
    std::error_code none;
    const auto size = fs::file_size(part(), none);
    return none ? 0 : size;
  }
  void expect_complete() const {
    EXPECT_EQ(read_text_file(here("model.safetensors")), weights_bytes_);
    EXPECT_FALSE(fs::exists(part()));
    EXPECT_FALSE(fs::exists(here("model.safetensors.part.json")));
  }
};

TEST_F(ResumeTest, ContinuesAfterACutConnection) {
  start({{"model.safetensors", {{"cut_after", kCut}, {"cut_times", 1}}}});
  fetch();
  expect_complete();
  EXPECT_THAT(ranges(), ::testing::ElementsAre("", "bytes=100000-"));
  EXPECT_THAT(said(), HasSubstr("trying again"));
}

TEST_F(ResumeTest, KeepsGoingAsLongAsEveryTryBringsBytes) {
  start({{"model.safetensors", {{"cut_after", 30'000}, {"cut_times", 8}}}});
  fetch();  // eight cuts, two retries allowed
  expect_complete();
}

TEST_F(ResumeTest, ResumesWithTheSameCommandAndSaysSo) {
  start({{"model.safetensors", {{"cut_after", kCut}, {"cut_times", 1}}}});
  auto impatient = options();
  impatient.hub.retries = 0;
  const std::string message = failure(impatient);
  EXPECT_THAT(message, HasSubstr("100000 of 260080 bytes are kept in " + part().string()));
  EXPECT_THAT(message, HasSubstr("the same command resumes"));
  EXPECT_EQ(part_size(), 100'000U);
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
  EXPECT_TRUE(fs::exists(here("config.json")));

  fetch();
  expect_complete();
  const auto requests = hub_->requests("GET", "model.safetensors");
  EXPECT_EQ(requests.back()["Range"], "bytes=100000-");
  EXPECT_EQ(requests.back()["If-Range"], "\"s-260080\"");
}

TEST_F(ResumeTest, StartsOverWhenTheServerIgnoresTheRange) {
  start({{"model.safetensors", {{"cut_after", kCut}, {"cut_times", 1}, {"ignore_range", true}}}});
  fetch();
  expect_complete();
  EXPECT_THAT(ranges(), Contains("bytes=100000-"));
  EXPECT_THAT(said(), HasSubstr("the server sends the file from the start"));
}

TEST_F(ResumeTest, StartsOverWhenThePartWasDamaged) {
  start({{"model.safetensors", {{"cut_after", kCut}, {"cut_times", 1}}}});
  auto impatient = options();
  impatient.hub.retries = 0;
  failure(impatient);
  std::string bytes = read_text_file(part());
  bytes[500] = static_cast<char>(bytes[500] ^ 1);
  write_file_atomically(part(), bytes);
  fetch();
  expect_complete();
  EXPECT_THAT(said(), HasSubstr("starting over"));
}

TEST_F(ResumeTest, DropsAPartOfAnotherVersion) {
  start();
  fs::create_directories(here(""));
  write_file_atomically(part(), "bytes of something else");
  write_json_file(here("model.safetensors.part.json"),
                  {{"version", "sha256:another"}, {"server_etag", ""}});
  fetch();
  expect_complete();
  EXPECT_THAT(ranges(), ::testing::ElementsAre(""));
}

TEST_F(ResumeTest, DropsAPartThatIsLongerThanTheFile) {
  start();
  fs::create_directories(here(""));
  write_file_atomically(part(), weights_bytes_ + "more");
  write_json_file(here("model.safetensors.part.json"),
                  {{"version", "sha256:" + sha256_hex(weights_bytes_)}, {"server_etag", ""}});
  fetch();
  expect_complete();
}

TEST_F(ResumeTest, GivesUpOnAConnectionThatBringsNothing) {
  start({{"model.safetensors", {{"cut_after", 0}}}});
  const std::string message = failure();
  EXPECT_THAT(message,
              HasSubstr("The files on disk are unchanged; run the same command to try again"));
  EXPECT_EQ(hub_->requests("GET", "model.safetensors").size(), 6U);  // 3 tries, hub and storage
  EXPECT_FALSE(fs::exists(part()));
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
}

TEST_F(ResumeTest, AnInterruptKeepsThePartAndSaysHowToResume) {
  start({{"model.safetensors", {{"hang_after", kCut}, {"hang_times", 1}}}});
  auto interrupted = options();
  interrupted.hub.cancelled = [this] { return part_size() >= kCut; };
  const std::string message = failure(interrupted);
  EXPECT_THAT(message, HasSubstr("interrupted while fetching model.safetensors"));
  EXPECT_THAT(message, HasSubstr("the same command resumes"));
  EXPECT_EQ(part_size(), 100'000U);
  fetch();
  expect_complete();
  EXPECT_THAT(ranges(), Contains("bytes=100000-"));
}

TEST_F(ResumeTest, AKilledDownloadIsResumed) {
  start({{"model.safetensors", {{"hang_after", kCut}, {"hang_times", 1}}}});
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      fetch();
    } catch (...) {
    }
    ::_exit(0);
  }
  for (int waited = 0; part_size() < kCut && waited < 1000; ++waited) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
  fetch();
  expect_complete();
  EXPECT_THAT(ranges(), Contains("bytes=100000-"));
}

TEST_F(ResumeTest, AFullDiskKeepsThePartAndSaysSo) {
  start();
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  struct rlimit small = before;
  small.rlim_cur = kCut;
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = failure();
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr(part().string() + ": cannot be written after byte 100000"));
  EXPECT_THAT(message, HasSubstr("File too large"));
  EXPECT_THAT(message, HasSubstr("Free some space"));
  EXPECT_EQ(part_size(), 100'000U);
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
  fetch();
  expect_complete();
}

TEST_F(ResumeTest, TwoProcessesDoNotWriteToOnePart) {
  start();
  fs::create_directories(here(""));
  const int other = ::open(part().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  EXPECT_THAT(failure(), HasSubstr(part().string() + ": another process is downloading this file"));
  ::close(other);
  fetch();
  expect_complete();
}

}  // namespace
}  // namespace asbench::testing
