#include "core/write_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

std::size_t entries_of(const fs::path& folder) {
  return list_folder(folder).size();
}

TEST(OutputTarget, IsWhatLinksLeadTo) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  fs::create_directory(folder / "sub");
  fs::create_symlink("../file", folder / "sub" / "relative");
  fs::create_symlink(folder / "sub" / "relative", folder / "twice");
  fs::create_symlink("later", folder / "dangling");
  fs::create_symlink("/dev/null", folder / "device");
  fs::create_symlink("circle", folder / "circle");
  EXPECT_TRUE(fs::equivalent(output_target(folder / "twice").file, folder / "file"));
  EXPECT_EQ(output_target(folder / "dangling").file, folder / "later");
  EXPECT_EQ(output_target(folder / "new").kind, OutputTarget::Kind::file);
  EXPECT_EQ(output_target(folder / "device").kind, OutputTarget::Kind::device);
  EXPECT_THROW(static_cast<void>(output_target(folder / "circle")), SystemFault);
  EXPECT_THROW(static_cast<void>(output_target(folder / "sub")), BadInput);
  for (const char* name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
    EXPECT_TRUE(output_target(name).is_stdout()) << name;
}

TEST(WriteFile, GoesThroughALinkAndKeepsIt) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "old");
  fs::create_symlink("file", folder / "link");
  write_file_atomically(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_text_file(folder / "file"), "new");
  EXPECT_EQ(entries_of(folder.path()), 2U);
}

TEST(WriteFile, WritesToAFifoThatIsReadAndRefusesOneThatIsNot) {
  const TemporaryFolder folder;
  const fs::path fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  try {
    write_file_atomically(fifo, "x");
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("no program reads"));
  }
  const std::string sent(200'000, 'x');  // more than a pipe holds
  std::string received;
  const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  ::fcntl(reader, F_SETFL, 0);
  std::thread reading([&] {
    char buffer[4096];
    for (ssize_t got = ::read(reader, buffer, sizeof(buffer)); got > 0;
         got = ::read(reader, buffer, sizeof(buffer))) {
      received.append(buffer, static_cast<std::size_t>(got));
      if (received.size() == sent.size()) break;
    }
  });
  write_file_atomically(fifo, sent);
  reading.join();
  ::close(reader);
  EXPECT_EQ(received, sent);
  EXPECT_TRUE(fs::is_fifo(fifo));
}

TEST(WriteFile, WritesToADescriptor) {
  const TemporaryFolder folder;
  const int file = ::open((folder / "x").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::write(file, "before ", 7), 7);
  write_file_atomically("/dev/fd/" + std::to_string(file), "after");
  EXPECT_EQ(read_text_file(folder / "x"), "before after");
  ::close(file);
  EXPECT_THROW(write_file_atomically("/dev/full", "x"), SystemFault);
}

TEST(StagedFiles, AppearTogether) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "old");
  {
    StagedFiles staged;
    staged.write(folder / "a", "new");
    staged.write(folder / "sub" / "b", "new");
    EXPECT_EQ(read_text_file(folder / "a"), "old");
    staged.commit();
  }
  EXPECT_EQ(read_text_file(folder / "a"), "new");
  EXPECT_EQ(read_text_file(folder / "sub" / "b"), "new");
  EXPECT_EQ(entries_of(folder.path()), 2U);
  EXPECT_EQ(entries_of(folder / "sub"), 1U);
}

TEST(StagedFiles, ThatAreNotCommittedLeaveNothing) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", "old");
  {
    StagedFiles staged;
    staged.write(folder / "a", "new");
    staged.write(folder / "sub" / "deeper" / "b", "new");
  }
  EXPECT_EQ(read_text_file(folder / "a"), "old");
  EXPECT_EQ(entries_of(folder.path()), 1U);
}

TEST(StagedFiles, KeepTheOldOnesWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) write_file_atomically(folder / name, "old");
  // A limit of the size of files stands for a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  try {
    StagedFiles staged;
    staged.write(folder / "a", "new");
    staged.write(folder / "b", std::string(5000, 'x'));
    staged.commit();
    ADD_FAILURE() << "written";
  } catch (const SystemFault& fault) {
    EXPECT_EQ(fault.path(), folder / "b");
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  for (const char* name : {"a", "b"}) EXPECT_EQ(read_text_file(folder / name), "old");
  EXPECT_EQ(entries_of(folder.path()), 2U);
}

}  // namespace
}  // namespace asbench
