// Films on disk: annotations in AnimeShooter's form, videos, our manifest, and a system's outputs
// with masks, all of the same truth.
#include "baselines/mini_world/film_world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "baselines/mini_world/film_words.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "loaders/image_file.h"
#include "loaders/masks/rle.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "loaders/video/clip_reader.h"
#include "tests/support/temporary_folder.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;

/// Mean of a small frame, in levels of 255; measured 6.7 at most. Neighbours across a cut are
/// further apart by far: measured 24 and more.
constexpr double kCodecError = 8.0;

FilmWorldOptions small() {
  FilmWorldOptions options;
  options.films = 1;
  options.width = 96;
  options.height = 64;
  options.with_audio = true;
  return options;
}

double mean_difference(const Image& a, const Image& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i)
    sum += std::abs(static_cast<double>(a.bytes[i]) - b.bytes[i]);
  return sum / static_cast<double>(a.bytes.size());
}

int seconds_of(const std::string& clock) {
  return 60 * std::stoi(clock.substr(0, 2)) + std::stoi(clock.substr(3));
}

class FilmWorldTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    world_ = write_film_world(small(), folder_->path());
    annotation_ = read_json_file(world_.annotations / (world_.films.front().id + ".json"));
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static const Film& film() { return world_.films.front(); }
  static FilmFormat format() { return format_of(small()); }
  static Json script(std::size_t segment) {
    return annotation_.at("segments").at(segment).at("story script");
  }
  static const FilmShot& shot_at(const FilmSegment& segment, int frame) {
    for (const FilmShot& shot : segment.shots) {
      if (shot.frames.begin_frame <= frame && frame < shot.frames.end_frame) return shot;
    }
    throw std::runtime_error("no shot has that frame");
  }
  static loaders::Mask mask_at(const FilmSegment& segment, const std::string& name, int frame) {
    const FilmShot& shot = shot_at(segment, frame);
    const auto masks = film_masks(shot, format(), frame - shot.frames.begin_frame);
    for (std::size_t i = 0; i < masks.size(); ++i) {
      if (name_of(segment.cast[shot.figures[i].member]) == name) return masks[i];
    }
    return {};
  }

  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline FilmWorld world_;
  static inline Json annotation_;
};

TEST_F(FilmWorldTest, TheAnnotationHasTheReleasedKeys) {
  EXPECT_EQ(annotation_.at("video ID"), film().id);
  EXPECT_EQ(annotation_.at("fps"), 12.0);
  ASSERT_EQ(annotation_.at("segments").size(), film().segments.size());
  for (std::size_t s = 0; s < film().segments.size(); ++s) {
    const FilmSegment& segment = film().segments[s];
    const Json& json = annotation_.at("segments").at(s);
    EXPECT_EQ(json.at("start frame index"), segment.frames.begin_frame);
    EXPECT_EQ(json.at("end frame index"), segment.frames.end_frame);
    EXPECT_EQ(script(s).at("storyline"), storyline_of(segment));
    EXPECT_EQ(script(s).at("main characters").size(), segment.cast.size());
    EXPECT_TRUE(script(s).at("main characters")[0].contains("appearance"));
    EXPECT_TRUE(script(s).at("main scenes")[1].contains("environment"));
    ASSERT_EQ(script(s).at("shots").size(), segment.shots.size());
    for (std::size_t i = 0; i < segment.shots.size(); ++i) {
      const Json shot = script(s).at("shots").at(i);
      const FilmShot& drawn = segment.shots[i];
      EXPECT_EQ(seconds_of(shot.at("start time")), drawn.annotated_begin);
      EXPECT_EQ(seconds_of(shot.at("end time")), drawn.annotated_end);
      EXPECT_EQ(shot.at("is_prologue_or_epilogue"), drawn.is_epilogue);
      EXPECT_EQ(shot.at("main characters").size(), drawn.figures.size());
      EXPECT_EQ(shot.at("scene"),
                drawn.scene ? name_of(segment.scenes[*drawn.scene]) : std::string("N/A"));
      EXPECT_EQ(shot.at("visual annotation").at("narrative caption"), narrative_of(segment, i));
      EXPECT_TRUE(shot.at("visual annotation").contains("descriptive caption"));
      EXPECT_EQ(shot.at("audio annotation").at("type"), sound_of(segment, i).type);
      EXPECT_EQ(shot.at("audio annotation").size(), 3U);
      // The excerpt lies within the annotated shot and within the true one.
      const std::string excerpt = shot.at("extra 4-second timestamp");
      const int begin = seconds_of(excerpt.substr(0, 5));
      const int end = seconds_of(excerpt.substr(6));
      EXPECT_LT(begin, end);
      EXPECT_GE(begin, drawn.annotated_begin);
      EXPECT_LE(end, drawn.annotated_end);
      EXPECT_GE(segment.frames.begin_frame + 12 * begin, drawn.frames.begin_frame);
      EXPECT_LE(segment.frames.begin_frame + 12 * end, drawn.frames.end_frame);
    }
  }
}

