// What `check` says of local files and their pins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/hash.h"
#include "core/json.h"
#include "models/hub/check.h"
#include "models/weights/weights_record.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using models::FilePin;
using ::testing::HasSubstr;

class CheckPinTest : public FetchTest {
 protected:
  CheckPinTest() {
    fs::create_directories(here(""));
    for (const auto& [name, bytes] : files_) write_file_atomically(here(name), bytes);
    know("model.safetensors", weights_bytes_, 2);
    know("config.json", files_["config.json"], 1);
  }

  [[nodiscard]] models::CheckReport check() {
    return models::check_checkpoint(kId, {.roots = {weights_.path()}}, catalogue());
  }
  static models::CheckedFile file(const models::CheckReport& report, const std::string& name) {
    for (const auto& file : report.files) {
      if (file.path.filename() == name) return file;
    }
    ADD_FAILURE() << name << " was not checked";
    return {};
  }
  void replace_weights() {
    write_file_atomically(here("model.safetensors"), safetensors_bytes(65'000, 2));
  }
  /// Records the files as they are now, as a fetch of `revision` does.
  void record(const std::string& revision, bool revision_override) {
    models::WeightsRecord all;
    all.id = kId;
    all.revision = revision;
    all.revision_override = revision_override;
    for (const char* name : {"config.json", "model.safetensors"}) {
      const std::string bytes = read_text_file(here(name));
      all.files[name] = {sha256_hex(bytes), bytes.size(), ""};
    }
    models::write_weights_record(here(""), all);
  }
};

TEST_F(CheckPinTest, EachFileIsPinnedAndEqualOrASingleRecordOrNotPinned) {
  const auto report = check();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(file(report, "model.safetensors").pin, FilePin::equal);
  EXPECT_EQ(file(report, "model.safetensors").compared_with, "pin");
  EXPECT_EQ(file(report, "config.json").pin, FilePin::single_equal);
  EXPECT_EQ(file(report, "config.json").compared_with, "");
  EXPECT_EQ(file(report, "preprocessor_config.json").pin, FilePin::not_pinned);
}

TEST_F(CheckPinTest, AFileThatDiffersFromItsPinIsAProblemWhateverTheRecordSays) {
  replace_weights();
  record("main", false);
  const auto report = check();
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(file(report, "model.safetensors").pin, FilePin::differs);
  EXPECT_THAT(file(report, "model.safetensors").problem,
              HasSubstr("expected " + sha256_hex(weights_bytes_) + " (pin)"));
}

TEST_F(CheckPinTest, AfterAnOverriddenRevisionADifferenceIsReportedAndNoProblem) {
  replace_weights();
  record("refs/pr/3", true);
  const auto report = check();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.overridden_revision, "refs/pr/3");
  EXPECT_EQ(file(report, "model.safetensors").pin, FilePin::differs);
  EXPECT_EQ(file(report, "model.safetensors").compared_with, "record");
}

TEST_F(CheckPinTest, ADifferenceFromASingleRecordIsReportedAndNoProblem) {
  write_file_atomically(here("config.json"), R"({"model_type": "vit", "hidden_size": 9})");
  const auto report = check();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(file(report, "config.json").pin, FilePin::single_differs);
}

}  // namespace
}  // namespace asbench::testing
