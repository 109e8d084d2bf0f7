// Splits of which something is missing or not as it should be, through the program: inspect and
// score agree, nothing that a metric needs vanishes, and what is lost costs something.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "tests/cli/mini_benchmark.h"
#include "tests/loaders/picture_bytes.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class BrokenSplit : public WithMiniBenchmark {
 protected:
  void SetUp() override { fs::copy(mini().split(), split()); }
  [[nodiscard]] fs::path split() const { return folder_ / "split"; }
  [[nodiscard]] fs::path file(const std::string& name) const { return split() / name; }
  [[nodiscard]] std::string text(const std::string& name) const {
    return read_text_file(file(name));
  }
  void put(const std::string& name, const std::string& bytes) const {
    write_file_atomically(file(name), bytes);
  }
  /// A slip in a JSON file that anybody makes: a comma too many.
  void spoil(const std::string& name) const {
    std::string json = text(name);
    json.insert(json.rfind('}'), ",");
    put(name, json);
  }
  [[nodiscard]] ProgramResult inspect() const {
    return run_program(asbench_program(),
                       {"inspect", "--split", split(), "--outputs", mini().outputs()});
  }
  [[nodiscard]] ProgramResult score(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--split", split(), "--out", folder_ / "result.json", "--force"});
    return mini().score("unused", more);
  }
  [[nodiscard]] Json document() const { return read_json_file(folder_ / "result.json"); }
  [[nodiscard]] static std::set<std::string> kinds(const Json& document) {
    std::set<std::string> kinds;
    for (const auto& finding : document.at("coverage").at("findings"))
      kinds.insert(finding.at("kind").get<std::string>());
    return kinds;
  }

  TemporaryFolder folder_;
};

Image transparent() {
  return Image(40, 40, 4);
}