TEST_F(FilmWorldTest, MasksAreOneASecondAndDecodeToWhatIsDrawn) {
  for (std::size_t s = 0; s < film().segments.size(); ++s) {
    const FilmSegment& segment = film().segments[s];
    const Json& references = annotation_.at("segments").at(s).at("reference images");
    ASSERT_EQ(references.size(), segment.cast.size());
    for (const Json& reference : references) {
      EXPECT_FALSE(reference.at("masks").empty());
      for (const Json& entry : reference.at("masks")) {
        const int frame = entry.at("frame index");
        EXPECT_EQ((frame - segment.frames.begin_frame) % 12, 0);
        const Json& rle = entry.at("rle mask");
        EXPECT_TRUE(rle.at("counts").is_string());
        EXPECT_EQ(loaders::decode_runs(loaders::parse_json_runs(rle)),
                  mask_at(segment, reference.at("ID"), frame));
      }
    }
  }
}

TEST_F(FilmWorldTest, TheManifestReadsBackWithTheTrueRanges) {
  const auto split = loaders::read_split(world_.manifest);
  for (const auto& finding : split.findings)
    EXPECT_EQ(finding.kind, "no_character") << finding.detail;
  ASSERT_EQ(split.stories.size(), film().segments.size());
  EXPECT_EQ(fs::weakly_canonical(*split.ips.front().video),
            fs::weakly_canonical(world_.videos / (film().id + ".mp4")));
  for (std::size_t s = 0; s < split.stories.size(); ++s) {
    const auto& story = split.stories[s];
    const FilmSegment& segment = film().segments[s];
    EXPECT_EQ(story.id, film().id + "/" + std::to_string(s));
    EXPECT_EQ(story.storyline, storyline_of(segment));
    ASSERT_EQ(story.characters.size(), segment.cast.size());
    EXPECT_EQ(story.scenes.size(), 2U);
    ASSERT_EQ(story.shots.size(), segment.shots.size());
    for (std::size_t i = 0; i < story.shots.size(); ++i) {
      EXPECT_EQ(story.shots[i].source, segment.shots[i].frames);
      EXPECT_EQ(story.shots[i].is_prologue_or_epilogue, segment.shots[i].is_epilogue);
      EXPECT_EQ(story.shots[i].characters->size(), segment.shots[i].figures.size());
      EXPECT_EQ(story.shots[i].audio_prompt, sound_of(segment, i).description);
    }
    for (const auto& character : story.characters) {
      ASSERT_FALSE(character.references.empty());
      const auto& file = character.references.front();
      const Image picture = loaders::read_image(file);
      ASSERT_EQ(picture.channels, 4);
      const auto mask = mask_at(segment, character.id, std::stoi(file.stem().string()));
      for (std::size_t i = 0; i < mask.values.size(); ++i) {
        EXPECT_EQ(picture.bytes[4 * i + 3], mask.values[i] == 1 ? 255 : 0);
        if (mask.values[i] == 0) {
          EXPECT_EQ(picture.bytes[4 * i], 0);
        }
      }
    }
  }
}

