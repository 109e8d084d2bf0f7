// Planted faults of known size on clips of the mini world: each measure of the picture itself
// (docs/design/metrics.md 15) sees its fault, the more the larger it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "baselines/mini_world/mini_world.h"
#include "core/luma_picture.h"
#include "core/picture_meter.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/clip_writer.h"
#include "loaders/video/mat_image.h"
#include "metrics/measurement.h"
#include "tests/support/temporary_folder.h"

namespace asbench::baselines {
namespace {

using asbench::testing::TemporaryFolder;
using Frames = std::vector<Image>;
using Values = std::map<std::string, double>;

constexpr double kFps = 12.0;

/// What the metrics make of clips, mean over the clips.
Values measured(const std::vector<loaders::DecodedClip>& clips) {
  metrics::StoryFeatures story;
  story.id = story.ip = "s";
  for (const auto& clip : clips) {
    metrics::ShotFeatures& shot = story.shots.emplace_back();
    shot.decodable_frames = clip.frame_count;
    shot.fps = clip.fps;
    shot.picture = clip.pictures;
  }
  Values values;
  for (const char* id : {"sharpness", "flicker", "repeated_frames", "effective_fps", "letterbox"}) {
    values[id] = metrics::measure(id, std::vector{story}).mean.value();
  }
  return values;
}

class PictureFaults : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    MiniWorldOptions options;
    options.ips = 2;
    options.stories_per_ip = 1;
    options.shots_per_story = 2;
    options.clips_per_ip = 1;
    Progress progress("test", clips_in(options), Progress::Style::quiet);
    const auto world = render_mini_world(options, *folder_ / "world", progress);
    const auto split = loaders::read_split(world.split);
    const loaders::FrameRule all{loaders::FrameRule::Kind::all, 0};
    for (const auto& [key, source] : loaders::find_outputs(split, world.ground_truth).shots) {
      Frames frames;
      for (auto& [index, frame] : loaders::decode_clip(source, {&all, 1}).frames)
        frames.push_back(std::move(frame));
      shots_.push_back(std::move(frames));
    }
  }
  static void TearDownTestSuite() {
    folder_.reset();
    shots_.clear();
  }

  /// The shots with a fault, written as videos and decoded again.
  static Values with(const std::function<Frames(const Frames&)>& fault, double fps = kFps) {
    std::vector<loaders::DecodedClip> clips;
    loaders::DecodeOptions options;
    options.pictures = true;
    for (const Frames& shot : shots_) {
      const Frames frames = fault(shot);
      loaders::ClipWriter writer(*folder_ / ("clip" + std::to_string(written_++) + ".mp4"),
                                 frames.front().width, frames.front().height, fps);
      for (const Image& frame : frames) writer.write(frame);
      const loaders::ShotSource source{loaders::ShotSource::Kind::video_file, writer.finish()};
      clips.push_back(loaders::decode_clip(source, {}, options));
    }
    return measured(clips);
  }
  static const Values& sound() {
    static const Values values = with([](const Frames& frames) { return frames; });
    return values;
  }
  static Values each(const std::function<void(Image& frame, int index)>& change) {
    return with([&](Frames frames) {
      for (int i = 0; i < static_cast<int>(frames.size()); ++i)
        change(frames[static_cast<std::size_t>(i)], i);
      return frames;
    });
  }

  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline std::vector<Frames> shots_;
  static inline int written_ = 0;
};

TEST_F(PictureFaults, SoundClipsHaveNone) {
  ASSERT_EQ(shots_.size(), 4U);
  ASSERT_EQ(shots_.front().size(), 24U);
  EXPECT_LT(sound().at("flicker"), 0.001);
  EXPECT_LT(sound().at("repeated_frames"), 0.1);
  EXPECT_GT(sound().at("effective_fps"), 11.0);
  EXPECT_LT(sound().at("letterbox"), 0.01);
}

/// Blur multiplies the spectrum by a Gaussian: the drop in decibels of the same frames before they
/// are compressed.
double drop_of_blur(const Frames& frames, double sigma) {
  const auto decibels = [&](bool blurred) {
    LumaReducer reducer;
    PictureMeter meter;
    for (const Image& frame : frames) {
      cv::Mat picture = loaders::to_mat(frame);
      if (blurred) cv::GaussianBlur(picture, picture, {}, sigma);
      meter.add(reducer.reduce(loaders::to_image(picture)));
    }
    return 10.0 * std::log10(1.0 + meter.result().laplacian);
  };
  return decibels(false) - decibels(true);
}

