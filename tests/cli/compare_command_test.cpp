// The gate as CI uses it: a candidate that really got worse is caught, the reverse passes, an
// incomparable pair is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "baselines/mini_world/mini_world.h"
#include "core/error.h"
#include "core/json.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/clip_writer.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string program() {
  return testing::asbench_program();
}

/// Mean over a square of 2 radius + 1 pixels, edges repeated: sums along rows, then along columns.
Image blurred(const Image& frame, int radius) {
  const auto width =
      static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.channels);
  std::vector<int> along_rows(width * static_cast<std::size_t>(frame.height));
  for (int y = 0; y < frame.height; ++y) {
    int* sums = along_rows.data() + static_cast<std::size_t>(y) * width;
    for (int i = 0; i < frame.width * frame.channels; ++i) {
      for (int dx = -radius; dx <= radius; ++dx) {
        sums[i] +=
            frame.row(y)[std::clamp(i / frame.channels + dx, 0, frame.width - 1) * frame.channels +
                         i % frame.channels];
      }
    }
  }
  const int area = (2 * radius + 1) * (2 * radius + 1);
  Image result(frame.height, frame.width, frame.channels);
  for (int y = 0; y < frame.height; ++y) {
    std::vector<int> sums(width);
    for (int dy = -radius; dy <= radius; ++dy) {
      const int* row = along_rows.data() +
                       static_cast<std::size_t>(std::clamp(y + dy, 0, frame.height - 1)) * width;
      for (std::size_t i = 0; i < width; ++i) sums[i] += row[i];
    }
    for (std::size_t i = 0; i < width; ++i)
      result.row(y)[i] = static_cast<std::uint8_t>(sums[i] / area);
  }
  return result;
}

void write_blurred(const fs::path& from, const fs::path& to) {
  constexpr int kRadius = 8;  // of frames 192 pixels wide: shapes stay, faces and patterns go
  const std::vector<loaders::FrameRule> rules{loaders::parse_frame_rule("all")};
  const auto clip =
      loaders::decode_clip({.kind = loaders::ShotSource::Kind::video_file, .path = from}, rules);
  loaders::ClipWriter writer(to, clip.width, clip.height, clip.fps);
  for (const auto& [index, frame] : clip.frames) writer.write(blurred(frame, kRadius));
  writer.finish();
}

/// The demo's drawn world: 8 characters of 2 stories, their real shots, and a checkpoint that got
/// worse: every frame is blurred and the first character's shots show the second one.
class Checkpoints {
 public:
  Checkpoints() {
    baselines::MiniWorldOptions options;
    options.clips_per_ip = 1;
    Progress progress("drawing", baselines::clips_in(options), Progress::Style::quiet);
    const auto folders = baselines::render_mini_world(options, folder_.path(), progress);
    split = folders.split;
    good = folders.ground_truth;
    for (const auto& entry : fs::recursive_directory_iterator(good)) {
      if (!entry.is_regular_file()) continue;
      auto shown = fs::relative(entry.path(), good);
      write_blurred(good / swapped(shown), bad / shown);
    }
  }

  [[nodiscard]] const fs::path& folder() const { return folder_.path(); }

 private:
  /// The file to show in place of this one.
  [[nodiscard]] fs::path swapped(const fs::path& shot) const {
    std::vector<std::string> ips;
    for (const auto& entry : fs::directory_iterator(good)) {
      if (entry.is_directory()) ips.push_back(entry.path().filename().string());
    }
    std::sort(ips.begin(), ips.end());
    const std::string ip = shot.begin()->string();
    if (ip != ips.at(0)) return shot;
    return ips.at(1) / shot.lexically_relative(ip);
  }

  TemporaryFolder folder_;

 public:
  fs::path split, good;
  fs::path bad = folder_ / "blurred-and-swapped";
};

