// Films as AnimeShooter annotates them: what is drawn is what the truth says.
#include "baselines/mini_world/film.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>

#include "baselines/mini_world/film_render.h"
#include "baselines/mini_world/film_words.h"
#include "core/error.h"

namespace asbench::baselines {
namespace {

constexpr FilmFormat kFormat;

template <typename Function>
void for_each_film(int count, const Function& function) {
  for (int seed = 0; seed < count; ++seed) {
    FilmOptions options;
    options.cast = seed % 2 == 0 ? Cast::demo : Cast::training;
    options.seed = static_cast<std::uint64_t>(seed);
    options.segments = 1 + seed % 3;
    SCOPED_TRACE(seed);
    function(make_film(options, seed % 4));
  }
}

/// The first shot of the film with so many figures.
const FilmShot& shot_with(const Film& film, std::size_t figures) {
  for (const FilmSegment& segment : film.segments) {
    for (const FilmShot& shot : segment.shots) {
      if (shot.figures.size() == figures) return shot;
    }
  }
  throw std::runtime_error("no such shot");
}

bool differs(const Image& a, const Image& b, std::size_t pixel) {
  return !std::equal(a.bytes.begin() + static_cast<std::ptrdiff_t>(3 * pixel),
                     a.bytes.begin() + static_cast<std::ptrdiff_t>(3 * pixel + 3),
                     b.bytes.begin() + static_cast<std::ptrdiff_t>(3 * pixel));
}

bool is_at_most_one_beside(const loaders::Mask& mask, int x, int y) {
  for (int j = std::max(0, y - 1); j <= std::min(mask.height - 1, y + 1); ++j) {
    for (int i = std::max(0, x - 1); i <= std::min(mask.width - 1, x + 1); ++i) {
      if (mask.row(j)[i] == 1) return true;
    }
  }
  return false;
}

TEST(Film, DependsOnSeedAndNumberAlone) {
  const FilmOptions options;
  EXPECT_EQ(make_film(options, 1).segments, make_film(options, 1).segments);
  EXPECT_NE(make_film(options, 1).segments, make_film(options, 2).segments);
  FilmOptions other = options;
  other.seed = 1;
  EXPECT_NE(make_film(options, 1).segments, make_film(other, 1).segments);
  const FilmShot shot = shot_with(make_film(options, 1), 2);
  EXPECT_EQ(render_film_frame(shot, kFormat, 5), render_film_frame(shot, kFormat, 5));
  EXPECT_NE(render_film_frame(shot, kFormat, 5), render_film_frame(shot, kFormat, 9));
}

TEST(Film, HasTheFormOfAnAnnotatedOne) {
  for_each_film(24, [](const Film& film) {
    int at = 0;
    for (const FilmSegment& segment : film.segments) {
      EXPECT_THAT(segment.cast.size(), ::testing::AllOf(::testing::Ge(2U), ::testing::Le(3U)));
      ASSERT_EQ(segment.scenes.size(), 2U);
      EXPECT_NE(segment.scenes[0].place, segment.scenes[1].place);
      EXPECT_THAT(segment.shots.size(), ::testing::AllOf(::testing::Ge(4U), ::testing::Le(6U)));
      EXPECT_EQ(segment.frames.begin_frame, at);
      std::set<int> lengths;
      std::multiset<std::size_t> scenes;
      std::set<std::size_t> members;
      std::set<std::size_t> numbers;
      for (const FilmShot& shot : segment.shots) {
        EXPECT_EQ(shot.frames.begin_frame, at);
        at = shot.frames.end_frame;
        EXPECT_TRUE(lengths.insert(shot.length()).second) << "two shots of one length";
        numbers.insert(shot.figures.size());
        for (const FilmFigure& figure : shot.figures) members.insert(figure.member);
        if (shot.scene) scenes.insert(*shot.scene);
        EXPECT_EQ(shot.scene.has_value(), !shot.is_epilogue);
        EXPECT_EQ(shot.is_epilogue,
                  &segment == &film.segments.back() && &shot == &segment.shots.back());
      }
      EXPECT_EQ(segment.frames.end_frame, at);
      EXPECT_EQ(members.size(), segment.cast.size()) << "somebody is never shown";
      EXPECT_EQ(numbers, (std::set<std::size_t>{0, 1, 2}));
      EXPECT_GE(scenes.count(0), 2U);
      EXPECT_GE(scenes.count(1), 2U);
      std::set<std::string> names;
      for (const Character& character : segment.cast) names.insert(name_of(character));
      EXPECT_EQ(names.size(), segment.cast.size());
    }
  });
}

TEST(Film, AnnotatedTimesAreLessThanASecondOffInBothDirections) {
  int early = 0;
  int late = 0;
  for_each_film(12, [&](const Film& film) {
    const double fps = film.options.frames_per_second;
    for (const FilmSegment& segment : film.segments) {
      int second = 0;
      for (const FilmShot& shot : segment.shots) {
        EXPECT_EQ(shot.annotated_begin, second) << "a gap";
        EXPECT_GT(shot.annotated_end, shot.annotated_begin);
        second = shot.annotated_end;
        const double off = second * fps - (shot.frames.end_frame - segment.frames.begin_frame);
        EXPECT_LT(std::abs(off), fps);
        early += off < 0 ? 1 : 0;
        late += off > 0 ? 1 : 0;
      }
      EXPECT_LE(second * fps, segment.frames.end_frame - segment.frames.begin_frame);
    }
  });
  EXPECT_GT(early, 20);
  EXPECT_GT(late, 20);
}

TEST(Film, AnnotatedTimesStandForFrames) {
  const Film film = make_film({}, 0);
  const FilmSegment& second = film.segments[1];
  ASSERT_EQ(second.frames, (loaders::FrameRange{147, 348}));
  ASSERT_EQ(second.shots[1].annotated_begin, 3);
  ASSERT_EQ(second.shots[1].annotated_end, 5);
  EXPECT_EQ(second.shots[1].frames, (loaders::FrameRange{184, 208}));
  EXPECT_EQ(annotated_frames(second, second.shots[1], 12.0),
            (loaders::FrameRange{147 + 36, 147 + 60}));
  EXPECT_EQ(annotated_frames(second, second.shots[1], 12.5),
            (loaders::FrameRange{147 + 38, 147 + 63}));
  EXPECT_EQ(annotated_frames(second, second.shots[1], 100.0), (loaders::FrameRange{348, 348}));
}

TEST(Film, AMaskIsWhereTheFigureIsSeen) {
  std::int64_t drawn = 0;
  std::int64_t outside = 0;
  std::int64_t masked = 0;
  std::int64_t unchanged = 0;
  for_each_film(4, [&](const Film& film) {
    for (const FilmShot& shot : film.segments.front().shots) {
      const int frame = shot.length() / 2;
      const Image all = render_film_frame(shot, kFormat, frame);
      const auto masks = film_masks(shot, kFormat, frame);
      ASSERT_EQ(masks.size(), shot.figures.size());
      for (std::size_t i = 0; i < masks.size(); ++i) {
        const Image without = render_film_frame(shot, kFormat, frame, i);
        EXPECT_GT(masks[i].area(), 0);
        for (int y = 0; y < kFormat.height; ++y) {
          for (int x = 0; x < kFormat.width; ++x) {
            const bool is_drawn =
                differs(all, without, static_cast<std::size_t>(y * kFormat.width + x));
            drawn += is_drawn ? 1 : 0;
            outside += is_drawn && !is_at_most_one_beside(masks[i], x, y) ? 1 : 0;
            const bool is_masked = masks[i].row(y)[x] == 1;
            masked += is_masked ? 1 : 0;
            unchanged += is_masked && !is_drawn ? 1 : 0;
          }
        }
      }
    }
  });
  ASSERT_GT(drawn, 10000);
  // Measured: none, and 0.00013 (a figure's colour on a ground of the same).
  EXPECT_LT(static_cast<double>(outside) / static_cast<double>(drawn), 0.001);
  EXPECT_LT(static_cast<double>(unchanged) / static_cast<double>(masked), 0.001);
}

TEST(Film, WhoStandsInFrontHidesTheOther) {
  FilmShot shot = shot_with(make_film({}, 0), 2);
  for (FilmFigure& figure : shot.figures) {
    figure.action = Action::look;
    figure.prop = Prop::none;
  }
  shot.figures[0].place = 0.0;
  shot.figures[1].place = 0.25;
  const auto both = film_masks(shot, kFormat, 3);
  FilmShot alone = shot;
  alone.figures.erase(alone.figures.begin());
  EXPECT_EQ(film_masks(alone, kFormat, 3).front(), both[1]);
  alone.figures.front() = shot.figures[0];
  const auto whole = film_masks(alone, kFormat, 3).front();
  EXPECT_LT(both[0].area(), 0.8 * static_cast<double>(whole.area()));
  EXPECT_GT(both[0].area(), 0.2 * static_cast<double>(whole.area()));
  for (std::size_t i = 0; i < whole.values.size(); ++i) {
    EXPECT_LE(both[0].values[i] + both[1].values[i], 1);
    EXPECT_LE(both[0].values[i], whole.values[i]);
  }
}

TEST(Film, CaptionsSayWhoDoesWhatWhere) {
  const Film film = make_film({}, 0);
  const FilmSegment& segment = film.segments.front();
  EXPECT_EQ(
      narrative_of(segment, 0),
      "The blue bear with a yellow party hat holds a purple balloon in the kitchen at sunset.");
  EXPECT_THAT(descriptive_of(segment, 1),
              ::testing::HasSubstr("shot, the camera stands still: the blue bear with a yellow "
                                   "party hat is looking around and the pink spotted ghost"));
  EXPECT_EQ(narrative_of(segment, 2), "Nobody is on the meadow by day.");
  EXPECT_EQ(storyline_of(segment),
            "The blue bear with a yellow party hat and the pink spotted ghost with a red top hat "
            "set out in the kitchen at sunset and end up on the meadow by day.");
  EXPECT_EQ(sound_of(segment, 0).type, "Sound effect");
  EXPECT_EQ(sound_of(segment, 2).description, "Birds sing.");
  EXPECT_EQ(name_of(segment.cast.front()), "Blue Bear");
  EXPECT_EQ(name_of(segment.scenes.front()), "Kitchen");
}

TEST(Film, APlantChangesThePictureOfOneShotAndNothingThatIsSaid) {
  const Film film = make_film({}, 0);
  for (const Plant what : {Plant::other_character, Plant::other_setting}) {
    Film planted = film;
    plant(planted, what, 1, 2);
    const FilmSegment& before = film.segments[1];
    const FilmSegment& after = planted.segments[1];
    EXPECT_EQ(film.segments[0], planted.segments[0]);
    EXPECT_EQ(before.cast, after.cast);
    EXPECT_EQ(before.scenes, after.scenes);
    for (std::size_t i = 0; i < before.shots.size(); ++i) {
      EXPECT_EQ(before.shots[i] == after.shots[i], i != 1);
      EXPECT_EQ(narrative_of(before, i), narrative_of(after, i));
    }
    const bool is_character = what == Plant::other_character;
    EXPECT_EQ(before.shots[1].setting == after.shots[1].setting, is_character);
    EXPECT_EQ(before.shots[1].figures == after.shots[1].figures, !is_character);
    EXPECT_NE(render_film_frame(before.shots[1], kFormat, 4),
              render_film_frame(after.shots[1], kFormat, 4));
    EXPECT_EQ(film_masks(before.shots[1], kFormat, 4) == film_masks(after.shots[1], kFormat, 4),
              !is_character);
  }
}

TEST(Film, RefusesWhatItCanNotPlantOrMake) {
  Film film = make_film({}, 0);
  EXPECT_THROW(plant(film, Plant::other_character, 0, 3), UsageError) << "shows nobody";
  EXPECT_THROW(plant(film, Plant::other_setting, 1, 6), UsageError) << "has no setting";
  EXPECT_THROW(plant(film, Plant::other_setting, 0, 0), UsageError);
  EXPECT_THROW(plant(film, Plant::other_setting, 2, 1), UsageError);
  FilmOptions options;
  options.segments = 0;
  EXPECT_THROW((void)make_film(options, 0), UsageError);
  options.segments = 1;
  options.frames_per_second = 0.5;
  EXPECT_THROW((void)make_film(options, 0), UsageError);
}

}  // namespace
}  // namespace asbench::baselines