TEST_F(PictureFaults, BlurLowersSharpnessByWhatTheBlurTakes) {
  // What the codec takes from fine detail, and adds of its own where the picture is very soft.
  const auto compression = [](double expected) { return std::max(1.0, 0.15 * expected); };
  double before = sound().at("sharpness");
  for (const double sigma : {0.5, 1.0, 2.0, 4.0}) {
    double expected = 0.0;
    for (const Frames& shot : shots_)
      expected += drop_of_blur(shot, sigma) / static_cast<double>(shots_.size());
    const Values values = each([&](Image& frame, int) {
      cv::Mat picture = loaders::to_mat(frame);
      cv::GaussianBlur(picture, picture, {}, sigma);
      frame = loaders::to_image(picture);
    });
    EXPECT_LT(values.at("sharpness"), before - 1.0) << sigma;
    EXPECT_NEAR(sound().at("sharpness") - values.at("sharpness"), expected, compression(expected))
        << sigma;
    before = values.at("sharpness");
  }
}

TEST_F(PictureFaults, FramesThatAreHeldAreRepeatsAndLowerTheEffectiveRate) {
  double before = sound().at("repeated_frames");
  for (const int hold : {2, 3, 4}) {
    const Values values = with([&](const Frames& frames) {
      Frames held;
      for (std::size_t i = 0; i < frames.size(); ++i)
        held.push_back(frames[i / static_cast<std::size_t>(hold) * static_cast<std::size_t>(hold)]);
      return held;
    });
    const double repeats = 24.0 - 24.0 / hold;
    EXPECT_GT(values.at("repeated_frames"), before) << hold;
    EXPECT_NEAR(values.at("repeated_frames"), repeats / 23.0, 0.06) << hold;
    EXPECT_NEAR(values.at("effective_fps"), kFps / hold, 0.6) << hold;
    before = values.at("repeated_frames");
  }
}

TEST_F(PictureFaults, FramesThatAreDroppedLowerTheEffectiveRateOnly) {
  for (const int step : {2, 3}) {
    const Values values = with(
        [&](const Frames& frames) {
          Frames fewer;
          for (std::size_t i = 0; i < frames.size(); i += static_cast<std::size_t>(step))
            fewer.push_back(frames[i]);
          return fewer;
        },
        kFps / step);
    EXPECT_NEAR(values.at("effective_fps"), kFps / step, 0.3) << step;
    EXPECT_LT(values.at("repeated_frames"), 0.1) << step;
  }
}

TEST_F(PictureFaults, AlternatingBrightnessIsFlickerOfItsDifference) {
  constexpr double kClipped = 0.2;  // what white and black pixels can't show of it
  double before = sound().at("flicker");
  for (const int amplitude : {1, 2, 4, 8, 16}) {
    const Values values = each([&](Image& frame, int index) {
      const int by = index % 2 == 0 ? amplitude : -amplitude;
      for (auto& byte : frame.bytes)
        byte = static_cast<std::uint8_t>(std::clamp(byte + by, 0, 255));
    });
    const double expected = 2.0 * amplitude / 255.0;
    EXPECT_GT(values.at("flicker"), before) << amplitude;
    EXPECT_NEAR(values.at("flicker"), expected, kClipped * expected) << amplitude;
    before = values.at("flicker");
  }
}

TEST_F(PictureFaults, AFadeIsNoFlicker) {
  const Values values = each([](Image& frame, int index) {
    for (auto& byte : frame.bytes) byte = static_cast<std::uint8_t>(byte * (index + 8) / 32);
  });
  EXPECT_LT(values.at("flicker"), 0.004);
}

TEST_F(PictureFaults, BarsAreMeasuredToTwoRowsEach) {
  constexpr double kRows = 4.0 / 128.0;
  double before = sound().at("letterbox");
  for (const int height : {8, 16, 32}) {
    const Values values = each([&](Image& frame, int) {
      for (int y = 0; y < frame.height; ++y) {
        if (y < height || y >= frame.height - height)
          std::fill_n(frame.row(y), frame.row_bytes(), std::uint8_t{0});
      }
    });
    EXPECT_GT(values.at("letterbox"), before) << height;
    EXPECT_NEAR(values.at("letterbox"), 2.0 * height / 128.0, kRows) << height;
    before = values.at("letterbox");
  }
}

}  // namespace
}  // namespace asbench::baselines
