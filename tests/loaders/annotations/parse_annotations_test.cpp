#include "loaders/annotations/parse_annotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "core/files.h"
#include "tests/loaders/annotations/annotation_samples.h"

namespace asbench::loaders {
namespace {

using testing::annotated_video;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kinds_of;
using testing::parsed;
using testing::script_of;
using testing::segment_of;
using testing::shot_of;

/// The only video of a file.
const AnnotatedVideo& video_of(const AnnotationFile& file) {
  EXPECT_EQ(file.videos.size(), 1U);
  return file.videos.at(0);
}

TEST(ParseAnnotations, ReadsAVideoWithoutAFinding) {
  const AnnotationFile file = parsed(annotated_video("abc", 2));
  EXPECT_THAT(kinds_of(file), IsEmpty());
  EXPECT_THAT(file.unknown_keys, IsEmpty());
  const AnnotatedVideo video = video_of(file);
  EXPECT_EQ(video.id, "abc");
  EXPECT_EQ(video.fps, 25.0);
  ASSERT_EQ(video.segments.size(), 2U);
  const AnnotatedSegment& segment = video.segments[1];
  EXPECT_EQ(segment.index, 1);
  EXPECT_EQ(segment.frames, (FrameRange{1500, 3000}));
  EXPECT_EQ(segment.storyline, "A fox meets an owl.");
  EXPECT_THAT(segment.characters,
              ElementsAre(AnnotatedCharacter{"Fox", "red"}, AnnotatedCharacter{"Owl", "grey"}));
  EXPECT_THAT(segment.scenes,
              ElementsAre(AnnotatedScene{"Wood", "dark"}, AnnotatedScene{"Den", "warm"}));
  ASSERT_EQ(segment.shots.size(), 3U);
  const AnnotatedShot& shot = segment.shots[1];
  EXPECT_EQ(shot.number, 2);
  EXPECT_EQ(shot.seconds, (SecondsRange{20.0, 40.0}));
  EXPECT_EQ(shot.frames, (FrameRange{2000, 2500}));
  EXPECT_THAT(shot.characters, ElementsAre("Fox"));
  EXPECT_EQ(shot.scene, "Den");
  EXPECT_EQ(shot.narrative_caption, "The fox does thing 2.");
  EXPECT_EQ(shot.descriptive_caption, "In a dark wood, the fox does thing 2.");
  EXPECT_FALSE(shot.prologue_or_epilogue);
  EXPECT_FALSE(shot.excerpt);
  EXPECT_FALSE(shot.audio);
  ASSERT_EQ(segment.references.size(), 2U);
  EXPECT_EQ(segment.references[1].character, "Owl");
  ASSERT_EQ(segment.references[1].masks.size(), 2U);
  const CharacterMask& mask = segment.references[1].masks[1];
  EXPECT_EQ(mask.frame_index, 1545);
  EXPECT_EQ(mask.mask, parse_compressed_runs(3, 4, "433NN"));
}

TEST(ParseAnnotations, TakesEverySpellingOfAKey) {
  const std::string released = annotated_video().dump();
  std::string other = released;
  const auto replace = [&](const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = other.find('"' + from + '"', at)) != std::string::npos;)
      other.replace(at + 1, from.size(), to);
  };
  for (const auto& [from, to] : {std::pair{"video ID", "video_id"},
                                 {"segments", "Segments"},
                                 {"start frame index", "start_frame_index"},
                                 {"end frame index", "End_Frame Index"},
                                 {"story script", "story_script"},
                                 {"main characters", "main_characters"},
                                 {"main scenes", "main settings"},
                                 {"scene", "setting"},
                                 {"visual annotation", "VISUAL_ANNOTATION"},
                                 {"narrative caption", "narrative_caption"},
                                 {"is_prologue_or_epilogue", "is prologue or epilogue"},
                                 {"rle mask", "rle_mask"},
                                 {"frame index", "frame_index"},
                                 {"reference images", "reference_images"}}) {
    replace(from, to);
  }
  const AnnotationFile a = parse_annotations(released, {"video.json", "stem"});
  const AnnotationFile b = parse_annotations(other, {"video.json", "stem"});
  EXPECT_THAT(kinds_of(b), IsEmpty());
  EXPECT_THAT(b.unknown_keys, IsEmpty());
  EXPECT_EQ(a.videos, b.videos);
}

