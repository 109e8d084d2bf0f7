// A download ends: by its time limit, when the connection stalls, and at the size that was
// announced or pinned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "core/json.h"
#include "models/hub/fetch.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

milliseconds time_of(const std::function<void()>& action) {
  const auto begun = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
}

TEST_F(FetchTest, AServerThatHangsIsLeftAtTheTimeLimitAndWhatCameIsKept) {
  start({{"model.safetensors", {{"hang_after", 100'000}}}});
  auto limited = options();
  limited.hub.time_limit = milliseconds(1500);
  std::string message;
  EXPECT_LT(time_of([&] { message = failure(limited); }), seconds(10));
  EXPECT_THAT(message, HasSubstr("took longer than 1.5s (--time-limit)"));
  EXPECT_THAT(message, HasSubstr("100000 of 260080 bytes are kept"));
  EXPECT_EQ(fs::file_size(here("model.safetensors.part")), 100'000U);
}

TEST_F(FetchTest, AServerThatSendsAByteNowAndThenIsLeftAtTheTimeLimit) {
  start({{"model.safetensors", {{"trickle", 0.05}}}});
  auto limited = options();
  limited.hub.time_limit = milliseconds(1500);
  std::string message;
  EXPECT_LT(time_of([&] { message = failure(limited); }), seconds(10));
  EXPECT_THAT(message, HasSubstr("(--time-limit)"));
}

TEST_F(FetchTest, TheTimeLimitHoldsForThePausesBetweenTriesToo) {
  start({{"config.json", {{"fail_times", 1000}}}});
  auto limited = options();
  limited.hub.time_limit = milliseconds(1000);
  limited.hub.first_pause = seconds(20);
  limited.hub.retries = 100;
  std::string message;
  EXPECT_LT(time_of([&] { message = failure(limited); }), seconds(10));
  EXPECT_THAT(message, HasSubstr("(--time-limit)"));
}

TEST_F(FetchTest, AStalledConnectionIsMadeAnewBeforeTheTimeLimit) {
  start({{"model.safetensors", {{"hang_after", 100'000}, {"hang_times", 1}}}});
  auto patient = options();
  patient.hub.stall = seconds(1);
  const auto report = models::fetch_checkpoint(patient);
  EXPECT_EQ(read_text_file(here("model.safetensors")), weights_bytes_);
  EXPECT_EQ(hub_->requests("GET", "model.safetensors").back().value("Range", ""), "bytes=100000-");
}

TEST_F(FetchTest, ABodyThatAnnouncesMoreThanTheHubDoesIsRefusedBeforeItsFirstByte) {
  start({{"model.safetensors", {{"longer", 1}}}});
  EXPECT_THAT(failure(), HasSubstr("sends more than the 260080 bytes that it announced"));
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
  EXPECT_FALSE(fs::exists(here("model.safetensors.part")));
}

TEST_F(FetchTest, ABodyThatIsLongerThanThePinIsRefused) {
  know("model.safetensors", weights_bytes_, 2);
  start({{"model.safetensors", {{"surplus", 100'000}}}});
  EXPECT_THAT(failure(), HasSubstr("sends more than the 260080 bytes"));
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
}

TEST_F(FetchTest, AnIndexOfShardsThatIsLongerThanAnnouncedIsRefused) {
  files_.erase("model.safetensors");
  files_["model.safetensors.index.json"] = R"({"weight_map": {"x": "a.safetensors"}})";
  files_["a.safetensors"] = weights_bytes_;
  start({{"model.safetensors.index.json", {{"surplus", 10'000}}}});
  EXPECT_THAT(failure(), HasSubstr("larger than the"));
}

}  // namespace
}  // namespace asbench::testing
