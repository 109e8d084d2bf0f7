// A checkpoint that comes as it should: what is asked, what is placed, what is recorded.
#include "models/hub/fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "models/hub/check.h"
#include "models/weights/checkpoint.h"
#include "models/weights/weights_record.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(FetchTest, PlacesVerifiedFilesAndRecordsTheirSums) {
  start();
  const auto report = fetch();
  EXPECT_THAT(names_here(), ElementsAre("asbench-weights.json", "config.json", "model.safetensors",
                                        "preprocessor_config.json"));
  for (const auto& [name, bytes] : files_) EXPECT_EQ(read_text_file(here(name)), bytes) << name;
  EXPECT_EQ(report.commit, kCommit);
  EXPECT_EQ(report.folder, weights_.path() / kId);
  ASSERT_EQ(report.files.size(), 3U);
  EXPECT_EQ(report.files.back().sha256, sha256_hex(weights_bytes_));
  EXPECT_FALSE(report.files.back().kept);

  const auto record = models::read_weights_record(weights_.path() / kId);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->id, kId);
  EXPECT_EQ(record->revision, "main");
  EXPECT_EQ(record->commit, kCommit);
  EXPECT_EQ(record->licence, "Apache-2.0");
  EXPECT_EQ(record->endpoint, hub_->endpoint());
  EXPECT_EQ(record->files.at("model.safetensors").sha256, sha256_hex(weights_bytes_));
  EXPECT_EQ(record->files.at("config.json").etag, git_blob_sha1_hex(files_["config.json"]));

  const auto checkpoint = models::open_checkpoint(kId, options().folders);
  EXPECT_EQ(checkpoint.config["model_type"], "vit");
  EXPECT_TRUE(models::check_checkpoint(kId, options().folders, catalogue()).ok());
}

TEST_F(FetchTest, TakesEveryFileFromTheCommitThatTheRevisionWasAtFirst) {
  start();
  fetch();
  const auto requests = hub_->requests();
  ASSERT_GT(requests.size(), 3U);
  EXPECT_THAT(requests[0]["path"].get<std::string>(), HasSubstr("/resolve/main/config.json"));
  for (std::size_t i = 1; i < requests.size(); ++i) {
    if (requests[i]["server"] == "storage") continue;
    EXPECT_THAT(requests[i]["path"].get<std::string>(),
                HasSubstr(std::string("/resolve/") + kCommit + "/"));
  }
  EXPECT_THAT(said(), HasSubstr(std::string("revision main is commit ") + kCommit));
}

TEST_F(FetchTest, TakesAPullRequestsRevisionByItsEscapedName) {
  start();
  auto pull_request = options();
  pull_request.revision = "refs/pr/3";
  EXPECT_EQ(models::fetch_checkpoint(pull_request).commit, kCommit);
  EXPECT_THAT(hub_->requests().front()["path"].get<std::string>(),
              HasSubstr("/resolve/refs%2Fpr%2F3/config.json"));
}

TEST_F(FetchTest, SaysTheLicenceBeforeItAsksTheHub) {
  auto closed = options();  // no hub at all
  EXPECT_THAT(failure(closed), HasSubstr("Check the network"));
  ASSERT_FALSE(lines_.empty());
  EXPECT_THAT(lines_.front(), HasSubstr("licence Apache-2.0"));
  EXPECT_THAT(lines_.front(), HasSubstr("https://github.com/facebookresearch/dino"));
}

TEST_F(FetchTest, FetchesAnUnknownCheckpointAndSaysThatItsLicenceIsUnknown) {
  hub_ = std::make_unique<HubServer>(files_, Json::object(), "somebody/else");
  auto unknown = options();
  unknown.id = "somebody/else";
  const auto report = models::fetch_checkpoint(unknown);
  EXPECT_THAT(lines_.front(), HasSubstr("its licence is unknown"));
  EXPECT_THAT(report.absent, ElementsAre("vocab.json", "merges.txt"));
  EXPECT_EQ(models::read_weights_record(report.folder)->licence, "");
}

TEST_F(FetchTest, KeepsFilesThatAreHereAndRight) {
  start();
  fetch();
  const auto gets_before = hub_->requests("GET", "").size();
  const auto report = fetch();
  EXPECT_EQ(hub_->requests("GET", "").size(), gets_before);
  for (const auto& file : report.files) EXPECT_TRUE(file.kept) << file.path;
  EXPECT_THAT(said(), HasSubstr("model.safetensors: already on disk, verified"));
}

TEST_F(FetchTest, LeavesAFileThatDiffersUnlessItIsForced) {
  start();
  fs::create_directories(here(""));
  write_file_atomically(here("model.safetensors"), "mine");
  const std::string message = failure();
  EXPECT_THAT(message, HasSubstr(here("model.safetensors").string()));
  EXPECT_THAT(message, HasSubstr("4 bytes, expected"));
  EXPECT_THAT(message, HasSubstr("--force"));
  EXPECT_THAT(names_here(), ElementsAre("model.safetensors"));
  EXPECT_EQ(read_text_file(here("model.safetensors")), "mine");
  EXPECT_TRUE(hub_->requests("GET", "").empty());

  auto forced = options();
  forced.force = true;
  models::fetch_checkpoint(forced);
  EXPECT_EQ(read_text_file(here("model.safetensors")), weights_bytes_);
}