TEST_F(FilmWorldTest, TheVideoShowsTheShotsWhereTheTruthSays) {
  const std::vector rules = {loaders::parse_frame_rule("all")};
  const auto clip = loaders::decode_clip({.path = world_.videos / (film().id + ".mp4")}, rules);
  ASSERT_EQ(clip.frame_count, film().frames());
  for (const FilmSegment& segment : film().segments) {
    for (const FilmShot& shot : segment.shots) {
      for (const int index : {0, shot.length() / 2, shot.length() - 1}) {
        const double off = mean_difference(clip.frames.at(shot.frames.begin_frame + index),
                                           render_film_frame(shot, format(), index));
        EXPECT_LT(off, kCodecError) << "frame " << shot.frames.begin_frame + index;
      }
      if (shot.frames.begin_frame > 0) {
        EXPECT_GT(mean_difference(clip.frames.at(shot.frames.begin_frame - 1),
                                  render_film_frame(shot, format(), 0)),
                  2 * kCodecError);
      }
    }
  }
}

TEST_F(FilmWorldTest, OptionsDecideWhatIsWritten) {
  const TemporaryFolder other;
  auto options = small();
  const auto again = write_film_world(options, other.path());
  EXPECT_EQ(read_json_file(again.annotations / (film().id + ".json")), annotation_);
  EXPECT_EQ(loaders::read_split(again.manifest).sha256,
            loaders::read_split(world_.manifest).sha256);
  options.films = 0;
  EXPECT_THROW(write_film_world(options, other.path()), UsageError);
  options.films = 1;
  options.with_audio = false;
  options.film.segments = 1;
  const auto silent = write_film_world(options, other.path());
  for (const Json& shot : read_json_file(silent.annotations / (film().id + ".json"))
                              .at("segments")[0]
                              .at("story script")
                              .at("shots"))
    EXPECT_FALSE(shot.contains("audio annotation"));
  EXPECT_FALSE(loaders::read_split(silent.manifest).stories[0].shots[0].audio_prompt);
}

TEST_F(FilmWorldTest, OutputsHaveAClipAndMasksOfEveryFrame) {
  const TemporaryFolder folder;
  auto films = world_.films;
  films.front().segments.resize(1);
  plant(films.front(), Plant::other_character, 0, 1);
  const auto outputs = write_film_outputs(films, format(), folder.path());
  const FilmSegment& segment = films.front().segments.front();
  const std::vector rules = {loaders::parse_frame_rule("all")};
  for (std::size_t i = 0; i < segment.shots.size(); ++i) {
    const FilmShot& shot = segment.shots[i];
    const std::string name = film().id + "/0/shot_0" + std::to_string(i + 1);
    EXPECT_EQ(loaders::decode_clip({.path = outputs.shots / (name + ".mp4")}, rules).frame_count,
              shot.length());
    EXPECT_EQ(is_there(outputs.masks / (name + ".json")), !shot.figures.empty());
    if (shot.figures.empty()) continue;
    const Json masks = read_json_file(outputs.masks / (name + ".json"));
    ASSERT_EQ(masks.size(), shot.figures.size());
    for (std::size_t figure = 0; figure < shot.figures.size(); ++figure) {
      const Json& own = masks.at(name_of(segment.cast[shot.figures[figure].member]));
      ASSERT_EQ(own.size(), static_cast<std::size_t>(shot.length()));
      const auto last = shot.length() - 1;
      EXPECT_EQ(loaders::decode_runs(loaders::parse_json_runs(own.at(std::to_string(last)))),
                film_masks(shot, format(), last)[figure]);
    }
  }
}

}  // namespace
}  // namespace asbench::baselines
