#include "features/store_maintenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/json.h"
#include "features/store.h"
#include "tests/support/temporary_folder.h"

namespace asbench::features {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::time_t kDay = 24 * 3600;

std::string key(int number) {
  return sha256_hex("entry " + std::to_string(number));
}

FeatureMatrix matrix(int number) {
  FeatureMatrix made(2, 3);
  for (float& value : made.values) value = static_cast<float>(number) + 0.25F;
  return made;
}

class Maintenance : public ::testing::Test {
 protected:
  void put(int from, int to) const {
    for (int i = from; i < to; ++i) store_.put(key(i), matrix(i));
  }
  void expect_all(const FeatureStore& store, int from, int to) const {
    for (int i = from; i < to; ++i) {
      EXPECT_EQ(store.get(key(i)), matrix(i)) << i;
      EXPECT_TRUE(store.contains(key(i))) << i;
    }
  }
  [[nodiscard]] fs::path root() const { return folder_.path(); }
  [[nodiscard]] fs::path file(int number) const {
    return root() / "objects" / key(number).substr(0, 2) / key(number);
  }
  [[nodiscard]] fs::path pack(const char* ending = ".pack") const {
    for (const auto& entry : list_folder(root() / "packs"))
      if (entry.path.extension() == ending) return entry.path;
    return {};
  }
  static void age(const fs::path& path, std::time_t seconds) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::seconds(seconds));
  }
  static void flip(const fs::path& path, std::streamoff at) {
    std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(at);
    const char byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(at);
    stream.put(byte);
  }
  /// A lease as a process of another machine leaves it.
  fs::path lease_of_another_machine(std::time_t started) const {
    fs::create_directories(root() / "leases");
    const fs::path lease = root() / "leases" / "other";
    write_json_file(lease, {{"machine", "node7"},
                            {"process", 4711},
                            {"space", "another boot"},
                            {"begun", "1"},
                            {"started", static_cast<std::int64_t>(started)}});
    return lease;
  }

  testing::TemporaryFolder folder_;
  FeatureStore store_{folder_.path()};
};

TEST_F(Maintenance, PackedEntriesAreReadAsBefore) {
  put(0, 300);
  store_.put_text(key(1000), "a text");
  const auto report = pack_store(root());
  EXPECT_EQ(report.packs, 1U);
  EXPECT_EQ(report.packed, 301U);
  EXPECT_EQ(report.removed, 301U);
  EXPECT_FALSE(fs::exists(file(0)));
  expect_all(store_, 0, 300);  // opened before: looks for packs that have appeared
  expect_all(FeatureStore(root()), 0, 300);
  EXPECT_EQ(store_.get_text(key(1000)), "a text");
  EXPECT_FALSE(store_.get(key(2000)));
  EXPECT_FALSE(store_.contains(key(2000)));
}

TEST_F(Maintenance, PacksAndSingleFilesLieSideBySide) {
  put(0, 10);
  static_cast<void>(pack_store(root()));
  put(10, 20);
  expect_all(store_, 0, 20);
  static_cast<void>(pack_store(root()));
  put(20, 30);
  expect_all(FeatureStore(root()), 0, 30);
  const auto found = store_statistics(root());
  EXPECT_EQ(found.packs, 2U);
  EXPECT_EQ(found.packed_entries, 20U);
  EXPECT_EQ(found.loose_entries, 10U);
  EXPECT_EQ(found.loose_bytes, 10U * (96 + 24));
  EXPECT_EQ(found.packed_bytes, 20U * (96 + 24));
}

TEST_F(Maintenance, ManyEntriesAreFoundThroughTheTable) {
  put(0, 1500);  // more than sixty-four for a place of the table
  ASSERT_EQ(pack_store(root()).packed, 1500U);
  expect_all(FeatureStore(root()), 0, 1500);
  for (int i = 5000; i < 5200; ++i) EXPECT_FALSE(store_.contains(key(i)));
}

TEST_F(Maintenance, PackingTwiceChangesNothing) {
  put(0, 5);
  static_cast<void>(pack_store(root()));
  const auto again = pack_store(root());
  EXPECT_EQ(again.packs, 0U);
  EXPECT_EQ(again.removed, 0U);
  expect_all(store_, 0, 5);
}

TEST_F(Maintenance, PacksHaveALargestSize) {
  put(0, 10);
  const auto report = pack_store(root(), {.most_bytes = 4 * 120});
  EXPECT_EQ(report.packs, 3U);  // 4, 4 and 2 entries
  expect_all(FeatureStore(root()), 0, 10);
}

