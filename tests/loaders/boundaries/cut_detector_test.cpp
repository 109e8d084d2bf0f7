// Cuts by hand on drawn pictures: what is one, and what is none.
#include "loaders/boundaries/cut_detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "core/error.h"
#include "core/luma_picture.h"
#include "core/stats.h"
#include "loaders/boundaries/frame_cells.h"

namespace asbench::loaders {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kFps = 24.0;

/// Brightness of a scene at a place, in pixels of the scene: soft blobs from the seed.
class Scene {
 public:
  explicit Scene(std::uint64_t seed) {
    SplitMix64 random(seed);
    for (int i = 0; i < 60; ++i) {
      blobs_.push_back({static_cast<double>(random.below(1200)) - 300.0,
                        static_cast<double>(random.below(300)) - 30.0,
                        8.0 + static_cast<double>(random.below(50)),
                        static_cast<double>(random.below(240)) - 120.0});
    }
  }
  [[nodiscard]] double at(double x, double y) const {
    double level = 128.0;
    for (const Blob& blob : blobs_) {
      const double dx = x - blob.x;
      const double dy = y - blob.y;
      const double far = (dx * dx + dy * dy) / (blob.radius * blob.radius);
      if (far < 4.0) level += blob.level * (1.0 - far / 4.0);
    }
    return level;
  }

 private:
  struct Blob {
    double x, y, radius, level;
  };
  std::vector<Blob> blobs_;
};

using Level = std::function<double(double x, double y)>;

/// 240 x 160 units of a scene.
FrameCells drawn(const Level& level) {
  constexpr double kUnits = 2.5;  // a pixel
  LumaPicture picture(96, 64);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double value = level(kUnits * x, kUnits * y);
      picture.row(y)[x] = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
    }
  }
  return CellReducer().reduce(picture);
}

/// A scene whose left edge is at `left`.
FrameCells seen(const Scene& scene, double left = 0.0, double gain = 1.0, double lift = 0.0) {
  return drawn([&](double x, double y) { return gain * scene.at(x + left, y) + lift; });
}

std::vector<int> cuts_of(const std::vector<FrameCells>& frames, double fps = kFps) {
  std::vector<int> places;
  for (const Cut& cut : find_cuts(frames, fps)) places.push_back(cut.frame);
  return places;
}

/// `count` frames of a scene, which moves `step` pixels a frame.
void add(std::vector<FrameCells>& frames, const Scene& scene, int count, double step = 1.0) {
  for (int i = 0; i < count; ++i) frames.push_back(seen(scene, step * i));
}

TEST(FrameCells, AreMeansOfAreas) {
  LumaPicture picture(96, 64);  // two pixels a cell along both axes
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 96; ++x) picture.row(y)[x] = static_cast<std::uint8_t>((x % 2) * 3 + y % 2);
  }
  const FrameCells cells = CellReducer().reduce(picture);
  for (const std::uint8_t level : cells.levels) EXPECT_EQ(level, 2);  // (0 + 3 + 1 + 4) / 4
  EXPECT_EQ(cells.contrast, 0.0);
  for (int x = 0; x < 96; ++x) picture.row(63)[x] = 200;
  const FrameCells bright = CellReducer().reduce(picture);
  EXPECT_EQ(bright.levels[FrameCells::kColumns * 31], 101);  // (0 + 3 + 200 + 200) / 4 = 100.75
  EXPECT_EQ(bright.levels[FrameCells::kColumns * 30], 2);
  // One row of 32 is 99 above the others: the mean distance is 2 * 99 * (1/32) * (31/32).
  EXPECT_NEAR(bright.contrast, 2.0 * 99.0 * 31.0 / 32.0 / 32.0, 1e-9);
}

TEST(FrameCells, OfAnySizeCoverThePictureOnce) {
  for (const auto& [width, height] : {std::pair(7, 5), {49, 33}, {360, 240}, {1, 1}}) {
    LumaPicture picture(width, height);
    for (auto& value : picture.luma) value = 77;
    CellReducer reducer;
    for (const std::uint8_t level : reducer.reduce(picture).levels) EXPECT_EQ(level, 77);
  }
}

TEST(UnexplainedChange, IsZeroForWhatMoves) {
  const Scene scene(1);
  EXPECT_EQ(unexplained_change(seen(scene), seen(scene)), 0.0);
  // 15 pixels are 3 cells.
  EXPECT_LT(unexplained_change(seen(scene), seen(scene, 15.0)), 0.05);
  const double unrelated = unexplained_change(seen(scene), seen(Scene(2)));
  EXPECT_GT(unrelated, 0.5);
  EXPECT_EQ(unrelated, unexplained_change(seen(Scene(2)), seen(scene)));
}

