#include "features/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "core/error.h"
#include "core/hash.h"
#include "tests/support/temporary_folder.h"

namespace asbench::features {
namespace {

const std::string kKey = sha256_hex("an entry");

FeatureMatrix numbered(int rows, int cols, float first = 0.5F) {
  FeatureMatrix matrix(rows, cols);
  for (float& value : matrix.values) value = first++;
  return matrix;
}

std::filesystem::path entry_file(const FeatureStore& store, const std::string& key) {
  return store.root() / "objects" / key.substr(0, 2) / key;
}

TEST(FeatureStore, GivesBackWhatWasPutBitByBit) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder / "store");
  store.put(kKey, numbered(3, 4));
  EXPECT_EQ(store.get(kKey), numbered(3, 4));
  EXPECT_TRUE(store.has(kKey));
}

TEST(FeatureStore, KnowsNothingOfAKeyThatWasNeverPut) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  EXPECT_FALSE(store.get(kKey));
  EXPECT_FALSE(store.has(kKey));
  EXPECT_FALSE(store.get_text(kKey));
}

TEST(FeatureStore, KeepsTextsUnderTheSameRules) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  store.put_text(kKey, "49 frames");
  EXPECT_EQ(store.get_text(kKey), "49 frames");
}

TEST(FeatureStore, RemovesWhatKilledProcessesLeftADayAgo) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "tmp");
  for (const char* name : {"old", "new"}) std::ofstream(folder / "tmp" / name) << "half an entry";
  const auto now = std::filesystem::file_time_type::clock::now();
  std::filesystem::last_write_time(folder / "tmp" / "old", now - std::chrono::hours(25));
  const FeatureStore store(folder.path());
  EXPECT_FALSE(std::filesystem::exists(folder / "tmp" / "old"));
  EXPECT_TRUE(std::filesystem::exists(folder / "tmp" / "new"))
      << "another process may be writing it";
}

TEST(FeatureStore, IsSharedByTwoObjectsOnOneFolder) {
  const testing::TemporaryFolder folder;
  const FeatureStore writer(folder.path());
  const FeatureStore reader(folder.path());
  writer.put(kKey, numbered(1, 2));
  EXPECT_EQ(reader.get(kKey), numbered(1, 2));
}

TEST(FeatureStore, DropsAnEntryWithAnyFlippedByteAndTakesItAnew) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  store.put(kKey, numbered(2, 3));
  const auto file = entry_file(store, kKey);
  const auto size = std::filesystem::file_size(file);
  for (std::uintmax_t position = 0; position < size; ++position) {
    store.put(kKey, numbered(2, 3));
    {
      std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(static_cast<std::streamoff>(position));
      const int byte = stream.get();
      stream.seekp(static_cast<std::streamoff>(position));
      stream.put(static_cast<char>(byte ^ 0x20));
    }
    EXPECT_FALSE(store.get(kKey)) << "byte " << position;
    EXPECT_FALSE(std::filesystem::exists(file)) << "byte " << position;
  }
}

TEST(FeatureStore, DropsAnEntryOfAnyOtherLength) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  for (const std::uintmax_t size : {0UL, 1UL, 95UL, 96UL, 119UL, 121UL}) {
    store.put(kKey, numbered(2, 3));
    std::filesystem::resize_file(entry_file(store, kKey), size);
    EXPECT_FALSE(store.get(kKey)) << size;
  }
}

TEST(FeatureStore, SetsAsideWhatIsNoEntryAndTakesItAnew) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  const auto file = entry_file(store, kKey);
  std::filesystem::create_directories(file / "with" / "content");
  store.put(kKey, numbered(1, 1));
  EXPECT_EQ(store.get(kKey), numbered(1, 1));
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_FALSE(store.get(kKey));
  store.put(kKey, numbered(2, 3));
  EXPECT_EQ(store.get(kKey), numbered(2, 3));
  std::filesystem::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_FALSE(store.has(kKey));  // and did not wait for its writer
  store.put(kKey, numbered(2, 3));
  std::filesystem::resize_file(file, std::uintmax_t{1} << 42);
  EXPECT_FALSE(store.get_text(kKey)) << "four terabytes";
  store.put(kKey, numbered(2, 3));
  EXPECT_EQ(store.get(kKey), numbered(2, 3));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "set-aside"), {}), 4);
}

TEST(FeatureStore, AnEntryThatCanNotBeReadIsNoAbsentOne) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  // A file where the folder of the entry should be: neither there nor "not there".
  std::ofstream(folder / "objects" / kKey.substr(0, 2)) << "in the way";
  EXPECT_THROW(static_cast<void>(store.get(kKey)), SystemFault);
  EXPECT_THROW(store.put(kKey, numbered(1, 1)), SystemFault);
}

TEST(FeatureStore, DoesNotTakeAnEntryUnderAnotherKeysName) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  const std::string other = sha256_hex("another entry");
  store.put(kKey, numbered(2, 3));
  std::filesystem::create_directories(entry_file(store, other).parent_path());
  std::filesystem::rename(entry_file(store, kKey), entry_file(store, other));
  EXPECT_FALSE(store.get(other));
}

TEST(FeatureStore, NamesTheFolderThatCannotBeMade) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "file") << "in the way";
  try {
    const FeatureStore store(folder / "file" / "store");
    FAIL();
  } catch (const SystemFault& error) {
    EXPECT_NE(std::string(error.what()).find("--cache"), std::string::npos);
  }
}

TEST(FeatureStore, TakesOneKeyFromManyThreads) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        store.put(kKey, numbered(5, 7));
        const auto matrix = store.get(kKey);
        EXPECT_TRUE(!matrix || *matrix == numbered(5, 7));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store.get(kKey), numbered(5, 7));
}

TEST(FeatureStore, HoldsWholeEntriesOnlyAfterItsWriterWasKilled) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  for (int round = 0; round < 5; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (int i = 0;; ++i)
        store.put(sha256_hex(std::to_string(i % 50)),
                  numbered(64, 256, static_cast<float>(i % 50)));
    }
    ::usleep(static_cast<useconds_t>(5000 + 7000 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    for (int i = 0; i < 50; ++i) {
      const std::string key = sha256_hex(std::to_string(i));
      const bool on_disk = std::filesystem::exists(entry_file(store, key));
      const auto matrix = store.get(key);
      EXPECT_EQ(matrix.has_value(), on_disk);
      if (matrix) {
        EXPECT_EQ(*matrix, numbered(64, 256, static_cast<float>(i)));
      }
    }
  }
}

}  // namespace
}  // namespace asbench::features