TEST_F(FetchTest, TakesShardsWhereThereIsNoSingleFile) {
  files_.erase("model.safetensors");
  files_["a.safetensors"] = safetensors_bytes(100, 2);
  files_["b.safetensors"] = safetensors_bytes(200, 3);
  files_["pytorch_model.bin"] = "never taken";
  files_["model.safetensors.index.json"] =
      R"({"weight_map": {"x": "b.safetensors", "y": "a.safetensors"}})";
  start();
  fetch();
  EXPECT_THAT(names_here(),
              ElementsAre("a.safetensors", "asbench-weights.json", "b.safetensors", "config.json",
                          "model.safetensors.index.json", "preprocessor_config.json"));
  EXPECT_EQ(models::open_checkpoint(kId, options().folders).weight_files.size(), 2U);
}

TEST_F(FetchTest, TakesThePickledFileWhereThereIsNothingElse) {
  files_.erase("model.safetensors");
  files_["pytorch_model.bin"] = "PK\3\4 pickled";
  start();
  const auto report = fetch();
  EXPECT_EQ(report.files.back().path, here("pytorch_model.bin"));
  EXPECT_THAT(said(), HasSubstr("taking pytorch_model.bin; not at this revision: "
                                "model.safetensors, model.safetensors.index.json"));
}

TEST_F(FetchTest, SaysWhichOptionalFilesTheRepositoryDoesNotHave) {
  files_.erase("preprocessor_config.json");
  start();
  EXPECT_THAT(fetch().absent, ElementsAre("preprocessor_config.json"));
  EXPECT_THAT(said(), HasSubstr("preprocessor_config.json: not in this repository (optional)"));
}

TEST_F(FetchTest, SendsTheTokenToTheHubAndNotToItsStorage) {
  start();
  auto with_token = options();
  with_token.hub.token = "hf_secret";
  models::fetch_checkpoint(with_token);
  int storage = 0;
  for (const Json& request : hub_->requests()) {
    if (request["server"] == "storage") {
      ++storage;
      EXPECT_FALSE(request.contains("Authorization")) << request;
    } else {
      EXPECT_EQ(request.value("Authorization", ""), "Bearer hf_secret") << request;
    }
  }
  EXPECT_EQ(storage, 1);
}

TEST_F(FetchTest, DoesNotSendTheTokenUnencryptedOverANetwork) {
  auto plain = options();
  plain.hub.endpoint = "http://hub.invalid";
  plain.hub.token = "hf_secret";
  plain.hub.retries = 0;
  failure(plain);
  EXPECT_THAT(said(), HasSubstr("HF_TOKEN is not sent"));
}

TEST_F(FetchTest, FilesCheckpointsInTheHuggingFaceCacheWhereNoFolderIsNamed) {
  start();
  auto cached = options();
  cached.folders = {.roots = {}, .hub_cache = weights_ / "hub", .from_flag = false};
  const auto report = models::fetch_checkpoint(cached);
  const fs::path entry = weights_ / "hub" / "models--facebook--dino-vits16";
  EXPECT_EQ(report.folder, entry / "snapshots" / kCommit);
  EXPECT_EQ(read_text_file(entry / "refs" / "main"), kCommit);
  const auto checkpoint = models::open_checkpoint(kId, cached.folders);
  EXPECT_EQ(checkpoint.folder, report.folder);
  EXPECT_EQ(checkpoint.revision, kCommit);
}

TEST_F(FetchTest, VerifiesTheSizeAloneWhereTheServerNamesNoSumAndSaysSo) {
  start({{"config.json", {{"no_etag", true}}}});
  fetch();
  EXPECT_THAT(said(), HasSubstr("config.json: the server sends no checksum"));
  EXPECT_THAT(said(), HasSubstr("config.json: 39 bytes, size verified"));
  for (const auto& file : fetch().files) EXPECT_TRUE(file.kept) << file.path;  // by the record
}

TEST_F(FetchTest, ReadsAWeakETagAsTheSumThatItIs) {
  start({{"config.json", {{"weak_etag", true}}}});
  fetch();
  EXPECT_THAT(said(), Not(HasSubstr("no checksum")));
}

TEST_F(FetchTest, TriesAgainWhenTheServerIsBusy) {
  start({{"config.json", {{"fail_times", 2}}}});
  fetch();
  EXPECT_THAT(said(), HasSubstr("the server answers 503; trying again"));
  EXPECT_TRUE(fs::exists(here("config.json")));
}

}  // namespace
}  // namespace asbench::testing
