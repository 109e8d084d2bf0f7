// What must hold when files are missing, damaged, renamed or repeated, and when the process is
// killed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/hash.h"
#include "core/schema.h"
#include "core/stats.h"
#include "tests/cli/mini_benchmark.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

constexpr double kNoise = 1e-9;  // sums in another order

const std::vector<std::string> kHigherIsBetter = {"clip_i",          "dino_i",
                                                  "clip_t",          "cross_shot_clip",
                                                  "cross_shot_dino", "faithful_consistency",
                                                  "clip_t_margin"};
const std::vector<std::string> kLowerIsBetter = {"frozen_rate", "reference_copy",
                                                 "duplicate_pairs"};

void cut_in_half(const fs::path& file) {
  fs::resize_file(file, fs::file_size(file) / 2);
}

std::set<std::string> kinds(const Json& document) {
  std::set<std::string> names;
  for (const auto& finding : document.at("coverage").at("findings"))
    names.insert(finding.at("kind").get<std::string>());
  return names;
}

TEST(DamagedOutputs, AreListedUnderFailAndScoredUnderZeroAndExclude) {
  const MiniBenchmark mini;
  cut_in_half(mini.video("cat/1", 2));
  std::ofstream(mini.video("cat/3", 1), std::ios::trunc).close();
  fs::remove(mini.video("dog/2", 4));

  const auto failed = mini.score("fail");
  EXPECT_EQ(failed.exit_code, 2);
  EXPECT_FALSE(fs::exists(mini.root() / "fail.json"));
  for (const char* shot : {"cat/1 shot 2", "cat/3 shot 1", "dog/2 shot 4", "--missing zero"}) {
    EXPECT_NE(failed.err.find(shot), std::string::npos) << failed.err;
  }

  for (const char* policy : {"zero", "exclude"}) {
    const auto run = mini.score(policy, {"--missing", policy});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const Json document = mini.document(policy);
    check_schema(document, "result", policy);
    EXPECT_EQ(document.at("coverage").at("scored_shots"), 9);
    EXPECT_EQ(document.at("coverage").at("policy"), policy);
    EXPECT_FALSE(document.at("canonical").get<bool>());
    const Json& clip_i = document.at("metrics").at("clip_i");
    EXPECT_EQ(clip_i.at("n_evaluated"), 9);
    EXPECT_EQ(clip_i.at("n_failed"), 3);
    EXPECT_TRUE(kinds(document).contains("broken_video"));
    EXPECT_TRUE(kinds(document).contains("missing_shot"));
  }
}

TEST(DamagedOutputs, NeverRaiseAScoreUnderZero) {
  const MiniBenchmark mini;
  ASSERT_EQ(mini.score("whole", {"--missing", "zero"}).exit_code, 0);
  const Json whole = mini.document("whole");
  SplitMix64 random(20);
  const std::vector<std::string> stories = {"cat/1", "cat/3", "dog/2"};
  for (int round = 0; round < 6; ++round) {
    const auto file = mini.video(stories[random.below(3)], 1 + static_cast<int>(random.below(4)));
    const auto kept = mini.root() / "kept.mp4";
    fs::copy_file(file, kept, fs::copy_options::overwrite_existing);
    if (round % 2 == 0) {
      fs::remove(file);
    } else {
      cut_in_half(file);
    }
    ASSERT_EQ(mini.score("damaged", {"--missing", "zero"}).exit_code, 0);
    const Json damaged = mini.document("damaged");
    for (const auto& metric : kHigherIsBetter) {
      EXPECT_LE(damaged.at("metrics").at(metric).at("mean").get<double>(),
                whole.at("metrics").at(metric).at("mean").get<double>() + kNoise)
          << metric << " " << file;
    }
    for (const auto& metric : kLowerIsBetter) {
      EXPECT_GE(damaged.at("metrics").at(metric).at("mean").get<double>(),
                whole.at("metrics").at(metric).at("mean").get<double>() - kNoise)
          << metric << " " << file;
    }
    fs::copy_file(kept, file, fs::copy_options::overwrite_existing);
  }
}