TEST(UnexplainedChange, IsTheSameInTheDark) {
  const double bright = unexplained_change(seen(Scene(1)), seen(Scene(2)));
  const double dark = unexplained_change(seen(Scene(1), 0.0, 0.25), seen(Scene(2), 0.0, 0.25));
  EXPECT_NEAR(dark, bright, 0.15);
}

/// Straight from the definition: every block, every shift, both directions.
double naive_change(const FrameCells& a, const FrameCells& b) {
  const auto left_over = [](const FrameCells& from, const FrameCells& to) {
    double total = 0.0;
    for (int by = 0; by < 4; ++by) {
      for (int bx = 0; bx < 6; ++bx) {
        double least = 1e9;
        for (int dy = -4; dy <= 4; ++dy) {
          for (int dx = -4; dx <= 4; ++dx) {
            const int x0 = bx * 8 + dx;
            const int y0 = by * 8 + dy;
            if (x0 < 0 || y0 < 0 || x0 + 8 > 48 || y0 + 8 > 32) continue;
            double sum = 0.0;
            for (int y = 0; y < 8; ++y) {
              for (int x = 0; x < 8; ++x) {
                sum +=
                    std::abs(static_cast<double>(
                                 from.levels[static_cast<std::size_t>((y0 + y) * 48 + x0 + x)]) -
                             to.levels[static_cast<std::size_t>((by * 8 + y) * 48 + bx * 8 + x)]);
              }
            }
            least = std::min(least, sum);
          }
        }
        total += least;
      }
    }
    return total / (48.0 * 32.0);
  };
  const auto contrast = [](const FrameCells& cells) {
    double mean = 0.0;
    for (const auto level : cells.levels) mean += level;
    mean /= 48.0 * 32.0;
    double sum = 0.0;
    for (const auto level : cells.levels) sum += std::abs(level - mean);
    return sum / (48.0 * 32.0);
  };
  return std::min(left_over(a, b), left_over(b, a)) /
         std::max((contrast(a) + contrast(b)) / 2.0, 4.0);
}

TEST(UnexplainedChange, IsWhatTheDefinitionSays) {
  std::vector<FrameCells> frames;
  for (std::uint64_t seed = 1; seed < 6; ++seed) frames.push_back(seen(Scene(seed)));
  frames.push_back(seen(Scene(1), 12.0, 0.5));
  frames.push_back(drawn([](double, double) { return 40.0; }));
  for (const FrameCells& a : frames) {
    for (const FrameCells& b : frames)
      EXPECT_NEAR(unexplained_change(a, b), naive_change(a, b), 1e-12);
  }
}

TEST(Cuts, AreFoundBetweenScenes) {
  std::vector<FrameCells> frames;
  add(frames, Scene(1), 30);
  add(frames, Scene(2), 41, 3.0);
  add(frames, Scene(3), 13, 0.0);
  EXPECT_THAT(cuts_of(frames), ElementsAre(30, 71));
  EXPECT_THAT(find_cuts({}, kFps), IsEmpty());
  EXPECT_THAT(find_cuts({frames.data(), 1}, kFps), IsEmpty());
  EXPECT_THROW(static_cast<void>(find_cuts(frames, 0.0)), InternalError);
}

TEST(Cuts, AreFoundInTheDarkAndFromBlack) {
  std::vector<FrameCells> frames;
  for (int i = 0; i < 20; ++i) frames.push_back(seen(Scene(1), i, 0.2));
  for (int i = 0; i < 20; ++i) frames.push_back(seen(Scene(2), i, 0.2));
  for (int i = 0; i < 20; ++i) frames.push_back(drawn([](double, double) { return 0.0; }));
  for (int i = 0; i < 20; ++i) frames.push_back(seen(Scene(3), i, 0.2));
  EXPECT_THAT(cuts_of(frames), ElementsAre(20, 40, 60));
}

TEST(Cuts, AreNotMotionOrPans) {
  std::vector<FrameCells> frames;
  add(frames, Scene(1), 40, 0.0);
  for (int i = 0; i < 30; ++i) frames.push_back(seen(Scene(1), 18.0 * i));  // 3.6 cells a frame
  EXPECT_THAT(cuts_of(frames), IsEmpty());
  frames.clear();
  // A square of a third of the height crosses the picture in a second.
  for (int i = 0; i < 24; ++i) {
    frames.push_back(drawn([&](double x, double y) {
      const bool inside = x >= 8.0 * i && x < 8.0 * i + 54 && y >= 60 && y < 114;
      return inside ? 250.0 : Scene(1).at(x, y);
    }));
  }
  EXPECT_THAT(cuts_of(frames), IsEmpty());
}

