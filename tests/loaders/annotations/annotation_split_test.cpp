#include "loaders/annotations/annotation_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "core/error.h"
#include "loaders/annotations/annotation_form.h"
#include "loaders/findings.h"
#include "loaders/merge_splits.h"
#include "loaders/splits/common.h"
#include "loaders/statistics.h"
#include "tests/loaders/annotations/annotation_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using testing::annotated_video;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::segment_of;
using testing::shot_of;
using testing::TemporaryFolder;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

/// "alpha" with a sound and a prologue, "beta" with a segment and a shot that can't be used, and a
/// broken file "gamma".
class AnnotationSplit : public ::testing::Test {
 protected:
  AnnotationSplit() {
    Json alpha = annotated_video("alpha", 2);
    shot_of(alpha, 1)["audio annotation"] = {
        {"type", "ambience"}, {"sound description", "rain"}, {"visual context", "a roof"}};
    shot_of(alpha, 3, 1)["is_prologue_or_epilogue"] = "epilogue";
    write(folder_ / "tree/a.json", alpha.dump());
    Json beta = annotated_video("beta", 3);
    segment_of(beta, 1)["end frame index"] = 0;
    shot_of(beta, 2, 2)["start time"] = "soon";
    write(folder_ / "tree/b.json", beta.dump());
    write(folder_ / "tree/gamma.json", "{");
  }

  TemporaryFolder folder_;
};

std::vector<std::string> story_ids(const Split& split) {
  std::vector<std::string> ids;
  for (const Story& story : split.stories) ids.push_back(story.id);
  return ids;
}

TEST_F(AnnotationSplit, IsRecognisedAndHasEverythingThatTheFilesSay) {
  EXPECT_TRUE(looks_like_annotations(folder_ / "tree"));
  EXPECT_TRUE(looks_like_annotations(folder_.path())) << "the files lie one folder below";
  const Split split = read_split(folder_ / "tree");
  EXPECT_EQ(split.form, "annotations");
  EXPECT_EQ(split.name, "tree");
  EXPECT_THAT(story_ids(split), ElementsAre("alpha/0", "alpha/1", "beta/0", "beta/2"));
  const Story& story = split.stories[0];
  EXPECT_EQ(story.ip, "alpha");
  EXPECT_EQ(story.prompt, "0");
  EXPECT_EQ(story.storyline, "A fox meets an owl.");
  ASSERT_EQ(story.characters.size(), 2U);
  EXPECT_EQ(story.characters[1].id, "Owl");
  EXPECT_EQ(story.characters[1].appearance, "grey");
  ASSERT_EQ(story.scenes.size(), 2U);
  EXPECT_EQ(story.scenes[0].environment, "dark");
  const Shot& shot = story.shots[0];
  EXPECT_EQ(shot.caption, "The fox does thing 1.");
  EXPECT_EQ(shot.descriptive_caption, "In a dark wood, the fox does thing 1.");
  EXPECT_THAT(shot.characters.value(), ElementsAre("Fox", "Owl"));
  EXPECT_EQ(shot.scene, "Wood");
  EXPECT_EQ(shot.audio_prompt, "rain");
  EXPECT_EQ(shot.audio_type, "ambience");
  EXPECT_EQ(shot.audio_context, "a roof");
  EXPECT_EQ(shot.source, (FrameRange{0, 500}));
  EXPECT_TRUE(split.stories[1].shots[2].is_prologue_or_epilogue);
  EXPECT_EQ(split.stories[3].shots[1].number, 3) << "shots that are left out keep their numbers";
}

TEST_F(AnnotationSplit, KeepsWhatIsLostAndSaysWhy) {
  const Split split = read_split(folder_ / "tree");
  ASSERT_EQ(split.lost.size(), 1U);
  EXPECT_EQ(split.lost[0].id, "beta/1");
  EXPECT_EQ(split.lost[0].shots, 3);
  EXPECT_THAT(split.uncounted_ips, ElementsAre("gamma"));
  const auto counts = count_by_kind(split.findings);
  EXPECT_EQ(counts.at("bad_segment_range"), 1);
  EXPECT_EQ(counts.at("bad_time"), 1);
  EXPECT_EQ(counts.at("bad_json"), 1);
  EXPECT_EQ(counts.at("prologue_epilogue"), 1);
  EXPECT_EQ(counts.at("missing_reference"), 8) << "two characters in each of four stories";
  EXPECT_EQ(counts.size(), 6U) << "and the gap where the shot was: time_gap";
}

