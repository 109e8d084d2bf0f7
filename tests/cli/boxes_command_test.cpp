// asbench boxes template from outside: the rows, and what is not overwritten.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "core/files.h"
#include "loaders/csv.h"
#include "loaders/masks/box_source.h"
#include "loaders/split.h"
#include "tests/cli/mini_benchmark.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

class BoxesCommand : public WithMiniBenchmark {
 protected:
  static ProgramResult make(const fs::path& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> all = {"boxes",     "template",
                                    "--split",   mini().split().string(),
                                    "--outputs", mini().outputs().string(),
                                    "--out",     out.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(asbench_program(), all);
  }
};

TEST_F(BoxesCommand, ListsTheFramesThatTheProtocolSamples) {
  const fs::path out = mini().root() / "boxes.csv";
  const auto run = make(out);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("60 rows for 12 shots (midpoint:5)"), std::string::npos) << run.out;
  const auto table = loaders::read_csv(out);
  EXPECT_EQ(table.columns, (std::vector<std::string>{"story", "shot", "frame", "character", "x",
                                                     "y", "w", "h", "video", "video_frame"}));
  ASSERT_EQ(table.rows.size(), 60U);
  // midpoint:5 of 12 frames
  std::vector<std::string> frames;
  for (std::size_t row = 0; row < 5; ++row) {
    frames.push_back(table.rows[row][2]);
    EXPECT_EQ(table.rows[row][9], table.rows[row][2]);
    EXPECT_TRUE(fs::exists(table.rows[row][8])) << table.rows[row][8];
  }
  EXPECT_EQ(frames, (std::vector<std::string>{"0", "2", "5", "7", "10"}));
  // As it is, it says that nobody was found, for every shot of the split.
  const auto split = loaders::read_split(mini().split());
  const loaders::BoxSource boxes(out, loaders::roster_of(split));
  EXPECT_TRUE(boxes.findings().empty());
  for (const auto& story : split.stories) {
    for (const auto& shot : story.shots) {
      EXPECT_EQ(boxes.find({story.id, shot.number, 5, story.ip}, 64, 48).state,
                loaders::SubjectState::undetected);
    }
  }
}

TEST_F(BoxesCommand, TakesAnotherRuleAndAPartOfTheSplit) {
  const fs::path out = mini().root() / "part.csv";
  const auto run = make(out, {"--frames", "ends:3", "--limit", "1"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("12 rows for 4 shots (ends:3)"), std::string::npos) << run.out;
  const auto table = loaders::read_csv(out);
  ASSERT_EQ(table.rows.size(), 12U);
  EXPECT_EQ(table.rows[1][2], "5");
  EXPECT_EQ(table.rows[2][2], "11");
}

TEST_F(BoxesCommand, OverwritesNothingThatWasFilledIn) {
  const fs::path out = mini().root() / "filled.csv";
  ASSERT_EQ(make(out).exit_code, 0);
  const auto again = make(out);
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_NE(again.out.find("unchanged"), std::string::npos) << again.out;
  std::ofstream(out) << "filled in";
  const auto refused = make(out);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("the file is there and has other content"), std::string::npos)
      << refused.err;
  EXPECT_EQ(read_text_file(out), "filled in");
  EXPECT_EQ(make(out, {"--force"}).exit_code, 0);
  EXPECT_NE(read_text_file(out), "filled in");
}

TEST_F(BoxesCommand, NamesShotsThatItLeavesOut) {
  MiniBenchmark own;
  std::string story;
  for (const auto& known : loaders::read_split(own.split()).stories) story = known.id;
  fs::remove(own.video(story, 2));
  const auto run = run_program(asbench_program(),
                               {"boxes", "template", "--split", own.split().string(), "--outputs",
                                own.outputs().string(), "--out", (own.root() / "b.csv").string()});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_NE(run.out.find("55 rows for 11 shots"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("left out: story " + story + " shot 2"), std::string::npos) << run.out;
}

TEST_F(BoxesCommand, KnowsItsOptions) {
  const auto unknown = make(mini().root() / "x.csv", {"--frames", "midpont:5"});
  EXPECT_EQ(unknown.exit_code, 2);
  const auto bare = run_program(asbench_program(), {"boxes"});
  EXPECT_EQ(bare.exit_code, 2);
  EXPECT_NE(bare.err.find("Commands: template"), std::string::npos) << bare.err;
}

}  // namespace
}  // namespace asbench::testing
