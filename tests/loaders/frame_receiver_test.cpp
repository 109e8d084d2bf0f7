// Every frame of a decode to a receiver, for every kind of source; nothing of them is kept.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "loaders/video/clip_reader.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::TemporaryFolder;

class Collector final : public FrameReceiver {
 public:
  void begin() override {
    ++passes;
    frames.clear();
  }
  void take(std::size_t shot, int frame, const Image& rgb) override {
    EXPECT_EQ(static_cast<std::size_t>(frame), frames[shot].size()) << "in order, from 0";
    frames[shot].push_back(rgb);
  }
  int passes = 0;
  std::map<std::size_t, std::vector<Image>> frames;
};

DecodedClip decode(const ShotSource& source, const char* rule, FrameReceiver* receiver) {
  const FrameRule chosen = parse_frame_rule(rule);
  DecodeOptions options;
  options.receiver = receiver;
  return decode_clip(source, {&chosen, 1}, options);
}

std::vector<Image> all_frames(const ShotSource& source) {
  std::vector<Image> frames;
  for (auto& [index, frame] : decode(source, "all", nullptr).frames) frames.push_back(frame);
  return frames;
}

void expect_every_frame_of(const ShotSource& source) {
  Collector collector;
  const DecodedClip clip = decode(source, "midpoint:1", &collector);
  EXPECT_EQ(clip.frames.size(), 1U) << "only the sampled frame is kept";
  ASSERT_EQ(collector.frames[0].size(), static_cast<std::size_t>(clip.frame_count));
  EXPECT_EQ(collector.frames[0], all_frames(source));
}

TEST(FrameReceiver, GetsEveryFrameOfAVideoAndOfAFolder) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.mp4", {.frames = 23});
  testing::make_frame_folder(folder / "b");
  expect_every_frame_of({ShotSource::Kind::video_file, folder / "a.mp4"});
  expect_every_frame_of({ShotSource::Kind::frame_folder, folder / "b"});
}

TEST(FrameReceiver, GetsTheFramesOfRangesByTheirPlaces) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.mp4", {.frames = 30});
  const auto range = [&](int begin, int end) {
    return ShotSource{ShotSource::Kind::video_range, folder / "a.mp4", begin, end};
  };
  const std::vector sources{range(0, 10), range(9, 4), range(5, 21), range(21, 30)};
  Collector collector;
  const FrameRule rule = parse_frame_rule("midpoint:1");
  DecodeOptions options;
  options.receiver = &collector;
  const auto outcomes = decode_ranges(sources, {&rule, 1}, options);
  ASSERT_EQ(outcomes.size(), 4U);
  EXPECT_TRUE(collector.frames[1].empty());
  for (const std::size_t i : {0U, 2U, 3U})
    EXPECT_EQ(collector.frames[i], all_frames(sources[i])) << i;
}

TEST(FrameReceiver, IsToldWhenAVideoIsReadAgain) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.mp4", {.frames = 30});
  std::vector<ShotSource> parts;
  for (int k = 0; k < 3; ++k) {
    parts.push_back(
        {.kind = ShotSource::Kind::video_part, .path = folder / "a.mp4", .part = k, .parts = 3});
  }
  Collector collector;
  const FrameRule rule = parse_frame_rule("midpoint:1");
  DecodeOptions options;
  options.receiver = &collector;
  const auto outcomes = decode_ranges(parts, {&rule, 1}, options);
  EXPECT_GE(collector.passes, 1);
  for (std::size_t k = 0; k < 3; ++k) {
    ASSERT_TRUE(std::holds_alternative<DecodedClip>(outcomes[k]));
    EXPECT_EQ(collector.frames[k].size(),
              static_cast<std::size_t>(std::get<DecodedClip>(outcomes[k]).frame_count));
  }
}

}  // namespace
}  // namespace asbench::loaders