TEST(ParseAnnotations, ReadsTheRawFormOfCaptions) {
  Json video = annotated_video();
  Json& shot = shot_of(video, 1);
  shot.erase("visual annotation");
  shot["plot"] = "A plot.";
  shot["caption"] = "A caption.";
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file), IsEmpty());
  EXPECT_EQ(video_of(file).segments[0].shots[0].narrative_caption, "A plot.");
  EXPECT_EQ(video_of(file).segments[0].shots[0].descriptive_caption, "A caption.");
}

TEST(ParseAnnotations, ReadsVideosUnderTheirIds) {
  Json nameless = annotated_video();
  nameless.erase("video ID");
  const AnnotationFile file =
      parsed({{"one", nameless}, {"two", annotated_video("two")}, {"version", 3}});
  EXPECT_THAT(kinds_of(file), IsEmpty());
  ASSERT_EQ(file.videos.size(), 2U);
  EXPECT_EQ(file.videos[0].id, "one");
  EXPECT_EQ(file.videos[1].id, "two");
  EXPECT_EQ(file.unknown_keys.at("version"), 1);

  const AnnotationFile other = parsed({{"one", annotated_video("two")}, {"bad", {{"x", 1}}}});
  EXPECT_THAT(kinds_of(other), ElementsAre("bad_schema@1", "conflicting_keys@0"));
  EXPECT_EQ(other.videos[0].id, "two") << "its own id, not the key's";
  EXPECT_EQ(other.videos[1].id, "bad");
  EXPECT_THAT(other.unreadable, ElementsAre(1));
}

TEST(ParseAnnotations, SaysWhatIsNoAnnotation) {
  for (const auto& [text, kind] : std::map<std::string, std::string>{
           {"", "bad_json@0"},
           {"{\"segments\": [", "bad_json@0"},
           {"[]", "bad_schema@0"},
           {"{}", "bad_schema@0"},
           {"{\"segments\": 3}", "bad_schema@0"},
           {"\xff\xfe\x00", "bad_json@0"},
           {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "bad_json@0"}}) {
    const AnnotationFile file = parse_annotations(text, {"a.json", "stem"});
    EXPECT_THAT(kinds_of(file), ElementsAre(kind)) << text;
    ASSERT_EQ(file.videos.size(), 1U) << text;
    EXPECT_EQ(file.videos[0].id, "stem") << text;
    EXPECT_THAT(file.unreadable, ElementsAre(0)) << text;
  }
}

TEST(ParseAnnotations, FindsWhatTheTopLevelLacks) {
  Json video = annotated_video();
  video.erase("video ID");
  video.erase("fps");
  video["made by"] = "somebody";
  AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file), ElementsAre("missing_fps@0", "missing_video_id@0"));
  EXPECT_EQ(video_of(file).id, "stem");
  EXPECT_FALSE(video_of(file).segments[0].shots[0].frames);
  EXPECT_EQ(file.unknown_keys.at("made by"), 1);

  for (const Json& fps : {Json(0), Json(-25.0), Json("25"), Json(nullptr), Json(1e9)}) {
    video = annotated_video();
    video["fps"] = fps;
    EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("missing_fps@0")) << fps;
  }
  video = annotated_video("../../etc/passwd");
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("missing_video_id@0"));
  EXPECT_EQ(parsed(video).videos[0].id, "stem");
}