TEST(Cuts, AreNotZooms) {
  const Scene scene(4);
  std::vector<FrameCells> frames;
  for (int i = 0; i < 48; ++i) {
    const double zoom = 1.0 + 0.03 * i;
    frames.push_back(drawn([&](double x, double y) {
      return scene.at(120.0 + (x - 120.0) / zoom, 80.0 + (y - 80.0) / zoom);
    }));
  }
  EXPECT_THAT(cuts_of(frames), IsEmpty());
}

TEST(Cuts, AreNotFlashes) {
  for (const int length : {1, 2, 3, 6, 11}) {
    std::vector<FrameCells> frames;
    add(frames, Scene(1), 30);
    for (int i = 0; i < length; ++i) frames.push_back(drawn([](double, double) { return 255.0; }));
    for (int i = 0; i < 30; ++i) frames.push_back(seen(Scene(1), 30.0 + length + i));
    EXPECT_THAT(cuts_of(frames), IsEmpty()) << length;
  }
  // At once bright, then back over ten frames.
  std::vector<FrameCells> frames;
  for (int i = 0; i < 60; ++i) {
    const double light = i < 30 || i >= 40 ? 0.0 : (40 - i) / 10.0;
    frames.push_back(seen(Scene(1), i, 1.0 - light, 255.0 * light));
  }
  EXPECT_THAT(cuts_of(frames), IsEmpty());
  // A flash that lasts is a shot.
  frames.clear();
  add(frames, Scene(1), 30);
  for (int i = 0; i < 24; ++i) frames.push_back(drawn([](double, double) { return 255.0; }));
  add(frames, Scene(1), 30);
  EXPECT_THAT(cuts_of(frames), ElementsAre(30, 54));
}

TEST(Cuts, AreNotFadesOrDissolves) {
  std::vector<FrameCells> frames;
  const Scene from(1);
  const Scene to(2);
  for (int i = 0; i < 72; ++i) {
    const double share = std::clamp((i - 24) / 24.0, 0.0, 1.0);
    frames.push_back(drawn(
        [&](double x, double y) { return (1.0 - share) * from.at(x, y) + share * to.at(x, y); }));
  }
  EXPECT_THAT(cuts_of(frames), IsEmpty());
}

TEST(Cuts, StandOutFromWhatIsUsualAround) {
  // Ten pictures a second that have nothing in common: no cut stands out, however large the change.
  std::vector<FrameCells> frames;
  for (int i = 0; i < 48; ++i) frames.push_back(seen(Scene(static_cast<std::uint64_t>(100 + i))));
  EXPECT_THAT(cuts_of(frames), IsEmpty());
}

TEST(Cuts, SeeAnimationOnThrees) {
  std::vector<FrameCells> frames;
  for (int i = 0; i < 36; ++i) frames.push_back(seen(Scene(1), 10.0 * (i / 3)));
  for (int i = 0; i < 36; ++i) frames.push_back(seen(Scene(2), 10.0 * (i / 3)));
  EXPECT_THAT(cuts_of(frames), ElementsAre(36));
}

TEST(Cuts, ThroughAMixedFrameAreOne) {
  const Scene from(1);
  const Scene to(2);
  std::vector<FrameCells> frames;
  add(frames, from, 24, 0.0);
  frames.push_back(drawn([&](double x, double y) { return (from.at(x, y) + to.at(x, y)) / 2.0; }));
  add(frames, to, 24, 0.0);
  const auto cuts = cuts_of(frames);
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_TRUE(cuts.front() == 24 || cuts.front() == 25) << cuts.front();
}

TEST(Cuts, BetweenTwoScenesInTurnAreAllFound) {
  std::vector<FrameCells> frames;
  for (int turn = 0; turn < 4; ++turn) add(frames, Scene(turn % 2 == 0 ? 1U : 2U), 24, 0.5);
  EXPECT_THAT(cuts_of(frames), ElementsAre(24, 48, 72));
}

TEST(Cuts, StrongestComeFirst) {
  const std::vector<Cut> cuts = {{10, 0.5}, {20, 0.9}, {30, 0.9}, {40, 0.7}};
  EXPECT_THAT(strongest_cuts(cuts, 2), ElementsAre(Cut{20, 0.9}, Cut{30, 0.9}));
  EXPECT_THAT(strongest_cuts(cuts, 1), ElementsAre(Cut{20, 0.9}));
  EXPECT_THAT(strongest_cuts(cuts, 3), ElementsAre(Cut{20, 0.9}, Cut{30, 0.9}, Cut{40, 0.7}));
  EXPECT_EQ(strongest_cuts(cuts, 9), cuts);
  EXPECT_THAT(strongest_cuts(cuts, 0), IsEmpty());
}

}  // namespace
}  // namespace asbench::loaders
