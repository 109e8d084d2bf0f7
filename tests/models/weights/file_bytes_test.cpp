#include "models/weights/file_bytes.h"

#include <sys/stat.h>

#include <utility>

#include "core/json.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;
using asbench::testing::TemporaryFolder;

std::string text_of(const FileBytes& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(FileBytes, HoldTheSameBytesMappedAndCopied) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", "some bytes");
  for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied}) {
    EXPECT_EQ(text_of(FileBytes::open(folder / "f", mode)), "some bytes");
  }
}

TEST(FileBytes, OfAnEmptyFileAreEmpty) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", "");
  for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied}) {
    EXPECT_TRUE(FileBytes::open(folder / "f", mode).bytes().empty());
  }
}

TEST(FileBytes, StayValidWhenTheirOwnerMoves) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", "first");
  write_file_atomically(folder / "g", "second");
  for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied}) {
    FileBytes a = FileBytes::open(folder / "f", mode);
    FileBytes b = std::move(a);
    EXPECT_EQ(text_of(b), "first");
    b = FileBytes::open(folder / "g", mode);
    EXPECT_EQ(text_of(b), "second");
  }
}

TEST(FileBytes, WhenCopiedSurviveTheFileBeingCutOff) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "f", std::string(100'000, 'x'));
  const FileBytes file = FileBytes::open(folder / "f", ReadMode::copied);
  std::filesystem::resize_file(folder / "f", 0);
  EXPECT_EQ(text_of(file), std::string(100'000, 'x'));
}

TEST(FileBytes, RefuseWhatIsNoRegularFile) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const ReadMode mode : {ReadMode::mapped, ReadMode::copied}) {
    expect_error([&] { (void)FileBytes::open(folder.path(), mode); }, {"this is a folder"});
    expect_error([&] { (void)FileBytes::open(folder / "pipe", mode); },
                 {"pipe", "not a regular file"});
    expect_error<SystemFault>([&] { (void)FileBytes::open(folder / "absent", mode); },
                              {"absent", "no such file"});
  }
}

}  // namespace
}  // namespace asbench::models
