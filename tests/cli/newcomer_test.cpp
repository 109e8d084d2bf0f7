// The first number of somebody who has prompts, pictures and videos in her own forms: each case is
// the commands that she types, and no others.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "baselines/mini_world/mini_world.h"
#include "core/json.h"
#include "loaders/split.h"
#include "loaders/video/clip_reader.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kShots = 3;
constexpr int kFrames = 8;

/// A small drawn world as somebody might have it: its references in one folder, its shots as .webm.
class World {
 public:
  World() {
    ::setenv("ASBENCH_CACHE", (root() / "cache").c_str(), 1);
    baselines::MiniWorldOptions options;
    options.ips = 3;
    options.shots_per_story = kShots;
    options.clips_per_ip = 1;
    options.frames = kFrames;
    options.width = 96;
    options.height = 64;
    Progress progress("drawing", baselines::clips_in(options), Progress::Style::quiet);
    const auto folders = baselines::render_mini_world(options, root() / "world", progress);
    split = loaders::read_split(folders.split);
    for (const auto& ip : split.ips) {
      fs::create_directories(root() / "refs");
      fs::copy_file(ip.references.front(), root() / "refs" / (ip.id + ".png"));
    }
    for (const auto& story : split.stories) {
      std::vector<Image> all;
      for (int shot = 1; shot <= kShots; ++shot) {
        const auto frames = frames_of(folders.ground_truth / story.id, shot);
        make_video_of(default_video(story, shot), frames, 12.0);
        all.insert(all.end(), frames.begin(), frames.end());
      }
      make_video_of(root() / "long" / fmt::format("{}-{}.webm", story.ip, story.prompt), all, 12.0);
    }
  }

  [[nodiscard]] fs::path root() const { return folder_.path(); }
  [[nodiscard]] fs::path default_video(const loaders::Story& story, int shot) const {
    return root() / "default" / story.id / fmt::format("shot_{:02}.webm", shot);
  }

  /// Links the videos below a folder under other names.
  template <typename Name>
  void link(const std::string& folder, Name name) const {
    for (const auto& story : split.stories) {
      for (int shot = 1; shot <= kShots; ++shot) {
        const fs::path to = root() / folder / name(story, shot);
        fs::create_directories(to.parent_path());
        fs::create_hard_link(default_video(story, shot), to);
      }
    }
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root() / name, std::ios::binary) << text;
  }

  /// Types `asbench ...`; FOLDER/ stands for the folder of everything. @returns stdout
  std::string type(const std::string& command) const {
    std::vector<std::string> words;
    std::string word;
    for (const char c : command + " ") {
      if (c != ' ') {
        word += c;
        continue;
      }
      if (word.starts_with("FOLDER/")) word = (root() / word.substr(7)).string();
      if (!word.empty()) words.push_back(std::exchange(word, {}));
    }
    const ProgramResult run = run_program(asbench_program(), words);
    EXPECT_EQ(run.exit_code, 0) << command << "\n" << run.out << run.err;
    return run.out;
  }

  [[nodiscard]] Json document(const std::string& name) const {
    return read_json_file(root() / (name + ".json"));
  }

  loaders::Split split;

 private:
  static std::vector<Image> frames_of(const fs::path& folder, int shot) {
    for (const char* ending : {"mp4", "avi"}) {
      const auto file = folder / fmt::format("shot_{:02}.{}", shot, ending);
      if (!fs::exists(file)) continue;
      const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
      const auto clip = loaders::decode_clip({loaders::ShotSource::Kind::video_file, file}, all);
      std::vector<Image> frames;
      for (const auto& [index, frame] : clip.frames) frames.push_back(frame);
      return frames;
    }
    return {};
  }

  TemporaryFolder folder_;
};

const World& world() {
  static const World made;
  return made;
}

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

double mean_of(const Json& document, const std::string& metric) {
  return document.at("metrics").at(metric).at("mean").get<double>();
}

/// What the same videos give with the split of the world itself and files of the usual names.
const Json& usual() {
  static const Json document = [] {
    world().type(
        "score --protocol demo --split FOLDER/world/mini-world --outputs FOLDER/default --out "
        "FOLDER/usual.json");
    return world().document("usual");
  }();
  return document;
}