TEST(ParseAnnotations, SkipsSegmentsThatCannotBeUsed) {
  Json video = annotated_video("video", 8);
  segment_of(video, 0) = "no object";
  segment_of(video, 1).erase("story script");
  script_of(video, 2)["shots"] = "none";
  segment_of(video, 3)["end frame index"] = 4500;  // = the start
  segment_of(video, 4)["start frame index"] = -1;
  segment_of(video, 5).erase("start frame index");
  script_of(video, 6)["shots"] = Json::array();
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file), ElementsAre("bad_schema@0/0", "bad_schema@0/1", "bad_schema@0/2",
                                          "bad_segment_range@0/3", "bad_segment_range@0/4",
                                          "bad_segment_range@0/5", "empty_story@0/6"));
  const AnnotatedVideo read = video_of(file);
  ASSERT_EQ(read.segments.size(), 1U);
  EXPECT_EQ(read.segments[0].index, 7);
  ASSERT_EQ(read.skipped.size(), 7U);
  EXPECT_EQ(read.skipped[3], (SkippedSegment{3, 3}));
  EXPECT_EQ(read.skipped[0], (SkippedSegment{0, 0}));
}

TEST(ParseAnnotations, FindsSegmentsThatOverlap) {
  Json video = annotated_video("video", 2);
  segment_of(video, 1)["start frame index"] = 1400;
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("segment_overlap@0/1"));
}

TEST(ParseAnnotations, SkipsShotsWhoseTimesCannotBeUsed) {
  Json video = annotated_video();
  Json shots = Json::array();
  for (int i = 0; i < 9; ++i) shots.push_back(shot_of(video, 1));
  script_of(video)["shots"] = shots;
  shot_of(video, 2).erase("start time");
  shot_of(video, 3)["end time"] = " ";
  shot_of(video, 4)["start time"] = "soon";
  shot_of(video, 5)["end time"] = "00:00";
  shot_of(video, 6) = 12;
  // 7 to 9 have the times of the first.
  shot_of(video, 8)["start time"] = "00:20";
  shot_of(video, 8)["end time"] = "00:20.01";
  shot_of(video, 9)["start time"] = "00:20.01";
  shot_of(video, 9)["end time"] = "01:00";
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file),
              ElementsAre("bad_schema@0/0#6", "bad_time@0/0#4", "duplicate_range@0/0#7",
                          "empty_range@0/0#8", "end_before_start@0/0#5", "missing_time@0/0#2",
                          "missing_time@0/0#3", "time_overlap@0/0#7"));
  std::vector<int> kept;
  for (const auto& shot : video_of(file).segments[0].shots) kept.push_back(shot.number);
  EXPECT_THAT(kept, ElementsAre(1, 9)) << "shots that are left out keep their numbers";
}

TEST(ParseAnnotations, ClipsToTheSegmentAndSeesGaps) {
  Json video = annotated_video();
  shot_of(video, 3)["end time"] = "01:01";  // a second: within what whole seconds mean
  EXPECT_THAT(kinds_of(parsed(video)), IsEmpty());
  EXPECT_EQ(video_of(parsed(video)).segments[0].shots[2].frames, (FrameRange{1000, 1500}));
  shot_of(video, 3)["end time"] = "01:02";
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("beyond_segment@0/0#3"));
  EXPECT_EQ(video_of(parsed(video)).segments[0].shots[2].seconds.end, 60.0);

  video = annotated_video();
  shot_of(video, 2)["start time"] = "00:21";
  EXPECT_THAT(kinds_of(parsed(video)), IsEmpty()) << "a second is no gap";
  shot_of(video, 2)["start time"] = "00:22";
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("time_gap@0/0#2"));
  shot_of(video, 2)["start time"] = "00:18";
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("time_overlap@0/0#2"));
}

TEST(ParseAnnotations, WithoutAFrameRateTellsShotsApartByTheirTimes) {
  Json video = annotated_video();
  video.erase("fps");
  shot_of(video, 2) = shot_of(video, 1);
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("duplicate_range@0/0#2", "missing_fps@0",
                                                   "time_gap@0/0#3", "time_overlap@0/0#2"));
}

