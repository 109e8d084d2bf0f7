// Downloads against pins: what is accepted, refused, warned of, and recorded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "models/hub/check.h"
#include "models/hub/fetch.h"
#include "models/weights/weights_record.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using models::FilePin;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

FilePin pin_of(const models::FetchReport& report, const std::string& name) {
  for (const auto& file : report.files) {
    if (file.path.filename() == name) return file.pin;
  }
  throw InternalError(name + " was not fetched");
}

/// Pins everything on the hub to its commit.
class PinnedFetch : public FetchTest {
 protected:
  PinnedFetch() {
    entry_.revision = kCommit;
    for (const auto& [name, bytes] : files_) know(name, bytes, 2);
  }
};

TEST_F(PinnedFetch, ThePinnedRevisionIsDownloadedAndEqualsItsPins) {
  start();
  const auto report = fetch();
  EXPECT_EQ(report.revision, kCommit);
  EXPECT_FALSE(report.revision_override);
  for (const auto& file : report.files) EXPECT_EQ(file.pin, FilePin::equal) << file.path;
  for (const Json& request : hub_->requests()) {
    if (request["server"] == "hub") {
      EXPECT_THAT(request["path"].get<std::string>(),
                  HasSubstr(std::string("/resolve/") + kCommit));
    }
  }
  EXPECT_THAT(said(), HasSubstr(std::string("pinned to revision ") + kCommit));
  EXPECT_THAT(said(), HasSubstr("model.safetensors: 260080 bytes, equal to the pin"));
  EXPECT_THAT(said(), Not(HasSubstr("warning")));
  EXPECT_FALSE(models::read_weights_record(here(""))->revision_override);
}