TEST(Newcomer, WithATableAndFlatVideosFromZeroGetsANumberInThreeCommands) {
  std::string table =
      "\xEF\xBB\xBF"
      "Character;Story;Shot;Prompt;Seed\r\n";
  for (const auto& story : world().split.stories) {
    for (const auto& shot : story.shots)
      table += fmt::format("{};{};{};{};7\r\n", story.ip, story.prompt, shot.number - 1,
                           quoted(shot.caption.value()));
  }
  world().write("prompts.csv", table);
  world().link("flat", [](const loaders::Story& story, int shot) {
    return fmt::format("{}_{}_{}.webm", story.ip, story.prompt, shot - 1);
  });

  const std::string made = world().type(
      "split make --from FOLDER/prompts.csv --references FOLDER/refs --out FOLDER/split.json");
  EXPECT_THAT(made, HasSubstr("understood  3 IPs, 6 stories, 18 shots, 3 references"));
  EXPECT_THAT(made, HasSubstr("not read    Seed"));
  const std::string scored = world().type(
      "score --protocol demo --split FOLDER/split.json --outputs FOLDER/flat --out "
      "FOLDER/flat.json");
  EXPECT_THAT(scored, HasSubstr("18 of 18 shots scored"));
  world().type("report FOLDER/flat.json --out FOLDER/page");
  EXPECT_TRUE(fs::exists(world().root() / "page/index.html"));

  const Json document = world().document("flat");
  EXPECT_EQ(document.at("coverage").at("layout"), "{ip}_{prompt}_{shot0}.webm");
  // A table of prompts names no clips of the IPs themselves, from which real_ceiling comes.
  Json expected = usual().at("metrics");
  for (auto& metric : expected) metric.erase("real_ceiling");
  Json metrics = document.at("metrics");
  for (auto& metric : metrics) metric.erase("real_ceiling");
  EXPECT_EQ(first_difference(metrics, expected), "");
  EXPECT_EQ(first_difference(document.at("stories"), usual().at("stories")), "");
  std::vector<std::string> kinds;
  for (const Json& finding : document.at("coverage").at("findings"))
    kinds.push_back(finding.at("kind").get<std::string>());
  EXPECT_THAT(kinds, ::testing::IsSupersetOf({"detected_layout", "numbered_from_zero"}));
}

TEST(Newcomer, WithJsonLinesAndNestedFoldersGetsANumber) {
  std::string lines;
  for (const auto& story : world().split.stories) {
    Json captions = Json::array();
    for (const auto& shot : story.shots) captions.push_back(shot.caption.value());
    lines += Json{{"ip", story.ip}, {"captions", captions}}.dump() + "\n";
  }
  world().write("prompts.jsonl", lines);
  // Nameless stories are numbered from 1, and so are the folders.
  world().link("nested", [](const loaders::Story& story, int shot) {
    return fmt::format("run7/{}/story_{:02}/clip_{:03}.webm", story.ip, std::stoi(story.prompt) + 1,
                       shot);
  });
  world().type(
      "split make --from FOLDER/prompts.jsonl --references FOLDER/refs --out FOLDER/lines.json");
  world().type("inspect --split FOLDER/lines.json --outputs FOLDER/nested");
  world().type(
      "score --protocol demo --split FOLDER/lines.json --outputs FOLDER/nested --out "
      "FOLDER/nested-result.json");
  const Json document = world().document("nested-result");
  EXPECT_EQ(document.at("coverage").at("layout"),
            "run7/{ip}/story_{prompt:02}/clip_{shot:03}.webm");
  EXPECT_EQ(mean_of(document, "clip_i"), mean_of(usual(), "clip_i"));
  EXPECT_EQ(mean_of(document, "clip_t"), mean_of(usual(), "clip_t"));
}

