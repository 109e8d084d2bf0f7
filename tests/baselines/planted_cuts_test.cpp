// Films of the mini world whose cuts are known: boundaries rounded to whole seconds come back to
// the frame, and where there is no cut nothing moves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "baselines/mini_world/render.h"
#include "baselines/mini_world/story.h"
#include "core/files.h"
#include "core/luma_picture.h"
#include "core/stats.h"
#include "loaders/boundaries/boundary_rule.h"
#include "loaders/boundaries/cut_detector.h"
#include "loaders/boundaries/frame_cells.h"
#include "loaders/boundaries/source_cuts.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/clip_writer.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using loaders::BoundaryRule;
using loaders::FrameRange;
using ::testing::IsEmpty;

constexpr BoundaryRule kSnap{.kind = BoundaryRule::Kind::snap};

/// A film of several stories, one after the other.
struct Film {
  fs::path file;
  std::vector<int> cuts;             ///< first frame of each shot but the first of the film
  std::vector<FrameRange> segments;  ///< one a story
};

/// Shots of 1.2 to 4 seconds; their ends lie anywhere between two whole seconds.
Film make_film(const fs::path& file, std::uint64_t seed, double fps, int stories) {
  constexpr int kShots = 4;
  Film film;
  loaders::ClipWriter writer(file, 192, 128, fps);
  const auto cast = make_cast(Cast::demo, seed, 6);
  const auto settings = settings_of(Cast::demo);
  SplitMix64 random(seed);
  int frames = 0;
  for (int story = 0; story < stories; ++story) {
    const int begin = frames;
    const auto& character = cast[static_cast<std::size_t>(story) % cast.size()];
    for (const ShotScript& shot : write_story(character, settings, seed, story / 6, kShots)) {
      const double seconds = 1.2 + 2.8 * static_cast<double>(random.below(1000)) / 1000.0;
      const RenderFormat format{192, 128, static_cast<int>(std::lround(seconds * fps)), fps};
      if (frames > 0) film.cuts.push_back(frames);
      for (int i = 0; i < format.frames; ++i) writer.write(render_frame(shot, format, i));
      frames += format.frames;
    }
    film.segments.push_back({begin, frames});
  }
  film.file = writer.finish();
  return film;
}

/// Shots of a segment between its cuts, which are moved to whole seconds of the segment.
std::vector<FrameRange> rounded_shots(const FrameRange& segment, const std::vector<int>& cuts,
                                      double fps, const std::function<double(double)>& round) {
  std::vector<FrameRange> shots;
  int before = segment.begin_frame;
  for (const int cut : cuts) {
    const double seconds = round((cut - segment.begin_frame) / fps);
    const int frame = segment.begin_frame + static_cast<int>(std::floor(seconds * fps + 0.5));
    shots.push_back({before, frame});
    before = frame;
  }
  shots.push_back({before, segment.end_frame});
  return shots;
}

std::vector<int> cuts_inside(const Film& film, const FrameRange& segment) {
  std::vector<int> cuts;
  for (const int cut : film.cuts) {
    if (cut > segment.begin_frame && cut < segment.end_frame) cuts.push_back(cut);
  }
  return cuts;
}

class PlantedCuts : public ::testing::TestWithParam<double> {};

TEST_P(PlantedCuts, AreFoundToTheFrameAndRestoredFromWholeSeconds) {
  const double fps = GetParam();
  const TemporaryFolder folder;
  const Film film = make_film(folder / "film.mp4", 5, fps, 6);
  const auto found = loaders::find_source_cuts(film.file, film.segments, 1.0);
  EXPECT_NEAR(found.fps, fps, 0.01);
  EXPECT_FALSE(found.damage);
  EXPECT_FALSE(found.has_variable_rate);
  EXPECT_EQ(found.decoded, film.segments.back().end_frame);
  std::vector<loaders::BoundedShots> all;
  int moved = 0;
  for (std::size_t i = 0; i < film.segments.size(); ++i) {
    const FrameRange& segment = film.segments[i];
    const std::vector<int> planted = cuts_inside(film, segment);
    ASSERT_EQ(planted.size(), 3U);
    EXPECT_EQ(found.ranges[i].frames, segment.end_frame - segment.begin_frame);
    std::vector<int> places;
    for (const auto& cut : found.ranges[i].cuts) places.push_back(cut.frame);
    EXPECT_EQ(places, planted) << "story " << i;
    for (const auto& round : {+[](double s) { return std::floor(s + 0.5); },
                              +[](double s) { return std::max(std::floor(s), 1.0); }}) {
      const auto shots = rounded_shots(segment, planted, fps, round);
      const auto snapped =
          loaders::apply_boundaries(kSnap, shots, segment, found.ranges[i].cuts, fps);
      std::vector<int> restored;
      for (std::size_t shot = 1; shot < snapped.ranges.size(); ++shot)
        restored.push_back(snapped.ranges[shot].begin_frame);
      EXPECT_EQ(restored, planted) << "story " << i;
      EXPECT_EQ(snapped.ranges.front().begin_frame, segment.begin_frame);
      EXPECT_EQ(snapped.ranges.back().end_frame, segment.end_frame);
      EXPECT_EQ(snapped.without_cut, 0);
      for (std::size_t b = 0; b < planted.size(); ++b) {
        moved += shots[b].end_frame != planted[b] ? 1 : 0;
        EXPECT_NEAR(snapped.shifts_seconds[b], (planted[b] - shots[b].end_frame) / fps, 1e-12);
      }
      all.push_back(snapped);
    }
  }
  const auto statistics = loaders::shift_statistics(all);
  EXPECT_EQ(statistics.boundaries, 36);
  EXPECT_EQ(statistics.moved, moved);
  EXPECT_GE(moved, 28);
  ASSERT_TRUE(statistics.seconds);
  EXPECT_GE(statistics.seconds->front(), -0.5 - 1e-9);
  EXPECT_LT(statistics.seconds->back(), 1.0);
}
INSTANTIATE_TEST_SUITE_P(FrameRates, PlantedCuts, ::testing::Values(12.0, 24.0));

