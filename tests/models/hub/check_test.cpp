// What `check` says of checkpoints on disk: right, damaged, incomplete, from elsewhere.
#include "models/hub/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "models/weights/weights_record.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using models::check_checkpoint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CheckTest : public FetchTest {
 protected:
  CheckTest() {
    fs::create_directories(here(""));
    for (const auto& [name, bytes] : files_) write_file_atomically(here(name), bytes);
    folders_.roots = {weights_.path()};
  }

  /// Records the files as they are now, as a fetch does.
  void record() {
    models::WeightsRecord all;
    all.id = kId;
    all.commit = kCommit;
    for (const auto& [name, bytes] : files_)
      all.files[name] = {sha256_hex(bytes), bytes.size(), ""};
    models::write_weights_record(here(""), all);
  }
  [[nodiscard]] models::CheckedFile result_of(const std::string& name) {
    for (const auto& file : check_checkpoint(kId, folders_, catalogue()).files) {
      if (file.path.filename() == name) return file;
    }
    ADD_FAILURE() << name << " was not checked";
    return {};
  }

  models::WeightFolders folders_;
};

TEST_F(CheckTest, RecordedFilesAreRight) {
  record();
  const auto report = check_checkpoint(kId, folders_, catalogue());
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.revision, kCommit);
  ASSERT_EQ(report.files.size(), 3U);
  for (const auto& file : report.files) EXPECT_EQ(file.compared_with, "record") << file.path;
}

TEST_F(CheckTest, OneChangedBitIsFound) {
  record();
  std::string bytes = weights_bytes_;
  bytes[200'000] = static_cast<char>(bytes[200'000] ^ 1);
  write_file_atomically(here("model.safetensors"), bytes);
  const auto report = check_checkpoint(kId, folders_, catalogue());
  EXPECT_FALSE(report.ok());
  EXPECT_THAT(
      result_of("model.safetensors").problem,
      HasSubstr("SHA-256 is " + sha256_hex(bytes) + ", expected " + sha256_hex(weights_bytes_)));
  EXPECT_EQ(result_of("config.json").problem, "");
}

TEST_F(CheckTest, WithoutARecordedSumTheStructureIsChecked) {
  EXPECT_TRUE(check_checkpoint(kId, folders_, catalogue()).ok());
  EXPECT_EQ(result_of("model.safetensors").compared_with, "");
  write_file_atomically(here("model.safetensors"), weights_bytes_.substr(0, 1000));
  EXPECT_FALSE(check_checkpoint(kId, folders_, catalogue()).ok());
  EXPECT_THAT(result_of("model.safetensors").problem,
              HasSubstr(here("model.safetensors").string()));
}

TEST_F(CheckTest, ACutPickleIsFound) {
  write_file_atomically(here("pytorch_model.bin"), std::string("PK\3\4 data PK\5\6 end", 19));
  EXPECT_EQ(result_of("pytorch_model.bin").problem, "");
  write_file_atomically(here("pytorch_model.bin"), std::string("PK\3\4 data", 9));
  EXPECT_THAT(result_of("pytorch_model.bin").problem, HasSubstr("neither a whole zip file"));
}

TEST_F(CheckTest, ABrokenConfigIsAProblemAndNotAnException) {
  write_file_atomically(here("config.json"), "{");
  const auto report = check_checkpoint(kId, folders_, catalogue());
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(report.problems.empty());
}

TEST_F(CheckTest, AMissingFileIsNamed) {
  record();
  fs::remove(here("preprocessor_config.json"));
  EXPECT_THAT(
      check_checkpoint(kId, folders_, catalogue()).problems,
      ElementsAre(here("preprocessor_config.json").string() + ": was fetched, but does not exist"));
}

TEST_F(CheckTest, AClipCheckpointWithoutItsVocabularyIsNotComplete) {
  const fs::path folder = weights_ / "openai" / "clip-vit-base-patch32";
  fs::create_directories(folder);
  write_file_atomically(folder / "config.json", R"({"model_type": "clip"})");
  write_file_atomically(folder / "model.safetensors", weights_bytes_);
  write_file_atomically(folder / "merges.txt", "#version: 0.2\n");
  EXPECT_THAT(check_checkpoint("openai/clip-vit-base-patch32", folders_).problems,
              ElementsAre((folder / "vocab.json").string() +
                          ": belongs to this checkpoint, but does not exist"));
}

TEST_F(CheckTest, TheNamesOfTheCachesBlobsAreSums) {
  const fs::path entry = weights_ / "hub" / "models--facebook--dino-vits16";
  const fs::path snapshot = entry / "snapshots" / kCommit;
  fs::create_directories(snapshot);
  fs::create_directories(entry / "blobs");
  const auto add = [&](const std::string& name, const std::string& bytes, const std::string& sum) {
    write_file_atomically(entry / "blobs" / sum, bytes);
    fs::create_symlink(fs::path("../../blobs") / sum, snapshot / name);
  };
  add("config.json", files_["config.json"], git_blob_sha1_hex(files_["config.json"]));
  add("model.safetensors", weights_bytes_, sha256_hex(weights_bytes_));
  const models::WeightFolders cache{.roots = {}, .hub_cache = weights_ / "hub", .from_flag = false};
  const auto report = check_checkpoint(kId, cache, catalogue());
  EXPECT_TRUE(report.ok());
  ASSERT_EQ(report.files.size(), 2U);
  for (const auto& file : report.files) EXPECT_EQ(file.compared_with, "cache") << file.path;
  EXPECT_EQ(report.revision, kCommit);

  write_file_atomically(entry / "blobs" / sha256_hex(weights_bytes_), safetensors_bytes(65'000, 9));
  EXPECT_FALSE(check_checkpoint(kId, cache, catalogue()).ok());
}

TEST_F(CheckTest, WhatIsNotHereIsSaidWithTheCommandThatBringsIt) {
  try {
    static_cast<void>(check_checkpoint("facebook/dino-vitb8", folders_));
    FAIL() << "nothing there, nothing said";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("asbench weights fetch facebook/dino-vitb8"));
    EXPECT_THAT(error.what(), HasSubstr(weights_.path().string()));
  }
}

TEST_F(CheckTest, FindsCheckpointsThatAreHereAndSaysWhichAreNotComplete) {
  EXPECT_THAT(models::local_ids(folders_, catalogue()), ElementsAre(kId));
  EXPECT_FALSE(models::find_local("facebook/dino-vitb8", folders_).has_value());
  const auto whole = models::find_local(kId, folders_);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->problem, "");
  EXPECT_EQ(whole->folder, weights_.path() / kId);
  fs::remove(here("model.safetensors"));
  EXPECT_THAT(models::find_local(kId, folders_)->problem, HasSubstr("weights are missing"));
}

TEST_F(CheckTest, ABrokenRecordIsAProblem) {
  write_file_atomically(here(std::string(models::kRecordName)),
                        R"({"schema": "asbench/weights@1"})");
  EXPECT_THROW(static_cast<void>(models::read_weights_record(here(""))), BadInput);
  EXPECT_FALSE(check_checkpoint(kId, folders_, catalogue()).ok());
}

}  // namespace
}  // namespace asbench::testing
