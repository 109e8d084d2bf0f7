// One run in shards: the document is that of the single run, whatever the number of shards, their
// order, and who was killed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/files.h"
#include "core/schema.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/paths.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class ShardedRun : public WithMiniBenchmark {
 protected:
  /// Arguments of a command that does a part of a run on this store.
  static std::vector<std::string> arguments(const std::string& command, const std::string& store,
                                            const std::vector<std::string>& more = {}) {
    std::vector<std::string> all = {command,
                                    "--split",
                                    mini().split(),
                                    "--outputs",
                                    mini().outputs(),
                                    "--weights",
                                    mini().root() / "weights",
                                    "--cache",
                                    mini().root() / store,
                                    "--threads",
                                    "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  static ProgramResult run(const std::string& command, const std::string& store,
                           const std::vector<std::string>& more = {}) {
    return run_program(asbench_program(), arguments(command, store, more));
  }
  static ProgramResult encode(const std::string& store, int shard, int count,
                              std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--shard", fmt::format("{}/{}", shard, count)});
    return run("encode", store, more);
  }
  static Json status(const std::string& store, int count) {
    const auto run =
        ShardedRun::run("status", store, {"--shards", std::to_string(count), "--json"});
    Json json = parse_json(run.out, "status");
    check_schema(json, "shard-status", "status");
    EXPECT_EQ(run.exit_code, json.at("complete").get<bool>() ? 0 : 2) << run.err;
    return json;
  }
  /// The document but its provenance, as its bytes.
  static std::string bytes(const std::string& name) { return mini().numbers(name).dump(); }
  static std::string single_run() {
    static const std::string text = [] {
      const auto run = mini().score("single", {"--cache", mini().root() / "single-store"});
      EXPECT_EQ(run.exit_code, 0) << run.err;
      return bytes("single");
    }();
    return text;
  }
};

class ShardCounts : public ShardedRun, public ::testing::WithParamInterface<int> {};

TEST_P(ShardCounts, GiveTheDocumentOfTheSingleRunInAnyOrderAndWithAKilledTask) {
  const int count = GetParam();
  const std::string store = fmt::format("store-{}", count);
  std::vector<int> order;
  for (int i = 0; i < count; ++i) order.push_back(i);
  std::mt19937 random(static_cast<unsigned>(count));
  std::shuffle(order.begin(), order.end(), random);
  const auto killed =
      arguments("encode", store, {"--shard", fmt::format("{}/{}", order.front(), count)});
  run_and_kill(asbench_program(), killed, 250);
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto run = encode(store, order[i], count);
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  const auto found = status(store, count);
  const auto again = encode(store, order.front(), count);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const auto after = status(store, count);
  EXPECT_TRUE(after.at("complete").get<bool>()) << after.dump(1);
  for (const Json& shard : after.at("shards")) EXPECT_TRUE(shard.at("record").get<bool>());
  const std::string name = fmt::format("sharded-{}", count);
  const auto merged = mini().score(name, {"--cache", mini().root() / store, "--no-frames"});
  ASSERT_EQ(merged.exit_code, 0) << merged.err;
  EXPECT_EQ(bytes(name), single_run());
  // Nothing was left for it to encode.
  const Json stages = mini().document(name).at("provenance").at("stages");
  for (const char* work : {"clips_decoded", "images_encoded", "captions_encoded"})
    EXPECT_EQ(stages.at(work), 0) << work;
}

INSTANTIATE_TEST_SUITE_P(OneFourSixteen, ShardCounts, ::testing::Values(1, 4, 16));

TEST_F(ShardedRun, WithoutSomeShardsScoresWhatTheyLeftOut) {
  ASSERT_EQ(encode("partial", 1, 4).exit_code, 0);
  const auto merged = mini().score("partial", {"--cache", mini().root() / "partial"});
  ASSERT_EQ(merged.exit_code, 0) << merged.err;
  EXPECT_EQ(bytes("partial"), single_run());
}

TEST_F(ShardedRun, StatusNamesTheShardsToRunAgain) {
  ASSERT_EQ(encode("named", 1, 4).exit_code, 0);
  ASSERT_EQ(encode("named", 0, 4).exit_code, 0);
  const auto said = run("status", "named");  // the records say that there are four
  EXPECT_EQ(said.exit_code, 2) << said.err;
  EXPECT_THAT(said.out, EndsWith("--array=2-3\n"));
  // What the store lacks counts, whatever the record says.
  fs::remove_all(mini().root() / "named" / "objects");
  EXPECT_THAT(run("status", "named").out, EndsWith("--array=0-3\n"));
  EXPECT_TRUE(status("named", 4).at("shards")[0].at("record").get<bool>());
}

TEST_F(ShardedRun, StatusAsksForTheNumberOfShardsThatNothingTells) {
  const auto said = run("status", "empty");
  EXPECT_EQ(said.exit_code, 2);
  EXPECT_THAT(said.err, HasSubstr("--shards N"));
  ASSERT_EQ(encode("empty", 0, 16).exit_code, 0);
  ASSERT_EQ(encode("empty", 1, 4).exit_code, 0);
  EXPECT_THAT(run("status", "empty").err, HasSubstr("4 and with 16"));
}