TEST_F(BrokenSplit, StopsScoreExactlyWhenItStopsInspectAndBothNameTheCause) {
  struct Case {
    std::function<void()> make;
    const char* kind;
    const char* named;
    bool stops;
  };
  const std::string png = text("cat_ref.png");
  const std::string json = text("cat.json");
  std::string utf16 = "\xFF\xFE";
  for (const char c : json) utf16 += std::string{c, '\0'};
  const std::vector<Case> cases = {
      {[&] { spoil("cat.json"); }, "bad_json", "cat.json", true},
      {[&] { put("cat.json", json.substr(0, json.size() / 2)); }, "bad_json", "cat.json", true},
      {[&] { put("cat.json", "<!DOCTYPE html><title>Sign in</title>"); }, "bad_json", "HTML page",
       true},
      {[&] { put("cat.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"); },
       "bad_json", "git lfs pull", true},
      {[&] { put("cat.json", R"({"1": {"caption": ["a", "b", "c", "d"]}})"); }, "bad_schema",
       "cat.json", true},
      {[&] { put("cat.json", R"({"1": {"captions": ["a"]}, "1": {"captions": ["b"]}})"); },
       "duplicate_key", "\"1\"", true},
      {[&] { put("cat.json", R"({"1": {"captions": []}, "3": {"captions": ["a", "b"]}})"); },
       "empty_story", "cat/1", true},
      {[&] {
         Json changed = parse_json(json, "cat.json");
         changed["1"]["captions"][2] = " ";
         put("cat.json", changed.dump());
       },
       "missing_caption", "cat/1", true},
      {[&] { fs::remove(file("cat_ref.png")); }, "missing_reference", "cat_ref.png", true},
      {[&] { fs::rename(file("cat_ref.png"), file("cat_picture.png")); }, "missing_reference",
       "There is cat_picture.png", true},
      {[&] { put("cat_ref.png", png.substr(0, png.size() / 2)); }, "missing_reference", "truncated",
       true},
      {[&] { put("cat_ref.png", "GIF89a"); }, "missing_reference", "a GIF", true},
      {[&] { put("cat_ref.png", with_animation_control(png, 3)); }, "missing_reference",
       "an animated PNG", true},
      {[&] { put("cat_ref.png", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"); },
       "missing_reference", "git lfs pull", true},
      {[&] { make_picture(file("cat_ref.png"), transparent()); }, "empty_reference", "transparent",
       true},
      {[&] { make_picture(file("cat_ref.png"), Image(1, 1, 3)); }, "empty_reference", "1x1 pixels",
       true},
      {[&] { put("cat.json", utf16); }, "text_encoding", "UTF-16 LE", false},
      {[&] { fs::rename(file("cat_ref.png"), file("Cat_Ref.PNG")); }, "other_file_used",
       "Cat_Ref.PNG", false},
      {[&] { put("cat_ref.png", with_exif(png, exif_block(6, true))); }, "reference_turned",
       "orientation 6", false},
      {[&] { put("dog_ref.png", png); }, "shared_reference", "IP cat", false}};
  for (const Case& entry : cases) {
    fs::remove_all(split());
    fs::copy(mini().split(), split());
    entry.make();
    const auto inspected = inspect();
    EXPECT_EQ(inspected.exit_code, entry.stops ? 2 : 0) << entry.kind << inspected.out;
    EXPECT_THAT(inspected.out, HasSubstr(entry.kind));
    EXPECT_THAT(inspected.out, HasSubstr(entry.named));
    fs::remove(folder_ / "result.json");
    const auto scored = score();
    EXPECT_EQ(scored.exit_code, inspected.exit_code) << entry.kind << scored.err;
    EXPECT_EQ(fs::exists(folder_ / "result.json"), !entry.stops);
    if (entry.stops) {
      EXPECT_THAT(scored.err, HasSubstr(entry.kind));
      EXPECT_THAT(scored.err, HasSubstr(entry.named));
    } else {
      EXPECT_TRUE(kinds(document()).contains(entry.kind)) << entry.kind;
    }
  }
}

TEST_F(BrokenSplit, ListsAllCausesBeforeAnythingIsEncoded) {
  spoil("dog.json");
  fs::remove(file("cat_ref.png"));
  const fs::path outputs = folder_ / "outputs";
  fs::copy(mini().outputs(), outputs, fs::copy_options::recursive);
  fs::remove(outputs / "cat/1/shot_02.mp4");
  write_file_atomically(outputs / "cat/3/shot_04.mp4", "<!DOCTYPE html>");
  const auto run = score({"--outputs", outputs, "--cache", folder_ / "cache"});
  EXPECT_EQ(run.exit_code, 2);
  for (const char* part :
       {"2 parts of the split are missing or unusable", "2 of 12 shots",
        "bad_json: IP dog: ", "missing_reference: IP cat: ", "cat/1 shot 2: missing_shot: ",
        "cat/3 shot 4: broken_video: ", "an HTML page", "--missing zero", "--missing exclude"})
    EXPECT_THAT(run.err, HasSubstr(part));
}

TEST_F(BrokenSplit, ALostStoryCountsAsAFailureUnderZeroAndIsSaidUnderExclude) {
  ASSERT_EQ(score().exit_code, 0);
  const Json sound = document();
  spoil("cat.json");
  ASSERT_EQ(score({"--missing", "zero"}).exit_code, 0);
  const Json zero = document();
  EXPECT_FALSE(zero.at("canonical").get<bool>());
  EXPECT_THAT(zero.at("overrides").dump(), HasSubstr("incomplete inputs: bad_json 1"));
  EXPECT_THAT(zero.at("overrides").dump(), HasSubstr("8 of 12 shots missing"));
  EXPECT_EQ(zero.at("split").at("stories"), 3);
  EXPECT_EQ(zero.at("coverage").at("expected_shots"), 12);
  EXPECT_EQ(zero.at("coverage").at("scored_shots"), 4);
  EXPECT_EQ(zero.at("stories").size(), 3U);
  EXPECT_FALSE(kinds(zero).contains("unexpected_file"));
  EXPECT_FALSE(kinds(zero).contains("missing_caption"));
  for (const auto& [id, metric] : zero.at("metrics").items()) {
    EXPECT_EQ(metric.at("n_evaluated").get<int>() + metric.at("n_failed").get<int>() +
                  metric.at("n_skipped").get<int>(),
              sound.at("metrics").at(id).at("n_evaluated").get<int>() +
                  sound.at("metrics").at(id).at("n_failed").get<int>() +
                  sound.at("metrics").at(id).at("n_skipped").get<int>())
        << id << ": as many as of the whole split";
    if (metric.at("direction") == "none") continue;
    EXPECT_GT(metric.at("n_failed"), 0) << id;
    EXPECT_FALSE(metric.contains("of_stories")) << id << ": the mean is over all three stories";
  }
  const double dog = sound.at("metrics").at("clip_i").at("ips").at("dog").get<double>();
  EXPECT_DOUBLE_EQ(zero.at("metrics").at("clip_i").at("mean").get<double>(), dog / 3);
  EXPECT_EQ(zero.at("metrics").at("clip_t_margin").at("ips").at("cat"), -2.0);

  const auto run = score({"--missing", "exclude"});
  ASSERT_EQ(run.exit_code, 0);
  const Json excluded = document();
  EXPECT_FALSE(excluded.at("canonical").get<bool>());
  EXPECT_EQ(excluded.at("split").at("stories"), 3);
  EXPECT_EQ(excluded.at("coverage").at("scored_shots"), 4);
  EXPECT_EQ(excluded.at("stories").size(), 1U);
  EXPECT_EQ(excluded.at("metrics").at("clip_i").at("mean"), dog);
  EXPECT_EQ(excluded.at("metrics").at("clip_i").at("of_stories"), 3);
  EXPECT_THAT(run.out, HasSubstr("1 of 3 stories only"));
}

TEST_F(BrokenSplit, StoriesThatNobodyCanCountEndARunUnderZero) {
  // Two other IPs with different numbers of stories.
  put("bear.json", R"({"1": {"captions": ["a", "b"]}, "2": {"captions": ["c", "d"]}})");
  put("bear_ref.png", text("dog_ref.png"));
  put("cat.json", text("cat.json").substr(0, 60));
  const auto zero = score({"--missing", "zero"});
  EXPECT_EQ(zero.exit_code, 2);
  EXPECT_THAT(zero.err, HasSubstr("nothing says how many stories cat has"));
  EXPECT_FALSE(fs::exists(folder_ / "result.json"));
}

TEST_F(BrokenSplit, NothingIsScoredWhenNoStoryIsLeft) {
  for (const char* name : {"cat.json", "dog.json"}) put(name, text(name).substr(0, 60));
  for (const char* policy : {"fail", "zero", "exclude"}) {
    const auto run = score({"--missing", policy});
    EXPECT_EQ(run.exit_code, 2) << policy;
    for (const char* part : {"no story can be read", "bad_json: IP cat: ", "bad_json: IP dog: "})
      EXPECT_THAT(run.err, HasSubstr(part)) << policy;
  }
  const auto inspected = inspect();
  EXPECT_EQ(inspected.exit_code, 2);
  EXPECT_THAT(inspected.out, HasSubstr("bad_json (2)"));
}

TEST_F(BrokenSplit, ALostReferenceCostsTheStampAndIsSaidBesideTheMean) {
  fs::remove(file("cat_ref.png"));
  for (const char* policy : {"zero", "exclude"}) {
    const auto run = score({"--missing", policy, "--metrics", "clip_i,clip_t"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(document().at("overrides").dump(),
                HasSubstr("incomplete inputs: missing_reference 1"));
    EXPECT_EQ(document().at("metrics").at("clip_i").at("n_stories"), 1);
    EXPECT_EQ(document().at("metrics").at("clip_i").at("of_stories"), 3);
    EXPECT_FALSE(document().at("metrics").at("clip_t").contains("of_stories"));
    EXPECT_THAT(run.out, HasSubstr("1 of 3 stories only"));
  }
  const auto text_alone = score({"--metrics", "clip_t"});
  EXPECT_EQ(text_alone.exit_code, 0) << "no metric of this run reads references";
  EXPECT_TRUE(kinds(document()).contains("missing_reference"));
}

TEST_F(BrokenSplit, AMissingCaptionStopsOnlyRunsThatReadCaptions) {
  Json changed = parse_json(text("cat.json"), "cat.json");
  changed["1"]["captions"][0] = nullptr;
  put("cat.json", changed.dump());
  EXPECT_EQ(score({"--metrics", "clip_t"}).exit_code, 2);
  const auto run = score({"--metrics", "clip_i,motion"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(kinds(document()).contains("missing_caption"));
  EXPECT_THAT(document().at("overrides").dump(), ::testing::Not(HasSubstr("missing_caption")));
  ASSERT_EQ(score({"--metrics", "clip_t", "--missing", "exclude"}).exit_code, 0);
  EXPECT_THAT(document().at("overrides").dump(), HasSubstr("missing_caption 1"));
}

TEST_F(BrokenSplit, TheSoundPartCanBeScoredByItself) {
  spoil("cat.json");
  const auto run = score({"--ips", "dog"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(kinds(document()).contains("bad_json"));
}

TEST_F(BrokenSplit, APartOfItIsNotSoundBecauseItPassesOverWhatIsLost) {
  spoil("cat.json");
  for (const std::vector<std::string>& part :
       {std::vector<std::string>{"--limit", "2"}, {"--subset", "3"}, {"--stories", "cat/1"}}) {
    const auto run = score(part);
    EXPECT_EQ(run.exit_code, 2) << part[0];
    EXPECT_THAT(run.err, HasSubstr("bad_json")) << part[0];
  }
  ASSERT_EQ(score({"--subset", "3", "--missing", "zero"}).exit_code, 0);
  EXPECT_THAT(document().at("overrides").dump(), HasSubstr("subset=3of3"));
  EXPECT_EQ(document().at("coverage").at("expected_shots"), 12);
}

TEST_F(BrokenSplit, GivesNoManifestThatLooksWhole) {
  spoil("cat.json");
  const auto run = run_program(
      asbench_program(), {"inspect", "--split", split(), "--write", folder_ / "manifest.json"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("--write"));
  EXPECT_THAT(run.err, HasSubstr("bad_json"));
  EXPECT_FALSE(fs::exists(folder_ / "manifest.json"));
}

TEST_F(BrokenSplit, APointerInThePlaceOfWeightsIsNamed) {
  const fs::path weights = folder_ / "weights";
  fs::copy(mini().root() / "weights", weights, fs::copy_options::recursive);
  for (const char* name : {"model.safetensors", "tokenizer.json", "vocab.json"}) {
    const fs::path there = weights / "openai/clip-vit-base-patch32" / name;
    if (!fs::exists(there)) continue;
    const std::string before = read_text_file(there);
    write_file_atomically(there, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
    const auto run = score({"--weights", weights});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.err, HasSubstr(name + std::string(": a Git LFS pointer")));
    write_file_atomically(there, before);
  }
}

}  // namespace
}  // namespace asbench::testing
