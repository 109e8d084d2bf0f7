#include "features/shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <set>

#include "core/error.h"
#include "core/hash.h"
#include "features/shard_record.h"
#include "tests/support/fake_extraction.h"
#include "tests/support/temporary_folder.h"

namespace asbench::features {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::uint64_t> loads_of(const std::vector<std::uint64_t>& weights,
                                    const std::vector<int>& shards, int count) {
  std::vector<std::uint64_t> loads(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < weights.size(); ++i)
    loads[static_cast<std::size_t>(shards[i])] += weights[i];
  return loads;
}

TEST(Balance, GivesTheHeaviestFirstToTheLightestShard) {
  const std::vector<std::uint64_t> weights = {1, 5, 3, 2, 4};
  // 5 -> 0, 4 -> 1, 3 -> 1 (4 < 5), 2 -> 0 (5 < 7), 1 -> 0 (equal loads of 7: the lower number)
  EXPECT_THAT(balance(weights, 2), ElementsAre(0, 0, 1, 0, 1));
}

TEST(Balance, DealsEqualWeightsOutInTurn) {
  const std::vector<std::uint64_t> weights(7, 9);
  EXPECT_THAT(balance(weights, 3), ElementsAre(0, 1, 2, 0, 1, 2, 0));
}

TEST(Balance, LeavesNoShardMoreThanOneHeaviestWeightAhead) {
  std::vector<std::uint64_t> weights;
  std::uint64_t state = 7;
  for (int i = 0; i < 500; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    weights.push_back(1 + (state >> 40) % 1000);
  }
  for (const int count : {1, 2, 16, 499, 700}) {
    const auto loads = loads_of(weights, balance(weights, count), count);
    const auto [least, most] = std::minmax_element(loads.begin(), loads.end());
    EXPECT_LE(*most - *least, *std::max_element(weights.begin(), weights.end())) << count;
    EXPECT_EQ(std::accumulate(loads.begin(), loads.end(), std::uint64_t{0}),
              std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}));
  }
}

TEST(IndexRanges, AreWrittenAsJobArraysTakeThem) {
  EXPECT_EQ(index_ranges(std::vector<int>{3, 7, 8, 9}), "3,7-9");
  EXPECT_EQ(index_ranges(std::vector<int>{0, 1}), "0-1");
  EXPECT_EQ(index_ranges(std::vector<int>{5}), "5");
  EXPECT_EQ(index_ranges(std::vector<int>{0, 2, 4}), "0,2,4");
  EXPECT_EQ(index_ranges(std::vector<int>{}), "");
}

/// A plan of files with so many bytes each.
class Dealing : public ::testing::Test {
 protected:
  void add(const std::string& name, std::size_t bytes) {
    std::ofstream(folder_ / name) << std::string(bytes, 'x');
    plan_.add_clip({loaders::ShotSource::Kind::video_file, folder_ / name});
  }
  void add_range(const std::string& name, int begin) {
    plan_.add_clip({loaders::ShotSource::Kind::video_range, folder_ / name, begin, begin + 5});
  }
  testing::TemporaryFolder folder_;
  ExtractionPlan plan_;
};

TEST_F(Dealing, GivesEveryPieceToOneShardWhateverTheirNumber) {
  for (int i = 0; i < 9; ++i) {
    add("clip" + std::to_string(i), 100 + 37 * static_cast<std::size_t>(i));
    plan_.captions.push_back("caption " + std::to_string(i));
    plan_.references.push_back({"r.png", sha256_hex(std::to_string(i))});
  }
  for (const int count : {1, 4, 16}) {
    const auto shards = deal_out(plan_, count);
    std::multiset<std::string> captions;
    std::multiset<std::size_t> clips;
    std::size_t references = 0;
    for (int i = 0; i < count; ++i) {
      const auto part = part_of(plan_, shards, i);
      clips.insert(part.clips.begin(), part.clips.end());
      captions.insert(part.plan.captions.begin(), part.plan.captions.end());
      references += part.plan.references.size();
      for (std::size_t c = 0; c < part.clips.size(); ++c)
        EXPECT_EQ(part.plan.clips[c].source, plan_.clips[part.clips[c]].source);
    }
    EXPECT_EQ(clips.size(), 9U) << count;
    EXPECT_EQ(std::set<std::size_t>(clips.begin(), clips.end()).size(), 9U) << count;
    EXPECT_EQ(captions, std::multiset<std::string>(plan_.captions.begin(), plan_.captions.end()));
    EXPECT_EQ(references, 9U);
    EXPECT_EQ(std::accumulate(shards.bytes.begin(), shards.bytes.end(), std::uint64_t{0}),
              9U * 100U + 37U * 36U);
  }
}

TEST_F(Dealing, KeepsTheClipsOfOneVideoTogether) {
  add("a", 10);
  add("long", 1000);
  for (const int begin : {0, 5, 10, 15}) add_range("long", begin);
  const auto shards = deal_out(plan_, 4);
  for (std::size_t clip = 2; clip < plan_.clips.size(); ++clip)
    EXPECT_EQ(shards.clips[clip], shards.clips[1]) << clip;
  EXPECT_NE(shards.clips[0], shards.clips[1]);
}