TEST_F(ShardedRun, ABrokenClipIsRecordedAndScoredAsMissing) {
  const MiniBenchmark world;
  std::ofstream(world.video("cat/1", 2)) << "no video";
  fs::remove(world.video("dog/2", 4));
  const std::vector<std::string> inputs = {"--split",   world.split(),
                                           "--outputs", world.outputs(),
                                           "--weights", world.root() / "weights",
                                           "--cache",   world.root() / "shared"};
  const auto command = [&](std::vector<std::string> words) {
    words.insert(words.end(), inputs.begin(), inputs.end());
    return run_program(asbench_program(), words);
  };
  for (const char* shard : {"1/2", "0/2"}) {
    const auto encoded = command({"encode", "--shard", shard});
    ASSERT_EQ(encoded.exit_code, 0) << encoded.err;
  }
  const auto said = command({"status"});
  EXPECT_EQ(said.exit_code, 0) << said.out;
  EXPECT_THAT(said.out, HasSubstr("cat/1 shot 2: broken_video"));
  EXPECT_THAT(said.out, HasSubstr("1 shot of the split without a file"));
  const auto merged =
      world.score("merged", {"--cache", world.root() / "shared", "--missing", "zero"});
  const auto single = world.score("single", {"--cache", world.root() / "own", "--missing", "zero"});
  ASSERT_EQ(merged.exit_code, 0) << merged.err;
  ASSERT_EQ(single.exit_code, 0) << single.err;
  EXPECT_EQ(world.numbers("merged").dump(), world.numbers("single").dump());
}

TEST_F(ShardedRun, PlanDealsEverythingOutAndEstimates) {
  const auto said = run("plan", "planned", {"--shards", "5", "--calibrate", "2", "--json"});
  ASSERT_EQ(said.exit_code, 0) << said.err;
  const Json plan = parse_json(said.out, "plan");
  check_schema(plan, "shard-plan", "plan");
  EXPECT_EQ(plan.at("clips"), 12);
  EXPECT_EQ(plan.at("measured_clips"), 2);
  EXPECT_GT(plan.at("seconds_per_clip").get<double>(), 0.0);
  std::size_t clips = 0;
  std::uint64_t bytes = 0;
  double seconds = 0.0;
  for (const Json& shard : plan.at("shards")) {
    clips += shard.at("clips").get<std::size_t>();
    bytes += shard.at("bytes").get<std::uint64_t>();
    seconds += shard.at("seconds").get<double>();
  }
  EXPECT_EQ(clips, 12U);
  std::uint64_t expected = 0;
  for (const auto& entry : fs::recursive_directory_iterator(mini().outputs()))
    if (entry.is_regular_file()) expected += entry.file_size();
  EXPECT_EQ(bytes, expected);
  EXPECT_NEAR(seconds, 12 * plan.at("seconds_per_clip").get<double>(), 1e-6 * seconds);
  const auto text = run("plan", "planned", {"--shards", "2", "--calibrate", "0"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("12 clips"));
}

TEST_F(ShardedRun, APictureFolderIsFilledByTheTasks) {
  const auto out = mini().root() / "pictured.json";
  ASSERT_EQ(encode("pictured", 0, 1, {"--out", out}).exit_code, 0);
  EXPECT_GT(list_folder(mini().root() / "pictured.frames").size(), 12U);
  EXPECT_FALSE(fs::exists(out));
}

TEST_F(ShardedRun, ReadsTheRunFileOfScore) {
  const auto run_file = mini().root() / "run.json";
  ASSERT_EQ(mini()
                .score("from-file", {"--cache", mini().root() / "from-file-store", "--write-config",
                                     run_file, "--csv", "tables"})
                .exit_code,
            0);
  const auto encoded =
      run_program(asbench_program(), {"encode", "--config", run_file, "--shard", "0/1"});
  EXPECT_EQ(encoded.exit_code, 0) << encoded.err;
  EXPECT_THAT(encoded.out, HasSubstr("12 clips"));
}

TEST_F(ShardedRun, AStoreThatCantBeWrittenStopsATaskBeforeItDecodes) {
  std::ofstream(mini().root() / "a-file") << "no folder";
  const auto said = encode("a-file", 0, 2);
  EXPECT_EQ(said.exit_code, 2);
  EXPECT_THAT(said.err, HasSubstr("a-file"));
  EXPECT_THAT(said.err, HasSubstr("--cache DIR"));
}

TEST_F(ShardedRun, AShardOutOfRangeIsRefused) {
  const auto said = encode("refused", 4, 4);
  EXPECT_EQ(said.exit_code, 2);
  EXPECT_THAT(said.err, HasSubstr("numbered from 0 to 3"));
}

TEST_F(ShardedRun, OtherInputsAreNoticed) {
  const MiniBenchmark world;
  const std::vector<std::string> inputs = {"--split",   world.split(),
                                           "--outputs", world.outputs(),
                                           "--weights", world.root() / "weights",
                                           "--cache",   world.root() / "shared"};
  auto words = inputs;
  words.insert(words.begin(), {"encode", "--shard", "0/2"});
  ASSERT_EQ(run_program(asbench_program(), words).exit_code, 0);
  fs::copy_file(world.video("cat/1", 1), world.video("cat/3", 2),
                fs::copy_options::overwrite_existing);
  std::ofstream(world.video("cat/3", 2), std::ios::app) << "longer";
  words = inputs;
  words.insert(words.begin(), {"status", "--shards", "2"});
  EXPECT_THAT(run_program(asbench_program(), words).out, HasSubstr("saw other inputs"));
}

}  // namespace
}  // namespace asbench::testing
