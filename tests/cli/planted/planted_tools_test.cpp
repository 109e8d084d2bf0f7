// The tools that plant changes do what they say: otherwise a harmless change might be none at all.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/files.h"
#include "loaders/video/audio.h"
#include "tests/cli/planted/clip_files.h"
#include "tests/cli/planted/frame_changes.h"
#include "tests/loaders/clip_encoder.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

constexpr double kFps = 12.0;

Frames pattern(int frames) {
  Frames pattern;
  for (int i = 0; i < frames; ++i) pattern.push_back(lopsided_picture(64, 48, 4 * i));
  return pattern;
}

/// Root mean square difference, in levels.
double distance(const Frames& a, const Frames& b) {
  double squares = 0.0;
  double values = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < a[i].bytes.size(); ++j) {
      const double apart = double{1} * a[i].bytes[j] - b.at(i).bytes.at(j);
      squares += apart * apart;
      values += 1.0;
    }
  }
  return std::sqrt(squares / values);
}

double mean_level(const Image& frame) {
  double sum = 0.0;
  for (const auto value : frame.bytes) sum += value;
  return sum / static_cast<double>(frame.bytes.size());
}

TEST(PlantedFrames, ChangeByWhatTheySay) {
  const Frames frames = pattern(8);
  EXPECT_NEAR(distance(noisy(frames, 3.0, 1), frames), 3.0, 0.1);
  EXPECT_NEAR(distance(noisy(frames, 3.0, 1), noisy(frames, 3.0, 2)), 3.0 * std::sqrt(2.0), 0.15);
  EXPECT_EQ(noisy(frames, 3.0, 1), noisy(frames, 3.0, 1));
  const Frames flicker = flickering(frames, 6);
  EXPECT_NEAR(mean_level(flicker[0]) - mean_level(frames[0]), 6.0, 0.01);
  EXPECT_NEAR(mean_level(flicker[1]) - mean_level(frames[1]), -6.0, 0.01);
  EXPECT_EQ(first_half(frames).size(), 4U);
  EXPECT_EQ(every_second(frames)[1], frames[2]);
  EXPECT_EQ(frozen(frames)[7], frames[0]);
  EXPECT_EQ(resized(frames, 40, 48)[0].width, 40);
  const Frames bars = letterboxed(frames, 5);
  EXPECT_EQ(bars[0].row(4)[100], 0);
  EXPECT_EQ(bars[0].row(5)[100], frames[0].row(5)[100]);
  EXPECT_EQ(bars[0].row(43)[100], 0);
  EXPECT_LT(distance(turned_hues(frames, 0.0), frames), 1.0);
  EXPECT_GT(distance(turned_hues(frames, 45.0), frames), 10.0);
  EXPECT_GT(distance(blurred(frames, 2.0), frames), distance(blurred(frames, 1.0), frames));
}

class PlantedFiles : public ::testing::Test {
 protected:
  PlantedFiles() { write_clip_as_drawn(original_, {pattern(12), kFps}); }
  TemporaryFolder folder_;
  fs::path original_ = folder_ / "original.mp4";
};

TEST_F(PlantedFiles, InAnotherContainerHaveTheSameFrames) {
  const Clip before = read_clip(original_);
  for (const char* ending : {".mkv", ".mov", ".ts", ".avi", ".mp4"}) {
    const fs::path file = folder_ / (std::string("other") + ending);
    package_clip(original_, file);
    const Clip after = read_clip(file);
    EXPECT_EQ(after.frames, before.frames) << ending;
    EXPECT_NEAR(after.fps, before.fps, 0.01) << ending;
  }
}

TEST_F(PlantedFiles, GetMetadataAndSoundAndKeepTheirFrames) {
  const Clip before = read_clip(original_);
  const fs::path titled = folder_ / "titled.mp4";
  package_clip(original_, titled, {.metadata = {{"title", "a title that was not there"}}});
  EXPECT_NE(read_text_file(titled).find("a title that was not there"), std::string::npos);
  EXPECT_EQ(read_clip(titled).frames, before.frames);
  const Sound sound{.seconds = 3.0};
  const fs::path sounding = folder_ / "sounding.mp4";
  package_clip(original_, sounding, {.sound = &sound});
  EXPECT_FALSE(loaders::audio_facts(original_).present);
  EXPECT_NEAR(loaders::audio_facts(sounding).seconds, 3.0, 0.1);
  EXPECT_EQ(read_clip(sounding).frames, before.frames);
}

TEST_F(PlantedFiles, CompressedMoreAreFartherFromTheOriginal) {
  const Clip before = read_clip(original_);
  const auto loss = [&](int rate_factor) {
    const fs::path file = folder_ / ("crf" + std::to_string(rate_factor) + ".mp4");
    write_clip_compressed(file, before, {.rate_factor = rate_factor});
    const Clip after = read_clip(file);
    EXPECT_NEAR(after.fps, kFps, 0.01);
    return distance(after.frames, before.frames);
  };
  EXPECT_GT(loss(28), loss(17));
}

}  // namespace
}  // namespace asbench::testing