TEST_F(Maintenance, SingleFilesStayWhileAnotherProcessUsesTheStore) {
  put(0, 5);
  const auto lease = lease_of_another_machine(std::time(nullptr));
  const auto beside = pack_store(root());
  EXPECT_EQ(beside.packed, 5U);
  EXPECT_EQ(beside.kept, 5U);
  EXPECT_TRUE(fs::exists(file(0)));
  expect_all(store_, 0, 5);
  EXPECT_THAT(store_statistics(root()).users,
              ::testing::ElementsAre(HasSubstr("node7 process 4711")));
  fs::remove(lease);
  const auto alone = pack_store(root());
  EXPECT_EQ(alone.packs, 0U);
  EXPECT_EQ(alone.removed, 5U);
  EXPECT_FALSE(fs::exists(file(0)));
  expect_all(store_, 0, 5);
}

TEST_F(Maintenance, APackingProcessMayBeKilledAtAnyTime) {
  put(0, 2000);
  for (const int milliseconds : {1, 5, 20, 60}) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      static_cast<void>(pack_store(root(), {.most_bytes = 200 * 120}));
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const FeatureStore reader(root());
    for (int i = 0; i < 2000; i += 37) EXPECT_EQ(reader.get(key(i)), matrix(i)) << i;
  }
  static_cast<void>(pack_store(root()));
  expect_all(FeatureStore(root()), 0, 2000);
  EXPECT_EQ(store_statistics(root()).loose_entries, 0U);
  EXPECT_TRUE(verify_store(root()).damaged.empty());
}

TEST_F(Maintenance, ADamagedEntryOfAPackIsComputedAgain) {
  put(0, 1);
  static_cast<void>(pack_store(root()));
  flip(pack(), 100);
  EXPECT_FALSE(FeatureStore(root()).get(key(0)));
  put(0, 1);
  expect_all(FeatureStore(root()), 0, 1);
}

TEST_F(Maintenance, APackWithoutItsIndexOrWithHalfOfItIsNoPack) {
  put(0, 3);
  static_cast<void>(pack_store(root()));
  fs::resize_file(pack(".index"), 70);
  EXPECT_FALSE(FeatureStore(root()).get(key(0)));
  fs::remove(pack(".index"));
  EXPECT_FALSE(FeatureStore(root()).get(key(0)));
}

TEST_F(Maintenance, VerifyFindsNothingInASoundStore) {
  put(0, 5);
  static_cast<void>(pack_store(root()));
  put(5, 9);
  const auto report = verify_store(root());
  EXPECT_EQ(report.entries, 9U);
  EXPECT_EQ(report.bytes, 9U * 120);
  EXPECT_TRUE(report.damaged.empty());
}

TEST_F(Maintenance, VerifySetsADamagedEntryAside) {
  put(0, 5);
  flip(file(3), 110);
  const auto report = verify_store(root());
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_EQ(report.damaged[0].path, file(3));
  EXPECT_FALSE(fs::exists(file(3)));
  EXPECT_EQ(store_statistics(root()).set_aside, 1U);
  EXPECT_FALSE(store_.get(key(3)));
  expect_all(store_, 0, 3);
}

TEST_F(Maintenance, VerifySavesTheSoundEntriesOfADamagedPack) {
  put(0, 5);
  static_cast<void>(pack_store(root()));
  const fs::path damaged = pack();
  flip(damaged, 110);  // in the first entry of the file
  const auto report = verify_store(root());
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_EQ(report.damaged[0].path, damaged);
  EXPECT_THAT(report.damaged[0].what, HasSubstr("1 of its 5 entries"));
  EXPECT_EQ(report.rescued, 4U);
  EXPECT_FALSE(fs::exists(damaged));
  const FeatureStore after(root());
  int found = 0;
  for (int i = 0; i < 5; ++i) found += after.get(key(i)) == matrix(i) ? 1 : 0;
  EXPECT_EQ(found, 4);
  EXPECT_TRUE(verify_store(root()).damaged.empty());
}

TEST_F(Maintenance, VerifyNamesADamagedIndex) {
  put(0, 5);
  static_cast<void>(pack_store(root()));
  flip(pack(".index"), static_cast<std::streamoff>(fs::file_size(pack(".index"))) - 3);
  const auto report = verify_store(root());
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_THAT(report.damaged[0].what, HasSubstr("index"));
  EXPECT_TRUE(list_folder(root() / "packs").empty());
}

TEST_F(Maintenance, PruneRemovesWhatWasNotUsedForSoLong) {
  put(0, 4);
  age(file(0), 10 * kDay);
  age(file(1), 40 * kDay);
  const auto counted = prune_store(root(), 30 * kDay, true);
  EXPECT_EQ(counted.entries, 1U);
  EXPECT_EQ(counted.bytes, 120U);
  EXPECT_TRUE(fs::exists(file(1)));
  EXPECT_EQ(prune_store(root(), 30 * kDay, false).entries, 1U);
  EXPECT_FALSE(fs::exists(file(1)));
  expect_all(store_, 2, 4);
  EXPECT_EQ(store_.get(key(0)), matrix(0));
}

