// split make of a data set's annotations, split merge and split stats, as users call them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/files.h"
#include "core/json.h"
#include "tests/loaders/annotations/annotation_samples.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench {
namespace {

namespace fs = std::filesystem;
using testing::annotated_video;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

class DrawCommand : public ::testing::Test {
 protected:
  DrawCommand() {
    fs::create_directories(folder_ / "tree");
    for (int i = 0; i < 10; ++i) {
      const std::string id = "video" + std::to_string(i);
      Json video = annotated_video(id, 3);
      if (i == 9) testing::shot_of(video, 1)["start time"] = "soon";  // a story with a defect
      write_file_atomically(folder_ / "tree" / (id + ".json"), video.dump());
    }
  }

  /// Runs `asbench split` in the folder.
  testing::ProgramResult split(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "split");
    for (std::string& argument : arguments) {
      if (argument.starts_with("@")) argument = (folder_ / argument.substr(1)).string();
    }
    return testing::run_program(testing::asbench_program(), arguments);
  }

  testing::ProgramResult draw(std::vector<std::string> more) const {
    more.insert(more.begin(), {"make", "--from", "@tree"});
    return split(more);
  }

  std::set<std::string> ids_in(const std::string& manifest, const char* list) const {
    std::set<std::string> ids;
    const Json document = read_json_file(folder_ / manifest);
    for (const Json& item : document[list]) ids.insert(item["id"].get<std::string>());
    return ids;
  }

  TemporaryFolder folder_;
};