TEST_F(AnnotationSplit, ReadsOnlyWhatIsSelected) {
  const Selection selection{.stories = {"beta/2"}};
  const Split split = read_split(folder_ / "tree", {}, selection);
  EXPECT_THAT(story_ids(split), ElementsAre("beta/2"));
  const auto counts = count_by_kind(split.findings);
  EXPECT_FALSE(counts.contains("bad_segment_range"));
  EXPECT_EQ(counts.at("bad_time"), 1);
  EXPECT_EQ(select(split, selection).sha256,
            select(read_split(folder_ / "tree"), selection).sha256);
  EXPECT_THROW(static_cast<void>(read_split(folder_ / "tree", {}, Selection{.ips = {"nobody"}})),
               UsageError);
}

TEST_F(AnnotationSplit, OfTheSameSelectionIsThatOfTheWhole) {
  const Split whole = read_split(folder_ / "tree");
  for (const Selection& selection : {Selection{.ips = {"alpha"}}, Selection{.ips = {"beta"}},
                                     Selection{.limit = 3}, Selection{.subset = 2, .seed = 5}}) {
    const Split part = select(read_split(folder_ / "tree", {}, selection), selection);
    const Split expected = select(whole, selection);
    EXPECT_EQ(part.sha256, expected.sha256);
    EXPECT_EQ(part.stories, expected.stories);
    EXPECT_EQ(part.lost, expected.lost);
  }
}

TEST_F(AnnotationSplit, SurvivesTheManifest) {
  const Split split = read_split(folder_ / "tree");
  Split again = parse_manifest(split_to_manifest(split, folder_.path()).dump(), "again", {});
  finish_split(again);
  EXPECT_EQ(again.sha256, split.sha256);
  EXPECT_EQ(again.stories, split.stories);
}

TEST_F(AnnotationSplit, HasTheStatisticsOfItsIndex) {
  const SplitStatistics of_index =
      statistics_of(index_annotations(AnnotationSource(folder_ / "tree")));
  const SplitStatistics of_split = statistics_of(read_split(folder_ / "tree"));
  ASSERT_EQ(of_index.series.size(), of_split.series.size());
  for (std::size_t i = 0; i < of_index.series.size(); ++i) {
    const auto& series = of_index.series[i];
    if (series.unit == "s") continue;  // a split knows no frame rate
    EXPECT_EQ(series.values, of_split.series[i].values) << series.key;
  }
  EXPECT_EQ(of_index.counts[0].number, 3U);
  EXPECT_EQ(of_index.counts[1].number, 4U);
  EXPECT_EQ(of_index.counts[2].number, 11U);
}

TEST_F(AnnotationSplit, TakesTheShotOrItsExcerpt) {
  Json video = annotated_video("delta", 1);
  shot_of(video, 1)["extra 4-second timestamp"] = "00:04-00:08";
  shot_of(video, 2)["end time"] = "00:21";
  shot_of(video, 3)["start time"] = "00:21";
  write(folder_ / "delta.json", video.dump());
  const auto sources = [&](ShotPart part) {
    std::vector<FrameRange> frames;
    SourceRules rules;
    rules.part = part;
    const Split split = read_annotation_split(folder_ / "delta.json", {}, rules);
    for (const Shot& shot : split.stories.at(0).shots) frames.push_back(shot.source.value());
    return frames;
  };
  // 25 fps: shots of 0 to 20, 20 to 21 and 21 to 60 seconds.
  EXPECT_THAT(sources(ShotPart::whole),
              ElementsAre(FrameRange{0, 500}, FrameRange{500, 525}, FrameRange{525, 1500}));
  EXPECT_THAT(sources(ShotPart::excerpt),
              ElementsAre(FrameRange{100, 200}, FrameRange{500, 525}, FrameRange{525, 1500}));
}