TEST(ParseAnnotations, FindsMissingCaptions) {
  Json video = annotated_video();
  shot_of(video, 1).erase("visual annotation");
  shot_of(video, 2)["visual annotation"]["narrative caption"] = "  ";
  shot_of(video, 3)["visual annotation"]["descriptive caption"] = 7;
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file),
              ElementsAre("bad_field@0/0#3", "missing_caption@0/0#1", "missing_caption@0/0#2",
                          "missing_description@0/0#1", "missing_description@0/0#3"));
  EXPECT_FALSE(video_of(file).segments[0].shots[0].narrative_caption);
}

TEST(ParseAnnotations, MatchesCharactersToTheLetterThenLoosely) {
  Json video = annotated_video();
  shot_of(video, 1)["main characters"] = {" fox", "Bear", "Fox", 4};
  shot_of(video, 2)["main characters"] = Json::array();
  shot_of(video, 3).erase("main characters");
  segment_of(video)["reference images"][1]["ID"] = "OWL";
  Json third = segment_of(video)["reference images"][0];
  third["ID"] = "Bear";
  segment_of(video)["reference images"].push_back(third);
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file),
              ElementsAre("bad_field@0/0#1", "bad_field@0/0#1", "id_case@0/0", "id_case@0/0#1",
                          "no_character@0/0#2", "no_character@0/0#3", "unknown_character@0/0",
                          "unknown_character@0/0#1"));
  const AnnotatedSegment& segment = video_of(file).segments[0];
  EXPECT_THAT(segment.shots[0].characters, ElementsAre("Fox", "Bear"));
  ASSERT_EQ(segment.references.size(), 3U);
  EXPECT_EQ(segment.references[1].character, "Owl");
  EXPECT_FALSE(segment.references[2].is_known);
}

TEST(ParseAnnotations, MatchesIdsInEveryFormOfUnicode) {
  const std::string composed = "B\xC3\xA4r";
  const std::string decomposed = "Ba\xCC\x88r";
  Json video = annotated_video();
  Json& characters = script_of(video)["main characters"];
  characters.push_back({{"ID", composed}, {"appearance", "brown"}});
  characters.push_back({{"ID", decomposed}, {"appearance", "brown"}});
  Json reference = segment_of(video)["reference images"][0];
  reference["ID"] = decomposed;
  segment_of(video)["reference images"].push_back(reference);
  shot_of(video, 1)["main characters"] = {decomposed};
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file), ElementsAre("bad_field@0/0")) << "the second of the two is left out";
  EXPECT_THAT(video_of(file).segments[0].shots[0].characters, ElementsAre(composed));
}

TEST(ParseAnnotations, ReadsScenesAndTheirAbsence) {
  Json video = annotated_video();
  shot_of(video, 1)["scene"] = "wood ";
  shot_of(video, 2)["scene"] = "Moon";
  shot_of(video, 3)["scene"] = "N/A";
  AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file),
              ElementsAre("id_case@0/0#1", "no_scene@0/0#3", "unknown_scene@0/0#2"));
  EXPECT_EQ(video_of(file).segments[0].shots[0].scene, "Wood");
  EXPECT_EQ(video_of(file).segments[0].shots[1].scene, "Moon");
  EXPECT_FALSE(video_of(file).segments[0].shots[2].scene);
  for (const Json& scene : {Json(nullptr), Json(""), Json("n/a")}) {
    video = annotated_video();
    shot_of(video, 1)["scene"] = scene;
    EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("no_scene@0/0#1")) << scene;
  }
}

TEST(ParseAnnotations, SaysWhichSpellingWinsWhenTwoDiffer) {
  Json video = annotated_video();
  shot_of(video, 1)["setting"] = "Den";  // beside "scene": "Wood"
  shot_of(video, 2)["setting"] = "Den";  // the same as "scene"
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file), ElementsAre("conflicting_keys@0/0#1"));
  EXPECT_EQ(video_of(file).segments[0].shots[0].scene, "Wood");

  video = annotated_video();
  shot_of(video, 1)["plot"] = "Another text.";
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("conflicting_keys@0/0#1"));
  EXPECT_EQ(video_of(parsed(video)).segments[0].shots[0].narrative_caption,
            "The fox does thing 1.");
}

