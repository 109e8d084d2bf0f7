#include "core/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "core/error.h"
#include "core/write_file.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

/// What it throws. @returns its errno, and the message in `message`
template <typename Action>
int fault_of(const Action& action, std::string* message = nullptr) {
  try {
    action();
  } catch (const SystemFault& fault) {
    if (message != nullptr) *message = fault.what();
    return fault.error();
  }
  ADD_FAILURE() << "no fault";
  return 0;
}

TEST(KindOf, TellsWhatIsThereLinksFollowed) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  fs::create_directory(folder / "folder");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  fs::create_symlink("file", folder / "link");
  fs::create_symlink("nothing", folder / "dangling");
  fs::create_symlink("circle", folder / "circle");
  EXPECT_EQ(kind_of(folder / "file"), FileKind::file);
  EXPECT_EQ(kind_of(folder / "link"), FileKind::file);
  EXPECT_EQ(kind_of(folder / "folder"), FileKind::folder);
  EXPECT_EQ(kind_of(folder / "fifo"), FileKind::other);
  EXPECT_EQ(kind_of("/dev/null"), FileKind::other);
  for (const char* name : {"nothing", "dangling", "circle", "file/below"})
    EXPECT_EQ(kind_of(folder / name), FileKind::absent) << name;
  EXPECT_EQ(kind_of(folder / std::string(300, 'n')), FileKind::absent) << "no file has such a name";
}

TEST(ListFolder, GivesNamesInByteOrderWithWhatTheyLeadTo) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "b", "x");
  fs::create_directory(folder / "a");
  fs::create_symlink("a", folder / "c");
  fs::create_symlink("nothing", folder / ".d");
  const auto entries = list_folder(folder.path());
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].path, folder / ".d");
  EXPECT_EQ(entries[0].kind, FileKind::absent);
  EXPECT_EQ(entries[1].path, folder / "a");
  EXPECT_EQ(entries[1].kind, FileKind::folder);
  EXPECT_EQ(entries[2].kind, FileKind::file);
  EXPECT_EQ(entries[3].kind, FileKind::folder);
}

TEST(ListFolder, OfWhatIsNoFolderIsAFault) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  std::string message;
  EXPECT_EQ(fault_of([&] { static_cast<void>(list_folder(folder / "none")); }, &message), ENOENT);
  EXPECT_THAT(message, HasSubstr((folder / "none").string() + ": the folder can't be listed: No"));
  EXPECT_EQ(fault_of([&] { static_cast<void>(list_folder(folder / "file")); }), ENOTDIR);
}

TEST(WriteFile, InPiecesIsWholeOrNotThere) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", [&](const WritePiece& write) {
    write("a");
    EXPECT_FALSE(is_there(folder / "file"));
    write("");
    write("bc");
  });
  EXPECT_EQ(read_text_file(folder / "file"), "abc");
  const auto fails = [](const WritePiece& write) {
    write("half");
    throw BadInput("no more");
  };
  EXPECT_THROW(write_file_atomically(folder / "file", fails), BadInput);
  EXPECT_EQ(read_text_file(folder / "file"), "abc");
  EXPECT_EQ(list_folder(folder.path()).size(), 1U);
}

TEST(InputFile, ReadsInOrderAndAtAPlace) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "0123456789");
  InputFile file(folder / "file");
  EXPECT_EQ(file.size(), 10U);
  std::string text(4, ' ');
  const auto buffer = std::as_writable_bytes(std::span(text.data(), text.size()));
  EXPECT_EQ(file.read(buffer), 4U);
  EXPECT_EQ(text, "0123");
  EXPECT_EQ(file.read_at(8, buffer), 2U);
  EXPECT_EQ(text, "8923");
  InputFile moved = std::move(file);
  EXPECT_EQ(moved.read(buffer), 4U);
  EXPECT_EQ(text, "4567") << "the position was its own";
}

TEST(InputFile, IsNoFifoNoFolderNoDevice) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  const std::vector<std::pair<fs::path, std::string>> refused = {
      {folder / "fifo", "a FIFO"}, {folder.path(), "this is a folder"}, {"/dev/zero", "a device"}};
  for (const auto& [path, words] : refused) {
    try {
      const InputFile file(path);
      ADD_FAILURE() << path;
    } catch (const BadInput& error) {
      EXPECT_THAT(error.what(), HasSubstr(path.string() + ": "));
      EXPECT_THAT(error.what(), HasSubstr(words));
    }
  }
}

TEST(ReadTextFile, ReadsFilesThatSayThatTheyAreEmpty) {
  EXPECT_THAT(read_text_file("/proc/self/status"), HasSubstr("VmPeak"));
}

TEST(MakeFolders, NamesTheFolderThatCanNotBe) {
  const TemporaryFolder folder;
  make_folders(folder / "a" / "b");
  make_folders(folder / "a" / "b");
  EXPECT_TRUE(is_folder(folder / "a" / "b"));
  write_file_atomically(folder / "file", "x");
  std::string message;
  EXPECT_EQ(fault_of([&] { make_folders(folder / "file"); }, &message), ENOTDIR);
  EXPECT_THAT(message, HasSubstr((folder / "file").string()));
}

TEST(AbandonedTemporaries, AreThoseOfDeadProcessesThatNobodyHasTouchedForMinutes) {
  const TemporaryFolder folder;
  const std::string dead = std::to_string((1 << 22) + 1);  // above the largest number of Linux
  const auto old = fs::file_time_type::clock::now() - std::chrono::minutes(11);
  const fs::path abandoned = folder / (".r.json.5." + dead + ".tmp");
  const std::vector<fs::path> kept = {folder / (".r.json.5." + std::to_string(::getpid()) + ".tmp"),
                                      folder / ("r.json.5." + dead + ".tmp"),
                                      folder / (".r.json." + dead), folder / ".tmp",
                                      folder / ("." + dead + ".tmp")};
  write_file_atomically(abandoned, "x");
  fs::last_write_time(abandoned, old);
  for (const auto& file : kept) {
    write_file_atomically(file, "x");
    fs::last_write_time(file, old);
  }
  const fs::path fresh = folder / (".q.json.5." + dead + ".tmp");
  write_file_atomically(fresh, "x");
  EXPECT_EQ(remove_abandoned_temporaries(folder.path()), 1);
  EXPECT_FALSE(is_there(abandoned));
  for (const auto& file : kept) EXPECT_TRUE(is_there(file)) << file;
  EXPECT_TRUE(is_there(fresh));
  EXPECT_EQ(remove_abandoned_temporaries(folder / "nowhere"), 0);

  const fs::path below = folder / "story" / abandoned.filename();
  fs::create_directory(folder / "story");
  write_file_atomically(below, "x");
  fs::last_write_time(below, old);
  EXPECT_EQ(remove_abandoned_temporaries(folder.path()), 0) << "not below the folder";
  EXPECT_EQ(remove_abandoned_temporaries(folder.path(), Sweep::folder_and_below), 1);
}

TEST(TemporaryBeside, NamesAreEachAnotherAndLegalForLongNames) {
  const TemporaryFolder folder;
  const fs::path longest = folder / std::string(255, 'n');
  EXPECT_NE(temporary_beside(longest), temporary_beside(longest));
  write_file_atomically(longest, "x");
  EXPECT_EQ(read_text_file(longest), "x");
}

}  // namespace
}  // namespace asbench