TEST(Newcomer, WithOneLongVideoAStoryGetsANumber) {
  std::string text;
  for (const auto& story : world().split.stories) {
    text += fmt::format("# {} / {}\n", story.ip, story.prompt);
    for (const auto& shot : story.shots) text += shot.caption.value() + "\n";
    text += "\n";
  }
  world().write("prompts.txt", text);
  world().type(
      "split make --from FOLDER/prompts.txt --references FOLDER/refs --out FOLDER/text.json");
  world().type(
      "score --protocol demo --split FOLDER/text.json --outputs FOLDER/long --cuts equal --out "
      "FOLDER/long-result.json");
  const Json document = world().document("long-result");
  EXPECT_EQ(document.at("coverage").at("layout"), "{ip}-{prompt}.webm in equal parts");
  EXPECT_EQ(document.at("coverage").at("scored_shots"), 18);
  for (const Json& story : document.at("stories")) {
    for (const Json& shot : story.at("shots")) EXPECT_EQ(shot.at("frame_count"), kFrames);
  }
  // The same frames but for the codec's choices.
  EXPECT_NEAR(mean_of(document, "clip_i"), mean_of(usual(), "clip_i"), 0.05);
  EXPECT_NEAR(mean_of(document, "clip_t"), mean_of(usual(), "clip_t"), 0.05);
}

TEST(Newcomer, IsToldWhatANumberingMayMean) {
  // As many stories as shots, all counted from 0, and no word says which number is which.
  world().write("square.csv", "ip,story,shot,caption\nx,1,1,a\nx,1,2,b\nx,2,1,c\nx,2,2,d\n");
  fs::create_directories(world().root() / "square-refs");
  fs::copy_file(world().root() / "refs" / (world().split.ips.front().id + ".png"),
                world().root() / "square-refs/x.png");
  world().type(
      "split make --from FOLDER/square.csv --references FOLDER/square-refs --out "
      "FOLDER/square.json");
  for (const char* name : {"x_1_1", "x_1_2", "x_2_1", "x_2_2"}) {
    fs::create_directories(world().root() / "square");
    fs::create_hard_link(world().default_video(world().split.stories.front(), 1),
                         world().root() / "square" / fmt::format("{}.webm", name));
  }
  const auto run = run_program(asbench_program(),
                               {"inspect", "--split", (world().root() / "square.json").string(),
                                "--outputs", (world().root() / "square").string()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("This one finds 4 of 4 shots: --layout "
                                 "'{ip}_{prompt}_{shot}.webm'"));
  EXPECT_THAT(run.err, HasSubstr("--layout '{ip}_{shot}_{prompt}.webm' finds as many"));
}

TEST(SplitMake, NeverReplacesAFileOfOtherContent) {
  world().write("two.csv", "ip,story,caption\nx,1,a\nx,1,b\n");
  const auto make = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"split",
                                      "make",
                                      "--from",
                                      (world().root() / "two.csv").string(),
                                      "--without-references",
                                      "--out",
                                      (world().root() / "two.json").string()};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(asbench_program(), words);
  };
  ASSERT_EQ(make({}).exit_code, 0);
  EXPECT_THAT(make({}).out, HasSubstr("unchanged"));
  world().write("two.csv", "ip,story,caption\nx,1,a\nx,1,c\n");
  const auto refused = make({});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("has other content"));
  EXPECT_THAT(refused.out, HasSubstr("understood"));
  EXPECT_THAT(refused.out, Not(HasSubstr("written")));
  EXPECT_EQ(world().document("two").at("stories")[0]["shots"][1]["caption"], "b");
  EXPECT_EQ(make({"--force"}).exit_code, 0);
  EXPECT_EQ(world().document("two").at("stories")[0]["shots"][1]["caption"], "c");
}

TEST(SplitExample, PrintsAManifestThatIsRead) {
  const auto run = run_program(asbench_program(), {"split", "example"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  world().write("example.json", run.out);
  const auto looked = run_program(
      asbench_program(), {"inspect", "--split", (world().root() / "example.json").string()});
  EXPECT_THAT(looked.out, HasSubstr("2 IPs, 2 stories, 6 shots, 6 captions"));
  EXPECT_THAT(looked.out, HasSubstr("missing_reference (5,")) << "its pictures are not there";
  EXPECT_THAT(looked.out, Not(HasSubstr("bad_schema")));
}

}  // namespace
}  // namespace asbench::testing