TEST(ParseAnnotations, MarksPrologues) {
  for (const auto& [value, flagged] : {std::pair{Json(true), true},
                                       {Json("prologue"), true},
                                       {Json("Epilogue"), true},
                                       {Json(false), false},
                                       {Json(nullptr), false},
                                       {Json(""), false}}) {
    Json video = annotated_video();
    shot_of(video, 3)["is_prologue_or_epilogue"] = value;
    const AnnotationFile file = parsed(video);
    EXPECT_EQ(video_of(file).segments[0].shots[2].prologue_or_epilogue, flagged) << value;
    EXPECT_EQ(kinds_of(file).size(), flagged ? 1U : 0U) << value;
  }
  Json video = annotated_video();
  shot_of(video, 3)["is_prologue_or_epilogue"] = "perhaps";
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("bad_field@0/0#3"));
}

TEST(ParseAnnotations, ReadsExcerpts) {
  Json video = annotated_video();
  shot_of(video, 1)["extra 4-second timestamp"] = "00:04-00:08";
  shot_of(video, 2)["extra 4-second segment"] = "00:20-00:25";  // the paper's spelling
  shot_of(video, 3)["extra_4-second_timestamp"] = "00:38-00:42";
  AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file), ElementsAre("extra_not_4s@0/0#2", "extra_outside@0/0#3"));
  EXPECT_EQ(video_of(file).segments[0].shots[0].excerpt, (SecondsRange{4.0, 8.0}));
  EXPECT_FALSE(video_of(file).segments[0].shots[2].excerpt);
  shot_of(video, 1)["extra 4-second timestamp"] = "00:18-00:22";  // its end is outside
  EXPECT_FALSE(video_of(parsed(video)).segments[0].shots[0].excerpt);
  shot_of(video, 1)["extra 4-second timestamp"] = "the beginning";
  EXPECT_THAT(kinds_of(parsed(video)),
              ElementsAre("bad_field@0/0#1", "extra_not_4s@0/0#2", "extra_outside@0/0#3"));
}

TEST(ParseAnnotations, ReadsTheSoundOfTheAudioSubset) {
  Json video = annotated_video();
  shot_of(video, 1)["audio annotation"] = {
      {"type", "ambience"}, {"sound description", "rain"}, {"visual context", "a roof"}};
  shot_of(video, 2)["audio_annotation"] = {{"sound_description", "wind"}, {"type", 3}};
  shot_of(video, 3)["audio annotation"] = "thunder";
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file), ElementsAre("bad_field@0/0#2", "bad_field@0/0#3"));
  const auto& shots = video_of(file).segments[0].shots;
  EXPECT_EQ(shots[0].audio, (AudioAnnotation{"ambience", "rain", "a roof"}));
  EXPECT_EQ(shots[1].audio->sound_description, "wind");
  EXPECT_FALSE(shots[2].audio);
}

TEST(ParseAnnotations, TellsPlaceholdersFromMasksOnceAFile) {
  Json video = annotated_video("video", 2);
  for (int segment = 0; segment < 2; ++segment) {
    for (Json& mask : segment_of(video, segment)["reference images"][0]["masks"])
      mask["rle mask"]["counts"] = "placeholder in case the file is too large";
  }
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file),
              ElementsAre("mask_placeholder@0", "missing_reference@0/0", "missing_reference@0/1"));
  for (const auto& finding : file.findings) {
    if (finding.kind != "mask_placeholder") continue;
    EXPECT_THAT(finding.text, HasSubstr("4 masks"));
  }
  EXPECT_EQ(video_of(file).segments[0].references[0].placeholders, 2);
}