ProgramResult run_ci(const Checkpoints& world, const fs::path& base, const fs::path& candidate,
                     const fs::path& work, const std::vector<std::string>& more = {},
                     const std::string& missing = "fail") {
  std::vector<std::string> arguments{
      (testing::source_folder() / "tests/cli/compare_in_ci.sh").string(),
      program(),
      world.split.string(),
      base.string(),
      candidate.string(),
      work.string(),
      missing};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program("/bin/sh", arguments);
}

TEST(CompareInCi, CatchesACheckpointThatGotWorsePassesTheReverseAndRefusesAnotherProtocol) {
  const Checkpoints world;
  const fs::path work = world.folder() / "work";

  const auto worse = run_ci(world, world.good, world.bad, work);
  EXPECT_EQ(worse.exit_code, kExitRegression) << worse.out << worse.err;
  std::cout << worse.out;  // docs/ci.md shows it
  // Blurred frames lose sharpness and the captions (tests over all IPs), the swapped character its
  // identity (the limit for one IP).
  EXPECT_THAT(
      worse.out,
      AllOf(StartsWith("### Regressed: clip\\_i, dino\\_i, clip\\_t, sharpness \\(watched\\), "),
            HasSubstr("by chance alone such a drop would be seen in about"),
            HasSubstr("which reaches the limit 0.3 for one IP"), HasSubstr("Worst stories:"),
            HasSubstr("**How sure**"), HasSubstr("**Not tested**"),
            HasSubstr("<details><summary>The numbers")));
  EXPECT_THAT(read_text_file(work / "junit.xml"), HasSubstr("<failure type=\"regression\""));
  EXPECT_THAT(read_text_file(work / "stories.csv"), StartsWith("story,ip,metric,"));

  const auto reverse = run_ci(world, world.bad, world.good, work);
  EXPECT_EQ(reverse.exit_code, kExitDone) << reverse.out << reverse.err;
  EXPECT_THAT(reverse.out, StartsWith("### No regression found; improved: "));

  const auto incomparable = run_ci(world, world.good, world.bad, work, {"--frames", "ends:5"});
  EXPECT_EQ(incomparable.exit_code, kExitFailure);
  // How many more metrics differ is the demo protocol's affair.
  EXPECT_THAT(incomparable.err, ::testing::ContainsRegex(
                                    "frames \\(clip_i and [0-9]+ more\\): midpoint:5 \\| ends:5"));
  EXPECT_THAT(incomparable.out, AllOf(StartsWith("### Not compared: `asbench compare` stopped\n"),
                                      HasSubstr("midpoint:5 | ends:5"), HasSubstr("--allow ")));
  EXPECT_THAT(read_text_file(work / "junit.xml"), HasSubstr("<error type=\"stopped\""));

  const auto unscored = run_ci(world, world.good, world.folder() / "nowhere", work);
  EXPECT_EQ(unscored.exit_code, kExitFailure);
  EXPECT_THAT(unscored.out,
              AllOf(StartsWith("### Not scored: `asbench score` stopped\n"), HasSubstr("nowhere")));

  // Three videos that were not written: everything else is the same, and the gate fails it.
  const fs::path incomplete = world.folder() / "incomplete";
  fs::copy(world.good, incomplete, fs::copy_options::recursive);
  std::vector<fs::path> videos;
  for (const auto& entry : fs::recursive_directory_iterator(incomplete)) {
    if (entry.path().extension() == ".mp4") videos.push_back(entry.path());
  }
  std::sort(videos.begin(), videos.end());
  for (const std::size_t lost : {3U, 20U, 41U}) fs::remove(videos.at(lost));
  const auto missing = run_ci(world, world.good, incomplete, work, {}, "zero");
  EXPECT_EQ(missing.exit_code, kExitRegression) << missing.out << missing.err;
  EXPECT_THAT(missing.out,
              AllOf(StartsWith("### Regressed: "), HasSubstr("missing shots \\(3 more\\)"),
                    HasSubstr("missing shots: 3 of the candidate, 0 of the base")));
}

}  // namespace
}  // namespace asbench::testing
