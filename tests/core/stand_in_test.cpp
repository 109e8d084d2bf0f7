#include "core/stand_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

using ::testing::HasSubstr;

std::string named(std::string_view head) {
  return stand_in_of(head).value_or("");
}

TEST(StandIn, NamesPointersAndTheirRemedy) {
  for (const char* head : {"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 5\n",
                           "version https://hawser.github.com/spec/v1\noid sha256:aa\n",
                           "version http://git-media.io/v/2\noid sha256:aa\n"}) {
    EXPECT_THAT(named(head), HasSubstr("Git LFS pointer")) << head;
    EXPECT_THAT(named(head), HasSubstr("git lfs pull")) << head;
  }
  EXPECT_THAT(named("/annex/objects/SHA256E-s5--aa.mp4\n"), HasSubstr("git annex get"));
}

TEST(StandIn, NamesPagesInThePlaceOfADownload) {
  for (const char* head :
       {"<!DOCTYPE html><title>quota exceeded</title>", "\xEF\xBB\xBF\n <HTML lang=\"en\">",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\">", "<!-- page -->\n<html>"}) {
    EXPECT_THAT(named(head), HasSubstr("HTML page")) << head;
  }
  EXPECT_THAT(named("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
              HasSubstr("error message"));
}

TEST(StandIn, LeavesOtherFilesAlone) {
  for (const std::string_view head :
       {std::string_view(), std::string_view("{}"), std::string_view("\x89PNG\r\n\x1A\n"),
        std::string_view("version 3"), std::string_view("<?xml version=\"1.0\"?><svg/>"),
        std::string_view("story,shot,path\n"), std::string_view("\0\0\0 ftypisom", 12)}) {
    EXPECT_EQ(named(head), "") << head;
  }
}

TEST(StandIn, LooksAtTheFrontOnly) {
  EXPECT_EQ(named(std::string(2 * kStandInBytes, ' ') + "<html>"), "");
}

TEST(StandIn, IsRefusedWithItsPath) {
  const testing::TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  EXPECT_NO_THROW(refuse_stand_in(file)) << "not there: its reader says so";
  EXPECT_NO_THROW(refuse_stand_in(folder.path()));
  write_file_atomically(file, "weights");
  EXPECT_NO_THROW(refuse_stand_in(file));
  write_file_atomically(file, "version https://git-lfs.github.com/spec/v1\noid sha256:aa\n");
  try {
    refuse_stand_in(file);
    ADD_FAILURE() << "was taken";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr(file.string() + ": a Git LFS pointer"));
  }
}

}  // namespace
}  // namespace asbench
