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
#include "tests/support/synthetic_result.h"
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
                     const fs::path& work, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{
      (testing::source_folder() / "tests/cli/compare_in_ci.sh").string(),
      program(),
      world.split.string(),
      base.string(),
      candidate.string(),
      work.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program("/bin/sh", arguments);
}

TEST(CompareInCi, CatchesACheckpointThatGotWorsePassesTheReverseAndRefusesAnotherProtocol) {
  const Checkpoints world;
  const fs::path work = world.folder() / "work";

  const auto worse = run_ci(world, world.good, world.bad, work);
  EXPECT_EQ(worse.exit_code, kExitRegression) << worse.out << worse.err;
  std::cout << worse.out;  // docs/ci.md shows it
  // Blurred frames lose the captions (a test over all IPs), the swapped character its identity (the
  // limit for one IP).
  EXPECT_THAT(worse.out,
              AllOf(StartsWith("### Regressed: clip\\_i, dino\\_i, clip\\_t\n"),
                    HasSubstr("- clip\\_t: regressed: p 0."),
                    HasSubstr("more than the limit 0.3 for one IP"), HasSubstr("Worst stories:")));
  EXPECT_THAT(read_text_file(work / "junit.xml"), HasSubstr("<failure type=\"regression\""));
  EXPECT_THAT(read_text_file(work / "stories.csv"), StartsWith("story,ip,metric,"));

  const auto reverse = run_ci(world, world.bad, world.good, work);
  EXPECT_EQ(reverse.exit_code, kExitDone) << reverse.out << reverse.err;
  EXPECT_THAT(reverse.out, StartsWith("### No regression; improved: "));

  const auto incomparable = run_ci(world, world.good, world.bad, work, {"--frames", "ends:5"});
  EXPECT_EQ(incomparable.exit_code, kExitFailure);
  // How many more metrics differ is the demo protocol's affair.
  EXPECT_THAT(incomparable.err, ::testing::ContainsRegex(
                                    "frames \\(clip_i and [0-9]+ more\\): midpoint:5 \\| ends:5"));
}

/// Two documents of one metric; the candidate's values are lower by `drop`.
class CompareCommand : public ::testing::Test {
 protected:
  void write(double drop) const {
    SyntheticResult options;
    options.ips = 8;
    options.value = [](int, int story) { return 0.5 + 0.01 * story; };
    write_json_file(folder_ / "base.json", options.document());
    options.value = [drop](int, int story) { return 0.5 + 0.01 * story - drop; };
    write_json_file(folder_ / "candidate.json", options.document());
  }
  [[nodiscard]] ProgramResult run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"compare", (folder_ / "base.json").string(),
                                       (folder_ / "candidate.json").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(program(), arguments);
  }
  TemporaryFolder folder_;
};

TEST_F(CompareCommand, ExitCodesAreZeroOneAndTwo) {
  write(0.0);
  EXPECT_EQ(run().exit_code, 0);
  write(0.05);
  EXPECT_EQ(run().exit_code, 1);
  write(-0.05);
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_EQ(run({"--gate", "no-such-gate"}).exit_code, 2);
  EXPECT_EQ(run({"--format", "poem"}).exit_code, 2);
  EXPECT_EQ(run_program(program(), {"compare", (folder_ / "base.json").string(), "/nowhere.json"})
                .exit_code,
            2);
  write_file_atomically(folder_ / "candidate.json", "{}");
  const auto broken = run();
  EXPECT_EQ(broken.exit_code, 2);
  EXPECT_THAT(broken.err, AllOf(StartsWith("asbench compare: "), HasSubstr("candidate.json")));
}

TEST_F(CompareCommand, WritesEveryForm) {
  write(0.05);
  EXPECT_THAT(run().out, StartsWith("regressed: clip_i\n"));
  EXPECT_THAT(run({"--format", "markdown"}).out, StartsWith("### Regressed"));
  EXPECT_THAT(run({"--format", "junit"}).out, StartsWith("<?xml"));
  EXPECT_EQ(parse_json(run({"--format", "json"}).out, "stdout").at("regressed"), true);
  const auto quiet =
      run({"--out", (folder_ / "out.txt").string(), "--csv", (folder_ / "d.csv").string()});
  EXPECT_EQ(quiet.out, "");
  EXPECT_THAT(read_text_file(folder_ / "out.txt"), StartsWith("regressed: clip_i\n"));
  EXPECT_THAT(read_text_file(folder_ / "d.csv"), HasSubstr("ip00/0,ip00,clip_i,higher,0.5,0.45,"));
}

TEST_F(CompareCommand, AllowIsNamedByTheRefusal) {
  write(0.0);
  Json other = read_json_file(folder_ / "candidate.json");
  other["coverage"]["scored_shots"] = 3;
  write_json_file(folder_ / "candidate.json", other);
  const auto refused = run();
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--allow coverage"));
  const auto allowed =
      run_program(program(), {"compare", "--allow", "coverage", (folder_ / "base.json").string(),
                              (folder_ / "candidate.json").string()});
  EXPECT_EQ(allowed.exit_code, 0) << allowed.err;
  EXPECT_THAT(allowed.out, HasSubstr("NOT A LIKE-FOR-LIKE COMPARISON"));
}

}  // namespace
}  // namespace asbench::testing