TEST_F(DrawCommand, WritesAManifestAndItsCard) {
  const auto run = draw({"--draw-stories", "5", "--seed", "3", "--out", "@drawn.json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("5 stories of 5 IPs, 15 shots"));
  EXPECT_THAT(run.out, HasSubstr("left out    1 story: a defect of the annotation"));
  EXPECT_EQ(ids_in("drawn.json", "stories").size(), 5U);
  EXPECT_EQ(ids_in("drawn.json", "ips").size(), 5U);
  const Json manifest = read_json_file(folder_ / "drawn.json");
  EXPECT_EQ(manifest["name"], "drawn");
  EXPECT_EQ(manifest["stories"][0]["characters"].size(), 2U);
  const std::string card = read_text_file(folder_ / "drawn.md");
  EXPECT_THAT(card, HasSubstr(manifest["sha256"].get<std::string>()));
  EXPECT_THAT(card, HasSubstr("--draw-stories 5 --seed 3 --out drawn.json"));
  EXPECT_THAT(card, HasSubstr("CC BY-NC 4.0"));
  EXPECT_THAT(card, HasSubstr("10 files, 10 videos, 30 stories"));

  EXPECT_THAT(draw({"--draw-stories", "5", "--seed", "3", "--out", "@drawn.json"}).out,
              HasSubstr("unchanged"));
  const auto other = draw({"--draw-stories", "5", "--seed", "4", "--out", "@drawn.json"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("--force"));
  EXPECT_EQ(
      draw({"--draw-stories", "5", "--seed", "4", "--out", "@drawn.json", "--force"}).exit_code, 0);
}

TEST_F(DrawCommand, DrawsNothingOfTheVideosThatAreListed) {
  write_file_atomically(folder_ / "train.txt", "# trained on\nvideo0\n video1 \r\n\nanother\n");
  const auto run =
      draw({"--draw-stories", "23", "--without-ids", "@train.txt", "--out", "@a.json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const auto ips = ids_in("a.json", "ips");
  EXPECT_EQ(ips.size(), 8U);
  EXPECT_FALSE(ips.contains("video0") || ips.contains("video1"));
  EXPECT_THAT(read_text_file(folder_ / "a.md"),
              HasSubstr("No video of train.txt is in it: 3 ids, 2 of them videos"));
  const auto too_many = draw({"--draw-stories", "24", "--without-ids", "@train.txt"});
  EXPECT_EQ(too_many.exit_code, 2);
  EXPECT_THAT(too_many.err, HasSubstr("there are 23"));
}

TEST_F(DrawCommand, ReadsTheListOfIdsWhateverProgramSavedIt) {
  const auto utf16 = [](std::string_view ascii) {
    std::string bytes = "\xFF\xFE";
    for (const char c : ascii) bytes += {c, '\0'};
    return bytes;
  };
  const std::vector<std::pair<const char*, std::string>> lists = {
      {"a byte order mark", "\xEF\xBB\xBFvideo0\nvideo1\n"},
      {"UTF-16", utf16("video0\r\nvideo1\r\n")},
      {"line ends of old systems", "# list\rvideo0\rvideo1\r"}};
  for (const auto& [name, bytes] : lists) {
    write_file_atomically(folder_ / "train.txt", bytes);
    const auto run = draw(
        {"--draw-stories", "23", "--without-ids", "@train.txt", "--out", "@a.json", "--force"});
    EXPECT_EQ(run.exit_code, 0) << name << ": " << run.err;
    EXPECT_THAT(read_text_file(folder_ / "a.md"), HasSubstr("2 ids, 2 of them videos")) << name;
    const auto ips = ids_in("a.json", "ips");
    EXPECT_FALSE(ips.contains("video0") || ips.contains("video1")) << name;
  }
}

TEST_F(DrawCommand, FindsListedIdsInEitherUnicodeForm) {
  const std::string composed = "caf\u00e9";
  const std::string decomposed = "cafe\u0301";
  for (const auto& [of_tree, of_list] : {std::pair(composed, decomposed), {decomposed, composed}}) {
    write_file_atomically(folder_ / "tree/cafe.json", annotated_video(of_tree, 3).dump());
    write_file_atomically(folder_ / "train.txt", of_list + "\n");
    EXPECT_EQ(draw({"--draw-stories", "30", "--without-ids", "@train.txt"}).exit_code, 2)
        << "without the video's three stories there are 29";
    const auto run = draw(
        {"--draw-stories", "29", "--without-ids", "@train.txt", "--out", "@a.json", "--force"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_FALSE(ids_in("a.json", "ips").contains(of_tree));
    EXPECT_THAT(read_text_file(folder_ / "a.md"), HasSubstr("1 ids, 1 of them videos"));
  }
}

TEST_F(DrawCommand, RefusesAListThatHasNoVideoOfTheAnnotations) {
  write_file_atomically(folder_ / "train.txt", "https://video.example/video0\nVIDEO1\n");
  const auto run = draw({"--draw-stories", "2", "--without-ids", "@train.txt", "--out", "@a.json"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("none of its 2 ids is a video of these annotations"));
  EXPECT_THAT(run.err, HasSubstr("an id of the annotations is \"video0\""));
  EXPECT_FALSE(fs::exists(folder_ / "a.json"));
}

TEST_F(DrawCommand, DrawsNoStoryThatTrimmingDamages) {
  // Of "short" each story has a shot of two seconds, of "tiny" the only shot is one second long.
  Json with_short = annotated_video("short", 3);
  for (int segment = 0; segment < 3; ++segment) {
    testing::shot_of(with_short, 1, segment)["end time"] = "00:02";
    testing::shot_of(with_short, 2, segment)["start time"] = "00:02";
  }
  write_file_atomically(folder_ / "tree/short.json", with_short.dump());
  Json tiny = annotated_video("tiny", 1);
  Json shot = testing::shot_of(tiny, 1);
  shot["end time"] = "00:01";
  testing::script_of(tiny)["shots"] = Json::array({shot});
  write_file_atomically(folder_ / "tree/tiny.json", tiny.dump());

  const auto run = draw({"--draw-stories", "29", "--boundaries", "trim:1", "--out", "@a.json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("29 stories of 10 IPs, 87 shots"));
  EXPECT_THAT(run.out, HasSubstr("4 stories: a shot that is trimmed away"));
  const Json manifest = read_json_file(folder_ / "a.json");
  for (const Json& story : manifest["stories"]) EXPECT_EQ(story["shots"].size(), 3U);
  EXPECT_THAT(read_text_file(folder_ / "a.md"),
              HasSubstr("29 stories of 10 IPs (videos), 87 shots"));
  EXPECT_EQ(draw({"--draw-stories", "30", "--boundaries", "trim:1"}).exit_code, 2);
  const auto less = draw({"--draw-stories", "33", "--boundaries", "trim:0.4"});
  EXPECT_EQ(less.exit_code, 0) << "nothing is lost of two seconds, nor of one: " << less.err;
}

TEST_F(DrawCommand, WritesNothingWhenAShotIsLostOnTheWay) {
  // An excerpt without a frame: the index doesn't know.
  Json video = annotated_video("video9", 1);
  testing::shot_of(video, 2)["extra 4-second timestamp"] = "00:30-00:30.01";
  write_file_atomically(folder_ / "tree/video9.json", video.dump());
  const auto run = draw({"--draw-stories", "28", "--range", "extra", "--out", "@a.json"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("story video9/0 shot 2: empty_range"));
  EXPECT_FALSE(fs::exists(folder_ / "a.json"));
  EXPECT_FALSE(fs::exists(folder_ / "a.md"));
}

TEST_F(DrawCommand, SaysWhatIsWrongWithItsOptions) {
  const auto expect_refused = [](const testing::ProgramResult& run, const char* words) {
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr(words));
  };
  expect_refused(draw({}), "--draw-stories 200");
  expect_refused(draw({"--draw-stories", "2", "--shots", "4..2"}), "--shots 4..2");
  expect_refused(draw({"--draw-stories", "2", "--shots", "many"}), "expected a number, or a range");
  expect_refused(draw({"--draw-stories", "2", "--references", "@tree"}), "--references");
  write_file_atomically(folder_ / "p.csv", "ip,story,shot,caption\na,1,1,One.\n");
  expect_refused(split({"make", "--from", "@p.csv", "--draw-stories", "2"}), "and this is none");
  write_file_atomically(folder_ / "empty.txt", "\n");
  expect_refused(draw({"--draw-stories", "2", "--without-ids", "@empty.txt"}), "no id is in it");
}

TEST_F(DrawCommand, ItsSplitsCanBeMergedAndDescribed) {
  ASSERT_EQ(draw({"--draw-stories", "3", "--seed", "1", "--out", "@a.json"}).exit_code, 0);
  ASSERT_EQ(draw({"--draw-stories", "10", "--seed", "1", "--out", "@b.json"}).exit_code, 0);
  const auto merged = split({"merge", "@a.json", "@b.json", "--out", "@both.json"});
  EXPECT_EQ(merged.exit_code, 0) << merged.err;
  EXPECT_EQ(ids_in("both.json", "stories").size(), 10U);
  EXPECT_EQ(ids_in("both.json", "stories"), ids_in("b.json", "stories"))
      << "the larger draw begins with the smaller";
  const auto stats = split({"stats", "--split", "@both.json", "--json"});
  EXPECT_EQ(stats.exit_code, 0) << stats.err;
  const Json document = Json::parse(stats.out);
  EXPECT_EQ(document["schema"], "asbench/split-statistics@1");
  EXPECT_EQ(document["counts"]["stories"]["number"], 10);
  EXPECT_EQ(document["series"]["story_shots"]["mean"], 3.0);
  EXPECT_THAT(split({"stats", "--split", "@tree"}).out, HasSubstr("length of a story (s)"));
}

}  // namespace
}  // namespace asbench