TEST_F(Maintenance, ReadingIsUse) {
  put(0, 2);
  for (const int i : {0, 1}) age(file(i), 40 * kDay);
  static_cast<void>(store_.get(key(0)));
  EXPECT_EQ(prune_store(root(), 30 * kDay, false).entries, 1U);
  EXPECT_TRUE(fs::exists(file(0)));
  EXPECT_FALSE(fs::exists(file(1)));
}

TEST_F(Maintenance, PruneRemovesAPackInWhichNothingWasUsed) {
  put(0, 3);
  for (const int i : {0, 1, 2}) age(file(i), 50 * kDay);
  static_cast<void>(pack_store(root()));  // keeps the age
  put(3, 6);
  static_cast<void>(pack_store(root()));
  static_cast<void>(store_.get(key(4)));
  const auto report = prune_store(root(), 30 * kDay, false);
  EXPECT_EQ(report.packs, 1U);
  EXPECT_EQ(report.entries, 3U);
  EXPECT_FALSE(FeatureStore(root()).get(key(0)));
  expect_all(FeatureStore(root()), 3, 6);
}

TEST_F(Maintenance, UsingAPackKeepsIt) {
  put(0, 3);
  static_cast<void>(pack_store(root()));
  age(pack(), 50 * kDay);
  static_cast<void>(FeatureStore(root()).get(key(1)));
  EXPECT_EQ(prune_store(root(), 30 * kDay, false).packs, 0U);
  expect_all(FeatureStore(root()), 0, 3);
}

TEST_F(Maintenance, PruneNeverTakesWhatARunningProcessHasUsed) {
  put(0, 3);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const FeatureStore mine(root());
    mine.announce();
    static_cast<void>(mine.get(key(0)));
    ::pause();
    ::_exit(0);
  }
  for (int tries = 0; tries < 500 && store_statistics(root()).users.empty(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_EQ(store_statistics(root()).users.size(), 1U);
  age(file(2), 3 * kDay);
  const auto report = prune_store(root(), 0, false);  // everything, if nobody were there
  EXPECT_TRUE(report.held_back);
  EXPECT_TRUE(fs::exists(file(0)));
  EXPECT_FALSE(fs::exists(file(2)));  // unused since more than two days before it began
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(store_statistics(root()).users.empty()) << "it was killed and has left its lease";
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(prune_store(root(), 0, false).entries, 2U);
}

TEST_F(Maintenance, AProcessOfAnotherMachineCountsUntilItsLeaseExpires) {
  put(0, 1);
  age(file(0), 10 * kDay);
  const auto lease = lease_of_another_machine(std::time(nullptr) - 20 * kDay);
  EXPECT_EQ(prune_store(root(), kDay, false).entries, 0U);
  age(lease, 7 * 3600);
  EXPECT_EQ(prune_store(root(), kDay, false).entries, 1U);
  EXPECT_FALSE(fs::exists(lease));
}

TEST_F(Maintenance, AFileThatIsNoLeaseIsNoProcessForEver) {
  fs::create_directories(root() / "leases");
  const fs::path lease = root() / "leases" / "broken";
  std::ofstream(lease) << "{\"machine\": 7";
  EXPECT_EQ(store_statistics(root()).users.size(), 1U);
  age(lease, 7 * 3600);
  EXPECT_TRUE(store_statistics(root()).users.empty());
}

TEST_F(Maintenance, PruneTakesOldRecordsOfShards) {
  fs::create_directories(root() / "shards" / "plan");
  std::ofstream(root() / "shards" / "plan" / "0-of-2.json") << "{}";
  age(root() / "shards" / "plan" / "0-of-2.json", 40 * kDay);
  EXPECT_EQ(prune_store(root(), 30 * kDay, false).records, 1U);
  EXPECT_FALSE(fs::exists(root() / "shards" / "plan"));
}

TEST_F(Maintenance, AFolderThatIsNoStoreIsRefused) {
  const testing::TemporaryFolder empty;
  EXPECT_THROW(static_cast<void>(store_statistics(empty.path())), BadInput);
  EXPECT_THROW(static_cast<void>(pack_store(empty.path())), BadInput);
  EXPECT_THROW(static_cast<void>(prune_store(empty.path(), 0, false)), BadInput);
  EXPECT_THROW(static_cast<void>(verify_store(empty.path())), BadInput);
  EXPECT_TRUE(fs::is_empty(empty.path()));
}

}  // namespace
}  // namespace asbench::features