TEST_F(AnnotationSplit, TrimsShotsAndLeavesOutWhatHasNoFrame) {
  Json video = annotated_video("delta", 1);
  shot_of(video, 2)["end time"] = "00:21";
  shot_of(video, 3)["start time"] = "00:21";
  write(folder_ / "delta.json", video.dump());
  SourceRules rules;
  rules.boundaries = parse_boundary_rule("trim:0.5");
  const Split split = read_split(folder_ / "delta.json", std::nullopt, {}, rules);
  // 25 fps: shots of 0 to 20, 20 to 21 and 21 to 60 seconds; half a second is 13 frames.
  ASSERT_EQ(split.stories.at(0).shots.size(), 2U);
  EXPECT_EQ(split.stories[0].shots[0].source, (FrameRange{13, 487}));
  EXPECT_EQ(split.stories[0].shots[1].number, 3);
  EXPECT_EQ(split.stories[0].shots[1].source, (FrameRange{538, 1487}));
  EXPECT_EQ(count_by_kind(split.findings).at("empty_range"), 1);
  ASSERT_TRUE(split.source.has_value());
  EXPECT_EQ(split.source->boundaries, "trim:0.5");
  EXPECT_EQ(split.source->shifts.moved, 2);
  EXPECT_NE(split.sha256, read_split(folder_ / "delta.json").sha256);
}