TEST(DamagedOutputs, WithAllShotsMissingStillGiveADocumentUnderZero) {
  const MiniBenchmark mini;
  for (const char* story : {"cat/1", "cat/3", "dog/2"}) {
    for (int shot = 1; shot <= 4; ++shot)
      std::ofstream(mini.video(story, shot), std::ios::trunc).close();
  }
  ASSERT_EQ(mini.score("none", {"--missing", "zero"}).exit_code, 0);
  EXPECT_EQ(mini.document("none").at("metrics").at("clip_i").at("mean"), 0.0);
  const auto excluded = mini.score("excluded", {"--missing", "exclude"});
  EXPECT_EQ(excluded.exit_code, 2) << "nothing was scored";
  EXPECT_NE(excluded.err.find("no shot can be scored: none of 12 shots is there and whole"),
            std::string::npos)
      << excluded.err;
  EXPECT_FALSE(fs::exists(mini.root() / "excluded.json"));
}

TEST(Controls, CatchARepeatedShot) {
  const MiniBenchmark mini;
  ASSERT_EQ(mini.score("honest").exit_code, 0);
  for (int shot = 2; shot <= 4; ++shot) {
    fs::copy_file(mini.video("cat/1", 1), mini.video("cat/1", shot),
                  fs::copy_options::overwrite_existing);
  }
  ASSERT_EQ(mini.score("repeated").exit_code, 0);
  const Json honest = mini.document("honest");
  const Json repeated = mini.document("repeated");
  EXPECT_GT(repeated.at("metrics").at("cross_shot_clip").at("mean"),
            honest.at("metrics").at("cross_shot_clip").at("mean"));
  const Json& story = repeated.at("stories")[0];
  ASSERT_EQ(story.at("id"), "cat/1");
  EXPECT_EQ(story.at("metrics").at("duplicate_pairs").at("mean"), 1.0);
  EXPECT_EQ(story.at("metrics").at("clip_t_margin").at("mean"), 0.0);
  EXPECT_TRUE(kinds(repeated).contains("duplicate_shot"));
}

TEST(Bytes, DecideWhatIsComputedAndNamesDoNot) {
  const MiniBenchmark mini;
  ASSERT_EQ(mini.score("before").exit_code, 0);
  // The same bytes under another layout: nothing is decoded or encoded.
  const auto renamed = mini.root() / "renamed";
  for (const char* story : {"cat/1", "cat/3", "dog/2"}) {
    for (int shot = 4; shot >= 1; --shot) {
      const auto target = renamed / fmt::format("{}-{}.mp4", story, shot);
      fs::create_directories(target.parent_path());
      fs::copy_file(mini.video(story, shot), target);
    }
  }
  ASSERT_EQ(mini.score("after", {"--outputs", renamed, "--layout", "{story}-{shot}.mp4"}).exit_code,
            0);
  EXPECT_EQ(mini.document("after").at("provenance").at("stages").at("images_encoded"), 0);
  EXPECT_EQ(
      first_difference(mini.document("after").at("metrics"), mini.document("before").at("metrics")),
      "");
  // Other bytes under an old name: that clip, and only it, is computed again.
  const auto time = fs::last_write_time(mini.video("dog/2", 1));
  fs::copy_file(mini.video("cat/1", 1), mini.root() / "spare.mp4");
  std::ofstream(mini.root() / "spare.mp4", std::ios::app) << "trailing bytes";
  fs::copy_file(mini.root() / "spare.mp4", mini.video("dog/2", 1),
                fs::copy_options::overwrite_existing);
  fs::last_write_time(mini.video("dog/2", 1), time);
  const auto changed = mini.score("changed", {"--missing", "zero"});
  ASSERT_EQ(changed.exit_code, 0) << changed.err;
  EXPECT_NE(mini.document("changed").at("metrics").at("clip_i").at("mean"),
            mini.document("before").at("metrics").at("clip_i").at("mean"));
}