TEST_F(Dealing, DoesNotDependOnTheFolder) {
  add("a", 10);
  add("b", 20);
  const auto here = deal_out(plan_, 2);
  const testing::TemporaryFolder elsewhere;
  for (auto& clip : plan_.clips) {
    const auto moved = elsewhere / clip.source.path.filename();
    std::filesystem::copy_file(clip.source.path, moved);
    clip.source.path = moved;
  }
  const auto there = deal_out(plan_, 2);
  EXPECT_EQ(there.clips, here.clips);
  EXPECT_EQ(there.inputs_sha256, here.inputs_sha256);
}

TEST_F(Dealing, NoticesAFileOfAnotherSizeAndAnotherCaption) {
  add("a", 10);
  plan_.captions = {"one"};
  const auto before = deal_out(plan_, 2).inputs_sha256;
  EXPECT_EQ(deal_out(plan_, 16).inputs_sha256, before) << "the same for any number of shards";
  std::ofstream(folder_ / "a") << "longer than before";
  const auto grown = deal_out(plan_, 2).inputs_sha256;
  EXPECT_NE(grown, before);
  plan_.captions = {"two"};
  EXPECT_NE(deal_out(plan_, 2).inputs_sha256, grown);
}

TEST_F(Dealing, TakesAFileThatIsGoneForAnEmptyOne) {
  plan_.add_clip({loaders::ShotSource::Kind::video_file, folder_ / "gone"});
  const auto shards = deal_out(plan_, 1);
  EXPECT_THAT(shards.clips, ElementsAre(0));
  EXPECT_THAT(shards.bytes, ElementsAre(0U));
}

TEST(Request, IsAnotherOneForAnotherEncoderRuleOrBackground) {
  ExtractionPlan plan;
  plan.encoders = {testing::FakeEncoders::use("clip")};
  const std::string before = request_sha256(plan);
  auto other = plan;
  other.frame_rule = {loaders::FrameRule::Kind::midpoint, 3};
  EXPECT_NE(request_sha256(other), before);
  other = plan;
  other.background = "white";
  EXPECT_NE(request_sha256(other), before);
  other = plan;
  other.encoders = {testing::FakeEncoders::use("dino")};
  other.encoders.front().weights_sha256 = std::string(64, '7');
  EXPECT_NE(request_sha256(other), before);
  other = plan;
  other.captions = {"inputs are no part of the request"};
  EXPECT_EQ(request_sha256(other), before);
}

ShardRecord record_of(int index, int count) {
  ShardRecord record;
  record.plan = std::string(64, 'a');
  record.request = std::string(64, 'b');
  record.shard = {index, count};
  record.version = "1.2.3";
  record.started = "2026-01-31T12:00:00Z";
  record.finished = "2026-01-31T12:00:09Z";
  record.device = "cpu";
  record.threads = 2;
  record.clips = 7;
  record.bytes = 1234567890123ULL;
  record.clips_decoded = 6;
  record.images_encoded = 60;
  record.captions_encoded = 3;
  record.seconds = 8.25;
  record.load_seconds = 0.5;
  record.failed = {{"fox/1", 2, "shot_02.mp4", "broken_video", "nothing decodes"},
                   {"", std::nullopt, "real.mp4", "damaged_video", "ends early"}};
  return record;
}

TEST(ShardRecords, GiveBackWhatWasWritten) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  write_record(store, record_of(2, 4));
  const auto records = read_records(store, std::string(64, 'a'));
  ASSERT_EQ(records.size(), 1U);
  const ShardRecord& record = records.front();
  EXPECT_EQ(record.shard, (Shard{2, 4}));
  EXPECT_EQ(record.request, std::string(64, 'b'));
  EXPECT_EQ(record.version, "1.2.3");
  EXPECT_EQ(record.started, "2026-01-31T12:00:00Z");
  EXPECT_EQ(record.finished, "2026-01-31T12:00:09Z");
  EXPECT_EQ(record.device, "cpu");
  EXPECT_EQ(record.threads, 2);
  EXPECT_EQ(record.clips, 7);
  EXPECT_EQ(record.bytes, 1234567890123ULL);
  EXPECT_EQ(record.clips_decoded, 6);
  EXPECT_EQ(record.images_encoded, 60);
  EXPECT_EQ(record.captions_encoded, 3);
  EXPECT_EQ(record.seconds, 8.25);
  EXPECT_EQ(record.load_seconds, 0.5);
  ASSERT_EQ(record.failed.size(), 2U);
  EXPECT_EQ(record.failed[0].story, "fox/1");
  EXPECT_EQ(record.failed[0].shot, 2);
  EXPECT_EQ(record.failed[1].story, "");
  EXPECT_EQ(record.failed[1].cause, "ends early");
}

TEST(ShardRecords, ComeInTheOrderOfTheShards) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  for (const int index : {10, 2, 0}) write_record(store, record_of(index, 16));
  std::vector<int> order;
  for (const auto& record : read_records(store, std::string(64, 'a')))
    order.push_back(record.shard.index);
  EXPECT_THAT(order, ElementsAre(0, 2, 10));
  EXPECT_TRUE(read_records(store, std::string(64, 'c')).empty());
  EXPECT_EQ(read_all_records(store).size(), 3U);
}

TEST(ShardRecords, AFileThatIsNoneIsNamed) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder.path());
  write_record(store, record_of(0, 1));
  const auto file = record_file(store, std::string(64, 'a'), {0, 1});
  std::ofstream(file) << "{\"schema\": \"asbench/shard@1\"}";
  try {
    static_cast<void>(read_all_records(store));
    FAIL() << "was accepted";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr(file.string()));
  }
}

}  // namespace
}  // namespace asbench::features