TEST_F(AnnotationSplit, RefusesRulesThatNeedWhatIsNotThere) {
  const auto refused = [&](const SourceRules& rules) -> std::string {
    try {
      static_cast<void>(read_split(folder_ / "tree", std::nullopt, {}, rules));
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  SourceRules snap;
  snap.boundaries = parse_boundary_rule("snap");
  EXPECT_THAT(refused(snap), HasSubstr("--videos DIR"));
  SourceRules all;
  all.references = ReferenceChoice::all;
  EXPECT_THAT(refused(all), HasSubstr("--reference-masks all"));
  SourceRules both;
  both.boundaries = parse_boundary_rule("trim:1");
  both.part = ShotPart::excerpt;
  EXPECT_THAT(refused(both), HasSubstr("--range extra and --boundaries trim:1"));
  SourceRules nowhere;
  nowhere.videos = (folder_ / "films").string();
  EXPECT_THAT(refused(nowhere), HasSubstr("no such folder"));
}

TEST(SplitStatistics, AreThoseByHand) {
  const TemporaryFolder folder;
  Json a = annotated_video("a", 1);
  Json b = annotated_video("b", 3);
  shot_of(b, 1)["visual annotation"]["narrative caption"] = "One two three.";
  write(folder / "a.json", a.dump());
  write(folder / "b.json", b.dump());
  const SplitStatistics statistics =
      statistics_of(index_annotations(AnnotationSource(folder.path())));
  const auto series = [&](std::string_view key) {
    for (const auto& one : statistics.series) {
      if (one.key == key) return one;
    }
    throw std::runtime_error("no such series");
  };
  EXPECT_EQ(series("video_stories").mean(), 2.0);
  EXPECT_EQ(series("video_seconds").mean(), 120.0);
  EXPECT_EQ(series("video_seconds").quantile(0.5), 60.0) << "of two values the lower";
  EXPECT_EQ(series("story_seconds").mean(), 60.0);
  EXPECT_EQ(series("story_shots").mean(), 3.0);
  EXPECT_EQ(series("shot_seconds").mean(), 20.0);
  EXPECT_EQ(series("shot_characters").mean(), 5.0 / 3.0);
  EXPECT_EQ(series("narrative_words").values.size(), 12U);
  EXPECT_DOUBLE_EQ(series("narrative_words").mean(), (11 * 5.0 + 3.0) / 12.0);
  EXPECT_EQ(series("narrative_words").quantile(0.0), 3.0);
  EXPECT_EQ(series("narrative_words").quantile(1.0), 5.0);
  EXPECT_EQ(series("storyline_words").mean(), 5.0);
}

TEST(AnnotationForm, TakesEveryLetterCaseOfTheEnding) {
  const TemporaryFolder folder;
  write(folder / "tree/A.JSON", annotated_video("alpha", 1).dump());
  write(folder / "tree/b.Json", annotated_video("beta", 1).dump());
  EXPECT_TRUE(looks_like_annotations(folder / "tree"));
  EXPECT_TRUE(looks_like_annotations(folder / "tree/A.JSON"));
  EXPECT_FALSE(looks_like_annotations(folder / "tree/none.txt"));
  EXPECT_EQ(read_split(folder / "tree").form, "annotations");
  EXPECT_THAT(story_ids(read_split(folder / "tree")), ElementsAre("alpha/0", "beta/0"));
  EXPECT_EQ(name_of_annotations(folder / "tree/A.JSON"), "A");
}

TEST(MergeSplits, TakesWhatIsAlikeOnce) {
  const TemporaryFolder folder;
  write(folder / "one.json", annotated_video("one", 2).dump());
  write(folder / "two.json", annotated_video("two", 1).dump());
  const Split one = read_split(folder / "one.json");
  const Split two = read_split(folder / "two.json");
  const std::vector<Split> all = {two, one, two};
  const Split merged = merge_splits(all, "all");
  EXPECT_THAT(story_ids(merged), ElementsAre("two/0", "one/0", "one/1"));
  EXPECT_EQ(merged.name, "all");
  Split changed = two;
  changed.stories[0].shots[0].caption = "Something else.";
  const std::vector<Split> conflict = {one, two, changed};
  try {
    static_cast<void>(merge_splits(conflict, "all"));
    FAIL() << "one story with two contents";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("two/0"));
  }
}

TEST(MergeSplits, RefusesAnIpWithTwoContents) {
  const TemporaryFolder folder;
  write(folder / "one.json", annotated_video("one", 1).dump());
  Split one = read_split(folder / "one.json");
  write(folder / "a/clip.mp4", "clip");
  write(folder / "b/clip.mp4", "clip");
  write(folder / "b/other.mp4", "clap");
  write(folder / "a/film.mp4", "film");
  write(folder / "b/film.mkv", "film");
  write(folder / "b/other.mkv", "fill");
  one.ips[0].clips = {{folder / "a/clip.mp4", 1.0, 2.0, "She runs."}};
  one.ips[0].video = folder / "a/film.mp4";
  const auto merges = [&](const std::function<void(Ip&)>& change) {
    Split other = one;
    change(other.ips[0]);
    const std::vector<Split> both = {one, other};
    try {
      return merge_splits(both, "both").stories.size() == 1;
    } catch (const BadInput& error) {
      EXPECT_THAT(error.what(), HasSubstr("different content for the IP one"));
      return false;
    }
  };
  EXPECT_TRUE(merges([](Ip&) {}));
  EXPECT_TRUE(merges([&](Ip& ip) {
    ip.clips[0].file = folder / "b/clip.mp4";
    ip.video = folder / "b/film.mkv";
  })) << "the same bytes";
  EXPECT_FALSE(merges([&](Ip& ip) { ip.clips[0].file = folder / "b/other.mp4"; }));
  EXPECT_FALSE(merges([](Ip& ip) { ip.clips[0].start_seconds = 1.5; }));
  EXPECT_FALSE(merges([](Ip& ip) { ip.clips[0].caption = "He runs."; }));
  EXPECT_FALSE(merges([&](Ip& ip) { ip.video = folder / "b/other.mkv"; }));
  EXPECT_FALSE(merges([](Ip& ip) { ip.video.reset(); }));
}

TEST(MergeSplits, TakesBothUnicodeFormsForOneId) {
  const TemporaryFolder folder;
  write(folder / "a.json", annotated_video("caf\u00e9", 1).dump());
  write(folder / "b.json", annotated_video("cafe\u0301", 2).dump());
  const std::vector<Split> both = {read_split(folder / "a.json"), read_split(folder / "b.json")};
  const Split merged = merge_splits(both, "both");
  ASSERT_EQ(merged.ips.size(), 1U);
  EXPECT_EQ(merged.stories.size(), 2U);
  for (const Story& story : merged.stories) EXPECT_EQ(story.ip, "caf\u00e9");
  std::vector<Split> conflict = both;
  conflict[1].stories[0].shots[0].caption = "Something else.";
  EXPECT_THROW(static_cast<void>(merge_splits(conflict, "both")), BadInput);
}

TEST(MergeSplits, CountsALostStoryOnce) {
  const TemporaryFolder folder;
  write(folder / "one.json", annotated_video("one", 2).dump());
  const Split whole = read_split(folder / "one.json");
  Split partly = whole;
  partly.stories.pop_back();
  partly.lost = {{"one/1", "one", 3}, {"one/2", "one", 3}};
  const std::vector<Split> all = {partly, partly, whole};
  const Split merged = merge_splits(all, "all");
  EXPECT_THAT(story_ids(merged), ElementsAre("one/0", "one/1"));
  ASSERT_EQ(merged.lost.size(), 1U);
  EXPECT_EQ(merged.lost[0].id, "one/2");
  EXPECT_EQ(with_lost_stories(merged).stories.size(), 3U);
}

}  // namespace
}  // namespace asbench::loaders