TEST_F(PinnedFetch, AnotherFileOnTheHubIsRefusedBeforeTheDownload) {
  files_["model.safetensors"] = safetensors_bytes(65'000, 2);  // of the same size
  start();
  const std::string message = failure();
  EXPECT_THAT(message, HasSubstr("model.safetensors"));
  EXPECT_THAT(message, HasSubstr("expected SHA-256 " + sha256_hex(weights_bytes_)));
  EXPECT_THAT(message, HasSubstr("found SHA-256 " + sha256_hex(files_["model.safetensors"])));
  EXPECT_THAT(message, HasSubstr("--revision"));
  EXPECT_THAT(names_here(), IsEmpty());
  EXPECT_TRUE(hub_->requests("GET", "").empty());
}

TEST_F(PinnedFetch, ASmallFileIsComparedWithItsPinAndNotOnlyWithTheHubsChecksum) {
  files_["config.json"] = R"({"model_type": "vit", "hidden_size": 9})";  // of the same size
  start();  // the hub's checksum of a small file is git's, which fits what it serves
  const std::string message = failure();
  EXPECT_THAT(message, HasSubstr("config.json"));
  EXPECT_THAT(message, HasSubstr("SHA-256 is " + sha256_hex(files_["config.json"])));
  EXPECT_THAT(message, HasSubstr("(the pin)"));
  EXPECT_FALSE(fs::exists(here("config.json")));
}

TEST_F(PinnedFetch, AHubThatSendsNoChecksumIsHeldToThePin) {
  start({{"config.json", {{"no_etag", true}, {"corrupt", true}}}});
  EXPECT_THAT(failure(), HasSubstr("expected " + sha256_hex(files_["config.json"]) + " (the pin)"));
}

TEST_F(PinnedFetch, AFileOnDiskThatDiffersFromItsPinStopsTheFetch) {
  start();
  fs::create_directories(here(""));
  write_file_atomically(here("config.json"), R"({"model_type": "vit", "hidden_size": 9})");
  const std::string message = failure();
  EXPECT_THAT(message, HasSubstr(here("config.json").string()));
  EXPECT_THAT(message, HasSubstr("(the pin)"));
  EXPECT_THAT(message, HasSubstr("--force"));
}

TEST_F(PinnedFetch, ThePinnedFormOfTheWeightsIsTaken) {
  files_["pytorch_model.bin"] = "PK\3\4 pickled";
  know("pytorch_model.bin", files_["pytorch_model.bin"], 2);
  for (auto& file : entry_.files) {
    if (file.name == "model.safetensors") file.witnesses = 1;
  }
  start();
  EXPECT_EQ(pin_of(fetch(), "pytorch_model.bin"), FilePin::equal);
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
}

TEST_F(PinnedFetch, AFormThatIsNotPinnedIsTakenWithAWarning) {
  files_.erase("model.safetensors");
  files_["pytorch_model.bin"] = "PK\3\4 pickled";
  start();
  EXPECT_EQ(pin_of(fetch(), "pytorch_model.bin"), FilePin::not_pinned);
  EXPECT_THAT(said(), HasSubstr("warning: pytorch_model.bin is not the pinned file"));
}

TEST_F(PinnedFetch, AHubThatAnswersWithAnotherCommitIsRefused) {
  entry_.revision = std::string(40, 'f');
  start();
  const std::string other = failure();
  EXPECT_THAT(other, HasSubstr("404"));  // this hub does not know it at all
  hub_.reset();
  hub_ = std::make_unique<HubServer>(files_, Json::object(), kId, entry_.revision);
  EXPECT_THAT(failure(), HasSubstr(std::string("answers with commit ") + kCommit +
                                   ", expected the commit asked for, " + entry_.revision));
}

TEST_F(PinnedFetch, ARevisionOverridesThePinsAndIsRecorded) {
  files_["model.safetensors"] = safetensors_bytes(65'000, 2);
  start();
  auto other = options();
  other.revision = "refs/pr/3";
  const auto report = models::fetch_checkpoint(other);
  EXPECT_TRUE(report.revision_override);
  EXPECT_EQ(pin_of(report, "model.safetensors"), FilePin::differs);
  EXPECT_EQ(pin_of(report, "config.json"), FilePin::equal);
  EXPECT_THAT(said(), HasSubstr("warning: --revision refs/pr/3 overrides the pinned revision"));
  EXPECT_THAT(said(), HasSubstr("differs from its pin: SHA-256 " + sha256_hex(weights_bytes_)));
  const auto record = models::read_weights_record(here(""));
  EXPECT_EQ(record->revision, "refs/pr/3");
  EXPECT_TRUE(record->revision_override);
}

TEST_F(PinnedFetch, TheRevisionAtWhichAFormWasPublishedKeepsItsPin) {
  entry_.revision = "main";
  for (auto& file : entry_.files) {
    if (file.weights) file.revision = "refs/pr/3";
  }
  files_["model.safetensors"] = safetensors_bytes(65'000, 2);
  start();
  auto other = options();
  other.revision = "refs/pr/3";
  EXPECT_THAT(failure(other), HasSubstr("the hub's file is not the pinned one"));
}

TEST_F(FetchTest, OneWitnessIsAWarningAndNoError) {
  know("model.safetensors", safetensors_bytes(65'000, 2), 1);
  know("config.json", files_["config.json"], 1);
  start();
  const auto report = fetch();
  EXPECT_EQ(pin_of(report, "model.safetensors"), FilePin::single_differs);
  EXPECT_EQ(pin_of(report, "config.json"), FilePin::single_equal);
  EXPECT_EQ(pin_of(report, "preprocessor_config.json"), FilePin::not_pinned);
  EXPECT_THAT(said(),
              HasSubstr("warning: model.safetensors (SHA-256 " + sha256_hex(weights_bytes_)));
  EXPECT_THAT(said(), HasSubstr("differs from the only public record of it"));
  EXPECT_TRUE(fs::exists(here("model.safetensors")));
}

TEST_F(FetchTest, WithoutPinsTheHubsChecksumIsAllThereIsAndThatIsSaid) {
  start();
  fetch();
  EXPECT_THAT(said(), HasSubstr("no weights are pinned for this id"));
}

TEST_F(FetchTest, FilesThatAreOnlyVerifiedAreNotDownloaded) {
  entry_.files.push_back({.name = "tokenizer.json", .fetch = false});
  files_["tokenizer.json"] = "{}";
  start();
  fetch();
  EXPECT_FALSE(fs::exists(here("tokenizer.json")));
  EXPECT_TRUE(models::check_checkpoint(kId, options().folders, catalogue()).ok());
}

TEST_F(FetchTest, WhatNoHubHasIsRefusedWithTheConversion) {
  entry_.made_by = "tools/convert_dreamsim/convert.py";
  entry_.source = "https://example.org/archive.zip";
  start();
  const std::string message = failure();
  EXPECT_THAT(message, HasSubstr("can't be fetched"));
  EXPECT_THAT(message, HasSubstr("https://example.org/archive.zip"));
  EXPECT_THAT(message, HasSubstr("python3 tools/convert_dreamsim/convert.py archive.zip"));
  EXPECT_THAT(hub_->requests(), IsEmpty());
}

}  // namespace
}  // namespace asbench::testing
