#include "features/weights_hash.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "core/hash.h"
#include "features/keys.h"
#include "tests/support/temporary_folder.h"

namespace asbench::features {
namespace {

namespace fs = std::filesystem;

class RememberedHash : public ::testing::Test {
 protected:
  RememberedHash() {
    write("weights of a network");
    wait_until_settled();
  }
  void write(const std::string& text) const { std::ofstream(file_, std::ios::trunc) << text; }
  /// Files that changed a moment ago are not remembered.
  void wait_until_settled() const {
    while (identity_of(std::vector{file_}).empty())
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::string hash(const FeatureStore* store, std::string_view way = "file") {
    return remembered_hash(store, way, std::vector{file_}, [&] {
      ++computed_;
      return sha256_file(file_);
    });
  }

  testing::TemporaryFolder folder_;
  fs::path file_ = folder_.path() / "model.safetensors";
  FeatureStore store_{folder_.path() / "store"};
  int computed_ = 0;
};

TEST_F(RememberedHash, IsComputedOnceWhileTheFileStaysAsItIs) {
  const std::string first = hash(&store_);
  EXPECT_EQ(first, sha256_hex("weights of a network"));
  EXPECT_EQ(hash(&store_), first);
  EXPECT_EQ(computed_, 1);
}

TEST_F(RememberedHash, IsComputedAnewForOtherBytesOfTheSameSizeUnderTheOldTimes) {
  const auto modified = fs::last_write_time(file_);
  (void)hash(&store_);
  write("weights of a NETWORK");
  fs::last_write_time(file_, modified);
  wait_until_settled();
  EXPECT_EQ(hash(&store_), sha256_hex("weights of a NETWORK"));
  EXPECT_EQ(computed_, 2);
}

TEST_F(RememberedHash, IsNotRememberedForAFileThatHasJustChanged) {
  write("written a moment ago");
  EXPECT_EQ(hash(&store_), sha256_hex("written a moment ago"));
  EXPECT_EQ(hash(&store_), sha256_hex("written a moment ago"));
  EXPECT_EQ(computed_, 2);
}

TEST_F(RememberedHash, BelongsToOneWayOfHashing) {
  (void)hash(&store_, "file");
  (void)hash(&store_, "checkpoint");
  EXPECT_EQ(computed_, 2);
}

TEST_F(RememberedHash, IsComputedWithoutAStoreAndInPlaceOfADamagedEntry) {
  (void)hash(nullptr);
  const std::string key = file_hash_key("file", identity_of(std::vector{file_}));
  store_.put_text(key, "no hash");
  EXPECT_EQ(recall_hash(store_, key), std::nullopt);
  EXPECT_EQ(hash(&store_), sha256_hex("weights of a network"));
  EXPECT_EQ(computed_, 2);
}

}  // namespace
}  // namespace asbench::features