TEST(ParseAnnotations, ChecksTheStructureOfMasks) {
  Json video = annotated_video();
  Json& masks = segment_of(video)["reference images"][0]["masks"];
  const Json good = masks[0];
  masks.clear();
  masks.push_back(good);
  masks.push_back(good);  // the same frame
  Json changed = good;
  changed["frame index"] = 1500;  // the segment ends before it
  masks.push_back(changed);
  changed["frame index"] = "ten";
  masks.push_back(changed);
  changed = good;
  changed["frame index"] = 11;
  changed["rle mask"]["size"] = {3};
  masks.push_back(changed);
  changed["rle mask"]["size"] = {3, 4};
  changed["rle mask"]["counts"] = {4, 3, -3};
  masks.push_back(changed);
  changed["rle mask"]["counts"] = {4, 3, 3, 1, 1};
  masks.push_back(changed);
  changed["frame index"] = 12;
  changed["rle mask"]["counts"] = "433NNN";  // more pixels than the size has
  masks.push_back(changed);
  changed["rle mask"]["counts"] = {4, 3, 3, 1};  // fewer
  masks.push_back(changed);
  changed.erase("rle mask");
  masks.push_back(changed);
  masks.push_back(3);
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(
      kinds_of(file),
      ElementsAre("bad_rle@0/0", "bad_rle@0/0", "bad_rle@0/0", "bad_rle@0/0", "bad_rle@0/0",
                  "bad_rle@0/0", "bad_rle@0/0", "duplicate_mask@0/0", "mask_outside_segment@0/0"));
  const auto& kept = video_of(file).segments[0].references[0].masks;
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[2].mask.runs, (std::vector<std::uint32_t>{4, 3, 3, 1, 1}));
}

TEST(ParseAnnotations, MissesAReferenceOncePerCharacter) {
  Json video = annotated_video();
  segment_of(video).erase("reference images");
  EXPECT_THAT(kinds_of(parsed(video)),
              ElementsAre("missing_reference@0/0", "missing_reference@0/0"));
  video = annotated_video();
  segment_of(video)["reference images"][1]["masks"].clear();
  EXPECT_THAT(kinds_of(parsed(video)), ElementsAre("missing_reference@0/0"));
}

TEST(ParseAnnotations, LeavesOutCharactersAndScenesThatSayNothing) {
  Json video = annotated_video();
  Json& script = script_of(video);
  script["main characters"].push_back("Bear");
  script["main characters"].push_back({{"appearance", "white"}});
  script["main characters"].push_back(script["main characters"][0]);
  script["main scenes"].push_back({{"ID", 4}});
  script["storyline"] = Json::array();
  const AnnotationFile file = parsed(video);
  EXPECT_THAT(kinds_of(file), ElementsAre("bad_field@0/0", "bad_field@0/0", "bad_field@0/0",
                                          "bad_field@0/0", "bad_field@0/0", "bad_field@0/0"));
  EXPECT_EQ(video_of(file).segments[0].characters.size(), 2U);
  EXPECT_EQ(video_of(file).segments[0].scenes.size(), 2U);
  EXPECT_EQ(video_of(file).segments[0].storyline, "");
}

TEST(ParseAnnotations, NamesKeysThatAreDoubled) {
  std::string text = annotated_video().dump();
  text.insert(1, "\"fps\": 30.0, ");
  EXPECT_THAT(kinds_of(parse_annotations(text, {"a.json", "stem"})), ElementsAre("duplicate_key"));
}

TEST(AnnotationFinding, NamesFileStoryAndShot) {
  const Finding shot = to_finding({"no_scene", 0, 3, 7, "why"}, "dir/a.json", "abc");
  EXPECT_EQ(shot, (Finding{"no_scene", "abc/3", 7, "dir/a.json: why"}));
  const Finding video = to_finding({"missing_fps", 0, -1, 0, "why"}, "dir/a.json", "abc");
  EXPECT_EQ(video, (Finding{"missing_fps", "", std::nullopt, "IP abc: dir/a.json: why"}));
  const Finding file = to_finding({"text_encoding", -1, -1, 0, "why"}, "dir/a.json", "");
  EXPECT_EQ(file, (Finding{"text_encoding", "", std::nullopt, "dir/a.json: why"}));
}

