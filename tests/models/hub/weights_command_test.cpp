// `asbench weights` as it is typed: what goes to stdout, what to stderr, the exit code.
#include "cli/weights_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
  std::string thrown;
};

class WeightsCommandTest : public FetchTest {
 protected:
  WeightsCommandTest() {
    ::unsetenv("ASBENCH_WEIGHTS");
    ::unsetenv("HF_TOKEN");
  }

  Outcome run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "weights");
    arguments.insert(arguments.end(), {"--weights", weights_.path().string()});
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    CLI::App app;
    std::function<int()> chosen;
    cli::add_weights_command(app, chosen, cli::run_weights, &catalogue());
    app.parse(arguments);
    Outcome outcome;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    try {
      outcome.exit_code = chosen();
    } catch (const Error& error) {
      outcome.thrown = error.what();
    }
    std::fflush(stdout);
    outcome.out = ::testing::internal::GetCapturedStdout();
    outcome.err = ::testing::internal::GetCapturedStderr();
    return outcome;
  }
};

TEST_F(WeightsCommandTest, FetchPrintsSumsOnStdoutAndTheRestOnStderr) {
  start();
  ::setenv("HF_ENDPOINT", hub_->endpoint().c_str(), 1);
  const Outcome outcome = run({"fetch", kId});
  ::unsetenv("HF_ENDPOINT");
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_THAT(outcome.out, HasSubstr(sha256_hex(weights_bytes_) + "  " +
                                     here("model.safetensors").string() + "\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("licence")));
  EXPECT_THAT(outcome.err, HasSubstr("licence Apache-2.0"));
}

TEST_F(WeightsCommandTest, TheEndpointOptionComesBeforeTheVariable) {
  start();
  ::setenv("HF_ENDPOINT", "http://127.0.0.1:1", 1);
  const Outcome outcome = run({"fetch", kId, "--endpoint", hub_->endpoint(), "--json"});
  ::unsetenv("HF_ENDPOINT");
  const Json report = parse_json(outcome.out, "stdout");
  EXPECT_EQ(report["commit"], kCommit);
  EXPECT_EQ(report["files"].size(), 3U);
  EXPECT_EQ(report["files"][2]["sha256"], sha256_hex(weights_bytes_));
}

TEST_F(WeightsCommandTest, ListSaysWhereEachKnownCheckpointIs) {
  start();
  run({"fetch", kId, "--endpoint", hub_->endpoint()});
  const Outcome outcome = run({"list"});
  EXPECT_EQ(outcome.exit_code, kExitDone);
  EXPECT_THAT(outcome.out, HasSubstr((weights_.path() / kId).string() + "\n"));
  EXPECT_THAT(outcome.out, ::testing::ContainsRegex(std::string(kId) + " +vit +Apache-2.0 +no "));
  for (const Json& entry : parse_json(run({"list", "--json"}).out, "stdout")) {
    if (entry["id"] == kId) {
      EXPECT_EQ(entry["local"]["revision"], kCommit);
      EXPECT_EQ(entry["licence"]["name"], "Apache-2.0");
    } else {
      EXPECT_TRUE(entry["local"].is_null()) << entry;
    }
  }
}

TEST_F(WeightsCommandTest, CheckExitsWith2WhenAFileIsDamaged) {
  start();
  run({"fetch", kId, "--endpoint", hub_->endpoint()});
  EXPECT_EQ(run({"check"}).exit_code, kExitDone);
  write_file_atomically(here("model.safetensors"), safetensors_bytes(65'000, 2));
  const Outcome outcome = run({"check", kId});
  EXPECT_EQ(outcome.exit_code, kExitFailure);
  EXPECT_THAT(outcome.out, HasSubstr("WRONG     model.safetensors: SHA-256 is"));
  EXPECT_THAT(outcome.out, HasSubstr("ok        config.json"));
  EXPECT_THAT(outcome.err, HasSubstr(std::string("asbench weights fetch ") + kId));
  EXPECT_FALSE(parse_json(run({"check", "--json"}).out, "stdout")[0]["ok"].get<bool>());
}

TEST_F(WeightsCommandTest, TheShippedCatalogueIsListedWithItsPins) {
  cli::WeightsOptions options;
  options.weights = weights_.path().string();
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(cli::run_weights(options), 0);
  std::fflush(stdout);
  const std::string out = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(out, ::testing::ContainsRegex(
                       "openai/clip-vit-base-patch32 +clip +MIT +3d74acf9 +not downloaded\n"));
  EXPECT_THAT(
      out, ::testing::ContainsRegex("facebook/dino-vits8 +vit +Apache-2.0 +no +not downloaded\n"));
}

TEST_F(WeightsCommandTest, PinsAreListedEnforcedAndChecked) {
  entry_.revision = kCommit;
  know("model.safetensors", weights_bytes_, 2);
  start();
  EXPECT_THAT(run({"list"}).out,
              ::testing::ContainsRegex(std::string(kId) + " +vit +Apache-2.0 +01234567 +not down"));
  const Json listed = parse_json(run({"list", "--json"}).out, "stdout");
  EXPECT_TRUE(listed[0]["pinned"].get<bool>());
  EXPECT_EQ(listed[0]["revision"], kCommit);
  EXPECT_EQ(listed[0]["files"][2]["sha256"], sha256_hex(weights_bytes_));
  EXPECT_EQ(listed[0]["files"][2]["witnesses"], 2);
  run({"fetch", kId, "--endpoint", hub_->endpoint()});
  EXPECT_THAT(run({"check"}).out, HasSubstr("(as in the pin); pinned, equal\n"));
  EXPECT_THAT(run({"check"}).out, HasSubstr("(as in the record); not pinned\n"));
  EXPECT_EQ(parse_json(run({"check", "--json"}).out, "stdout")[0]["files"][1]["pin"],
            "pinned, equal");
  write_file_atomically(here("model.safetensors"), safetensors_bytes(65'000, 2));
  const Outcome differs = run({"check"});
  EXPECT_EQ(differs.exit_code, kExitFailure);
  EXPECT_THAT(differs.out, HasSubstr("(pin); differs from the pin\n"));
}

TEST_F(WeightsCommandTest, AnOverriddenRevisionIsInTheReports) {
  know("model.safetensors", safetensors_bytes(65'000, 2), 2);
  start();
  const Outcome outcome =
      run({"fetch", kId, "--endpoint", hub_->endpoint(), "--revision", "refs/pr/3", "--json"});
  const Json report = parse_json(outcome.out, "stdout");
  EXPECT_TRUE(report["revision_override"].get<bool>());
  EXPECT_EQ(report["files"][2]["pin"], "differs from the pin");
  EXPECT_THAT(outcome.err, HasSubstr("warning: --revision refs/pr/3 overrides"));
  EXPECT_THAT(run({"check"}).out, HasSubstr("fetched with --revision refs/pr/3"));
}

TEST_F(WeightsCommandTest, ADifferenceFromTheOnlyRecordIsAWarning) {
  know("model.safetensors", safetensors_bytes(65'000, 2), 1);
  start();
  run({"fetch", kId, "--endpoint", hub_->endpoint()});
  const Outcome outcome = run({"check"});
  EXPECT_EQ(outcome.exit_code, kExitDone) << "the record may be wrong";
  EXPECT_THAT(outcome.out,
              HasSubstr("WARNING   model.safetensors  SHA-256 " + sha256_hex(weights_bytes_) +
                        "; differs from the only record\n"));
}

TEST_F(WeightsCommandTest, CheckOfNothingIsAnError) {
  EXPECT_THAT(run({"check"}).thrown,
              HasSubstr("no checkpoint to check in " + weights_.path().string()));
}

TEST_F(WeightsCommandTest, WrongCommandLinesAreRefused) {
  EXPECT_THROW(run({}), CLI::ParseError);
  EXPECT_THROW(run({"fetch"}), CLI::ParseError);
  EXPECT_THROW(run({"fetch", "a/b", "c/d"}), CLI::ParseError);
  EXPECT_THROW(run({"fetch", "a/b", "--retries", "-1"}), CLI::ParseError);
}

}  // namespace
}  // namespace asbench::testing