TEST(ADamagedStoreEntry, IsFoundDroppedAndComputedAgain) {
  const MiniBenchmark mini;
  ASSERT_EQ(mini.score("before").exit_code, 0);
  int damaged = 0;
  for (const auto& entry : fs::recursive_directory_iterator(mini.root() / "cache" / "objects")) {
    if (!entry.is_regular_file() || entry.file_size() < 1000 || ++damaged % 3 != 0) continue;
    std::fstream stream(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(500);
    stream << "damage";
  }
  const auto run = mini.score("after");
  ASSERT_EQ(run.exit_code, 0);
  EXPECT_NE(run.err.find("damaged entry"), std::string::npos);
  EXPECT_EQ(first_difference(mini.numbers("before"), mini.numbers("after")), "");
}

TEST(AKilledRun, GoesOnWhereItWasAndEndsWithTheSameDocument) {
  const MiniBenchmark mini;
  ASSERT_EQ(mini.score("undisturbed", {"--cache", mini.root() / "other-cache"}).exit_code, 0);
  SplitMix64 random(9);
  for (int kill = 0; kill < 10; ++kill) {
    run_and_kill(asbench_program(), mini.score_arguments("killed"),
                 50 + static_cast<int>(random.below(900)));
  }
  ASSERT_EQ(mini.score("killed").exit_code, 0);
  EXPECT_EQ(first_difference(mini.numbers("killed"), mini.numbers("undisturbed")), "");
}

std::int64_t images_encoded(const Json& document) {
  return document.at("provenance").at("stages").at("images_encoded").get<std::int64_t>();
}

/// What the message of an interrupted run says that it has encoded.
std::int64_t encoded_according_to(const std::string& message) {
  const std::string before = "interrupted. ";
  const auto at = message.find(before);
  return at == std::string::npos ? 0 : std::stoll(message.substr(at + before.size()));
}

/// Starts a run again and again, interrupting each a little later, until three were met while they
/// encoded.
struct InterruptedRuns {
  std::int64_t encoded = 0;  ///< pictures, as the messages count them
  int while_encoding = 0;
  bool cut_short = false;  ///< one did not end by itself in time and so counted nothing
};

InterruptedRuns interrupt_while_encoding(const MiniBenchmark& mini,
                                         const std::vector<std::string>& arguments) {
  InterruptedRuns runs;
  for (int moment = 200; moment < 10000 && runs.while_encoding < 3; moment += 100) {
    const auto run = run_and_interrupt(asbench_program(),
                                       mini.score_arguments("interrupted", arguments), moment);
    if (run.exit_code == 0) {
      runs.encoded += images_encoded(mini.document("interrupted"));
      break;
    }
    if (run.exit_code == 128 + 2) continue;  // before it listened
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_NE(run.err.find("he same command"), std::string::npos) << run.err;
    EXPECT_FALSE(fs::exists(mini.root() / "interrupted.json"));
    const auto now = encoded_according_to(run.err);
    runs.cut_short |= run.err.find("interrupted; ") != std::string::npos;
    runs.encoded += now;
    runs.while_encoding += now > 0 ? 1 : 0;
  }
  return runs;
}

TEST(AnInterruptedRun, LosesNothingThatWasEncodedAndSaysHowToGoOn) {
  const MiniBenchmark mini({.frames = 120});
  // Every frame, a picture a batch, on one thread: seconds of encoding, so signals come in the
  // middle of it and nearly always of a clip.
  const std::vector<std::string> slowly = {"--frames",  "all", "--batch",    "1",
                                           "--threads", "1",   "--no-frames"};
  std::vector<std::string> elsewhere = slowly;
  elsewhere.insert(elsewhere.begin(), {"--cache", mini.root() / "other-cache"});
  ASSERT_EQ(mini.score("undisturbed", elsewhere).exit_code, 0);
  auto runs = interrupt_while_encoding(mini, slowly);
  EXPECT_GT(runs.while_encoding, 0) << "no signal met a run while it encoded";
  ASSERT_EQ(mini.score("interrupted", slowly).exit_code, 0);
  runs.encoded += images_encoded(mini.document("interrupted"));
  if (!runs.cut_short) {  // as on a machine that has much else to do
    EXPECT_EQ(runs.encoded, images_encoded(mini.document("undisturbed")))
        << "nothing was encoded twice";
  }
  EXPECT_EQ(first_difference(mini.numbers("interrupted"), mini.numbers("undisturbed")), "");
}

TEST(EqualReferences, AreEncodedOnce) {
  const MiniBenchmark mini;
  ASSERT_EQ(sha256_file(mini.split() / "cat_ref.png"), sha256_file(mini.split() / "dog_ref.png"));
  ASSERT_EQ(mini.score("once").exit_code, 0);
  // Five frames of twelve clips under each of two encoders; the one reference under both, and
  // mirrored under CLIP.
  EXPECT_EQ(images_encoded(mini.document("once")), 12 * 5 * 2 + 3);
}

}  // namespace
}  // namespace asbench::testing