TEST(ParseAnnotations, OfTheDataSetsOwnFileFindExactlyWhatIsKnown) {
  const auto path = testing::genuine_annotations();
  if (path.empty()) GTEST_SKIP() << "the data set's annotation file is not beside this checkout";
  const AnnotationFile file =
      parse_annotations(read_text_file(path), {path.filename().string(), path.stem().string()});
  std::map<std::string_view, int> counts;
  for (const auto& finding : file.findings) ++counts[finding.kind];
  EXPECT_EQ(counts, (std::map<std::string_view, int>{{"mask_placeholder", 1},
                                                     {"missing_reference", 21},
                                                     {"no_character", 5},
                                                     {"no_scene", 1},
                                                     {"prologue_epilogue", 1},
                                                     {"extra_not_4s", 22}}));
  EXPECT_THAT(file.unknown_keys, IsEmpty());
  const AnnotatedVideo video = video_of(file);
  EXPECT_EQ(video.segments.size(), 8U);
  std::size_t shots = 0;
  for (const auto& segment : video.segments) shots += segment.shots.size();
  EXPECT_EQ(shots, 64U);
  for (const auto& finding : file.findings) {
    if (finding.kind != "mask_placeholder") continue;
    EXPECT_THAT(finding.text, HasSubstr("293 masks"));
  }
}

TEST(ParseAnnotations, TakesNotApplicableForNobodyAndNowhere) {
  Json video = annotated_video();
  shot_of(video, 1)["scene"] = " N/A ";
  shot_of(video, 2)["main characters"] = {"Fox", "n/a\t"};
  shot_of(video, 3)["main characters"] = {"N/A"};
  script_of(video)["main characters"].push_back({{"ID", "N/A"}, {"appearance", "N/A"}});
  const AnnotationFile file = parsed(video);
  const auto& segment = file.videos.at(0).segments.at(0);
  EXPECT_EQ(segment.shots[0].scene, std::nullopt);
  EXPECT_THAT(segment.shots[1].characters, ElementsAre("Fox"));
  EXPECT_TRUE(segment.shots[2].characters.empty());
  EXPECT_EQ(segment.characters.size(), 2U);
  EXPECT_THAT(kinds_of(file), ElementsAre("bad_field@0/0", "bad_field@0/0#2", "bad_field@0/0#3",
                                          "no_character@0/0#3", "no_scene@0/0#1"));
}

/// Lists that say nothing sensible must not take hours.
TEST(ParseAnnotations, ReadsEndlessListsQuickly) {
  constexpr int kNames = 200'000;
  Json names = Json::array();
  Json things = Json::array();
  Json references = Json::array();
  for (int i = 0; i < kNames; ++i) {
    const std::string name = "somebody " + std::to_string(i);
    names.push_back(name);
    if (i >= kNames / 4) continue;
    things.push_back({{"ID", name}});
    references.push_back({{"ID", "nobody " + std::to_string(i)}, {"masks", Json::array()}});
  }
  Json video = annotated_video();
  script_of(video)["main characters"] = things;
  script_of(video)["main scenes"] = things;
  shot_of(video, 1)["main characters"] = names;
  segment_of(video)["reference images"] = references;
  const std::string text = video.dump();
  const auto before = std::chrono::steady_clock::now();
  const AnnotationFile file = parse_annotations(text, {"video.json", "stem"});
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20));
  const auto& segment = file.videos.at(0).segments.at(0);
  EXPECT_EQ(segment.characters.size(), 10'000U);
  EXPECT_EQ(segment.shots[0].characters.size(), 10'000U);
  const auto capped = std::count_if(
      file.findings.begin(), file.findings.end(), [](const AnnotationFinding& finding) {
        return finding.text.find("those after the first 10000 are left out") != std::string::npos;
      });
  EXPECT_EQ(capped, 4) << "characters, scenes, a shot's list, references";
}

}  // namespace
}  // namespace asbench::loaders