TEST(PlantedCutsOfAFilm, AreFoundOverAllItsStories) {
  const TemporaryFolder folder;
  const Film film = make_film(folder / "film.mp4", 9, 12.0, 6);
  const FrameRange whole{0, film.segments.back().end_frame};
  const auto found = loaders::find_source_cuts(film.file, {&whole, 1}, 1.0);
  std::vector<int> places;
  for (const auto& cut : found.ranges[0].cuts) places.push_back(cut.frame);
  EXPECT_EQ(places, film.cuts);
}

/// Takes pictures as a pass over a video would.
class Gathered {
 public:
  void add(const Image& frame) { cells_.push_back(cells_of_.reduce(luma_of_.reduce(frame))); }
  [[nodiscard]] int frames() const { return static_cast<int>(cells_.size()); }
  [[nodiscard]] std::vector<loaders::Cut> cuts(double fps) const {
    return loaders::find_cuts(cells_, fps);
  }

 private:
  LumaReducer luma_of_;
  loaders::CellReducer cells_of_;
  std::vector<loaders::FrameCells> cells_;
};

TEST(NoCuts, MoveNoBoundary) {
  const auto cast = make_cast(Cast::demo, 3, 4);
  const auto settings = settings_of(Cast::demo);
  const RenderFormat format{192, 128, 60, 12.0};  // five seconds
  for (const CameraMove camera :
       {CameraMove::still, CameraMove::pan, CameraMove::zoom_in, CameraMove::follow}) {
    for (std::size_t i = 0; i < 8; ++i) {
      ShotScript shot;
      shot.character = cast[i % cast.size()];
      shot.setting = settings[(i * 5) % settings.size()];
      shot.action = static_cast<Action>(i);
      shot.camera = camera;
      shot.size = static_cast<ShotSize>(i % 3);
      Gathered film;
      for (int frame = 0; frame < format.frames; ++frame)
        film.add(render_frame(shot, format, frame));
      const auto cuts = film.cuts(12.0);
      EXPECT_THAT(cuts, IsEmpty()) << shot.descriptive();
      const std::vector<FrameRange> shots = {{0, 24}, {24, 48}};
      const auto snapped = loaders::apply_boundaries(kSnap, shots, {0, format.frames}, cuts, 12.0);
      EXPECT_EQ(snapped.ranges, shots);
      EXPECT_EQ(snapped.moved, 0);
      EXPECT_EQ(snapped.without_cut, 2);
    }
  }
}

/// Generated animation of the project page, where it is at hand: all shots of an IP in one film.
TEST(CutsOfTheDemoStories, AreThoseBetweenTheirShots) {
  const fs::path data = testing::source_folder() / "../shared/data/animeshootergen-demo";
  if (!fs::exists(data)) GTEST_SKIP() << "the demo stories are not at " << data;
  const loaders::FrameRule all = loaders::parse_frame_rule("all");
  int films = 0;
  for (const FolderEntry& ip : list_folder(data)) {
    if (ip.kind != FileKind::folder) continue;
    Gathered film;
    std::vector<int> planted;
    double fps = 0.0;
    for (const FolderEntry& shot : list_folder(ip.path)) {
      if (shot.path.extension() != ".mp4") continue;
      const auto clip =
          loaders::decode_clip({loaders::ShotSource::Kind::video_file, shot.path}, {&all, 1});
      if (film.frames() > 0) planted.push_back(film.frames());
      for (const auto& [index, frame] : clip.frames) film.add(frame);
      fps = clip.fps;
    }
    if (film.frames() == 0) continue;
    ++films;
    std::vector<int> places;
    for (const auto& cut : film.cuts(fps)) places.push_back(cut.frame);
    EXPECT_EQ(places, planted) << ip.path;
  }
  EXPECT_EQ(films, 3);
}

TEST(PlantedCutsOfAShortFilm, EndWithIt) {
  const TemporaryFolder folder;
  const Film film = make_film(folder / "film.mp4", 2, 12.0, 1);
  const int end = film.segments[0].end_frame;
  const std::vector<FrameRange> ranges = {{0, end + 50}, {end + 10, end + 50}, {0, film.cuts[0]}};
  const auto found = loaders::find_source_cuts(film.file, ranges, 1.0);
  EXPECT_EQ(found.decoded, end);
  EXPECT_EQ(found.ranges[0].frames, end);
  EXPECT_EQ(found.ranges[0].cuts.size(), 3U);
  EXPECT_EQ(found.ranges[1].frames, 0);
  EXPECT_THAT(found.ranges[1].cuts, IsEmpty());
  EXPECT_EQ(found.ranges[2].frames, film.cuts[0]);
  EXPECT_THAT(found.ranges[2].cuts, IsEmpty());
}

}  // namespace
}  // namespace asbench::baselines
