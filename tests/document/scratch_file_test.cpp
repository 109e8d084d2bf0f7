#include "document/scratch_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "tests/support/temporary_folder.h"

namespace asbench::document {
namespace {

using asbench::testing::TemporaryFolder;

TEST(ScratchFile, GivesBackWhatWasAppended) {
  const TemporaryFolder folder;
  ScratchFile file(folder / "r.json");
  file.append("abc");
  file.append("");
  file.append(std::string(100'000, 'x') + "end");
  EXPECT_EQ(file.size(), 100'006U);
  EXPECT_EQ(file.read(1, 4), "bcxx");
  EXPECT_EQ(file.read(100'003, 3), "end");
  EXPECT_EQ(file.read(100'006, 0), "");
  EXPECT_THROW(static_cast<void>(file.read(100'004, 3)), InternalError);
}

TEST(ScratchFile, HasNoName) {
  const TemporaryFolder folder;
  ScratchFile file(folder / "r.json");
  file.append("abc");
  EXPECT_TRUE(list_folder(folder.path()).empty());
}

TEST(ScratchFile, CanBeMoved) {
  const TemporaryFolder folder;
  ScratchFile file(folder / "r.json");
  file.append("abc");
  const ScratchFile moved(std::move(file));
  EXPECT_EQ(moved.read(0, moved.size()), "abc");
}

TEST(ScratchFile, SaysWhichFolderGaveNoFile) {
  const TemporaryFolder folder;
  try {
    const ScratchFile file(folder / "absent" / "r.json");
    FAIL() << "was made";
  } catch (const SystemFault& fault) {
    EXPECT_NE(std::string(fault.what()).find("absent/r.json"), std::string::npos) << fault.what();
  }
}

TEST(ScratchFile, AFullDiskIsAFault) {
  const TemporaryFolder folder;
  // A limit of the size of files stands for a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  bool refused = false;
  {
    ScratchFile file(folder / "r.json");
    try {
      file.append(std::string(2000, 'x'));
    } catch (const SystemFault&) {
      refused = true;
    }
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace asbench::document
