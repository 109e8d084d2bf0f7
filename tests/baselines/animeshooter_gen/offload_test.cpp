// Runs whose networks are not all in memory at the same time: the same videos, fewer bytes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/animeshooter_gen/generation_record.h"
#include "baselines/animeshooter_gen/memory_choice.h"
#include "baselines/animeshooter_gen/shot_files.h"
#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "tests/baselines/animeshooter_gen/tiny_run.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using models::VaeTiling;
using ::testing::HasSubstr;

class OffloadedRun : public asbench::testing::TinyRun {
 protected:
  [[nodiscard]] VideoRequest request(std::string_view baseline, const std::string& out,
                                     OffloadWish offload) const {
    VideoRequest wanted = request_of(baseline, out);
    wanted.dump = folder_ / (out + "-dump");
    wanted.memory.offload = offload;
    return wanted;
  }
  [[nodiscard]] std::map<std::string, std::string> files(const std::string& out) const {
    std::map<std::string, std::string> hashes;
    for (const std::string& folder : {out, out + "-dump"}) {
      for (const auto& entry : fs::recursive_directory_iterator(folder_ / folder)) {
        if (!entry.is_regular_file() || entry.path().filename() == kGenerationRecord) continue;
        const auto name = entry.path().lexically_relative(folder_ / folder).string();
        hashes[name] = sha256_file(entry.path());
      }
    }
    return hashes;
  }
  /// Conditions, latents and frames of both ways to the last bit.
  void expect_equal_runs(std::string_view baseline, int loads_by_stage) {
    generate_videos(request(baseline, "whole", OffloadWish::none));
    generate_videos(request(baseline, "staged", OffloadWish::stage));
    const auto whole = files("whole");
    EXPECT_EQ(whole.size(), 6U * 17U + 6U);
    EXPECT_EQ(files("staged"), whole);
    EXPECT_EQ(record("staged").at("settings"), record("whole").at("settings"));
    const Json run = record("staged").at("runs").at(0);
    EXPECT_EQ(run.at("offload"), "stage");
    EXPECT_EQ(run.at("loads").at("stages"), loads_by_stage);
    EXPECT_EQ(record("whole").at("runs").at(0).at("offload"), "none");
  }
};

/// Shots wait for each other: the decoder once before all, then three stages a shot.
TEST_F(OffloadedRun, OfAnimeShooterGenMakesTheSameVideos) {
  asbench::testing::write_tiny_generator(folder_ / "model");
  expect_equal_runs(kAnimeShooterGen, 1 + 6 * 3);
}

TEST_F(OffloadedRun, WithANullConditionOfT5MakesTheSameVideos) {
  asbench::testing::write_tiny_generator(
      folder_ / "model", {.manifest = {{"null_condition", "t5_empty"}}, .text_encoder = true});
  expect_equal_runs(kAnimeShooterGen, 1 + 6 * 3);
}

/// Shots of a story go through a stage together: a load of each stage a story.
TEST_F(OffloadedRun, OfCogVideoMakesTheSameVideos) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  expect_equal_runs(kCogVideoLora, 1 + 2 * 3);
  EXPECT_EQ(record("whole").at("runs").at(0).at("loads").at("stages"), 3);
}

TEST_F(OffloadedRun, WithALoraForEachIpMakesTheSameVideos) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  asbench::testing::write_tiny_lora(folder_ / "model/lora/cat", 1);
  asbench::testing::write_tiny_lora(folder_ / "model/lora/dog", 2);
  expect_equal_runs(kCogVideoLora, 1 + 2 * 3);
}

TEST_F(OffloadedRun, GoesOnWhereAnotherEnded) {
  asbench::testing::write_tiny_generator(folder_ / "model");
  generate_videos(request(kAnimeShooterGen, "out", OffloadWish::none));
  const auto whole = files("out");
  fs::remove_all(folder_ / "out/dog/0/shot_02");
  const auto report = generate_videos(request(kAnimeShooterGen, "out", OffloadWish::stage));
  EXPECT_EQ(report.kept, 3);
  EXPECT_EQ(report.written, 3);
  EXPECT_EQ(files("out"), whole);
  ASSERT_EQ(record("out").at("runs").size(), 2U);
  EXPECT_EQ(record("out").at("runs").at(0).at("offload"), "none");
  EXPECT_EQ(record("out").at("runs").at(1).at("offload"), "stage");
}

/// Shots that are denoised and wait for the decoder when a run ends are not denoised again.
TEST_F(OffloadedRun, KeepsWhatIsDenoised) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  const auto wanted = [&](const std::string& out) {
    VideoRequest request = this->request(kCogVideoLora, out, OffloadWish::stage);
    request.frames = FrameForm::video;
    return request;
  };
  generate_videos(wanted("whole"));
  VideoRequest failing = wanted("out");
  const fs::path in_the_way = folder_ / "out/cat/0/shot_02.mp4";
  failing.say = [&](std::string_view) { make_folders(in_the_way / "folder"); };
  EXPECT_ANY_THROW(generate_videos(failing));
  EXPECT_TRUE(fs::is_regular_file(folder_ / "out/cat/0/shot_01.mp4"));
  const ShotFiles shots(folder_ / "out", FrameForm::video, 8.0);
  const std::vector<std::int64_t> sizes = {1, 5, 4, 4, 6};
  const auto waiting = shots.denoised("cat/0", 2, sizes);
  ASSERT_TRUE(waiting.has_value());
  EXPECT_TRUE(shots.denoised("cat/0", 3, sizes).has_value());
  EXPECT_FALSE(shots.denoised("dog/0", 1, sizes).has_value());

  fs::remove_all(in_the_way);
  const auto report = generate_videos(wanted("out"));
  EXPECT_EQ(report.kept, 1);
  EXPECT_EQ(report.written, 5);
  EXPECT_EQ(files("out"), files("whole"));
  EXPECT_FALSE(fs::exists(folder_ / "out/.generation"));
  EXPECT_EQ(record("out").at("shots").at("cat/0/2").at("seconds").at("denoising"),
            waiting->denoising_seconds);
}

TEST_F(OffloadedRun, IsChosenWhereMemoryIsShortAndTold) {
  asbench::testing::write_tiny_generator(folder_ / "model");
  std::string said;
  const auto run = [&](const std::string& out, std::int64_t free) {
    VideoRequest wanted = request(kAnimeShooterGen, out, OffloadWish::automatic);
    wanted.free_memory = free;
    said.clear();
    wanted.say = [&](std::string_view text) { said += text; };
    generate_videos(wanted);
    return record(out).at("runs").at(0).at("offload").get<std::string>();
  };
  EXPECT_EQ(run("much", 1'000'000'000), "none");
  EXPECT_THAT(said, HasSubstr("--offload none --tile off: 953.7 MB is free"));
  EXPECT_EQ(run("little", 1), "stage");
  EXPECT_THAT(said, HasSubstr("memory may run out"));
  EXPECT_EQ(files("much"), files("little"));
}

TEST_F(OffloadedRun, SaysWhatItTook) {
  asbench::testing::write_tiny_generator(folder_ / "model");
  generate_videos(request(kAnimeShooterGen, "out", OffloadWish::stage));
  const Json peak = record("out").at("runs").at(0).at("peak_memory");
  EXPECT_GT(peak.at("planned").get<std::int64_t>(), 0);
  EXPECT_GT(peak.at("measured").get<std::int64_t>(), 0);
}

/// A tile is 48 x 40 pixels, a frame 64 x 48.
class TiledRun : public OffloadedRun {
 protected:
  TiledRun() {
    asbench::testing::write_tiny_cogvideo(
        folder_ / "model", {.transformer = {{"sample_height", 8}, {"sample_width", 6}},
                            .vae = {{"sample_height", 96}, {"sample_width", 80}}});
  }
  [[nodiscard]] VideoRequest tiled(const std::string& out, TilingWish tiling) const {
    VideoRequest wanted = request(kCogVideoLora, out, OffloadWish::automatic);
    wanted.free_memory = 1'000'000'000;
    wanted.memory.tiling = tiling;
    return wanted;
  }
};

TEST_F(TiledRun, IsASettingOfTheVideos) {
  generate_videos(tiled("off", TilingWish::automatic));
  EXPECT_EQ(record("off").at("settings").at("vae_tiling"), "off");
  generate_videos(tiled("on", TilingWish::on));
  EXPECT_EQ(record("on").at("settings").at("vae_tiling"), "on");
  const auto whole = files("off");
  const auto tiles = files("on");
  const std::string frame = "cat/0/shot_01/frame_0001.png";
  EXPECT_NE(whole.at(frame), tiles.at(frame));
  try {
    generate_videos(tiled("on", TilingWish::off));
    FAIL() << "videos of both kinds in one folder";
  } catch (const UsageError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr("vae_tiling is \"on\" there and \"off\" now"));
  }
}

TEST_F(TiledRun, GoesOnAsItBegan) {
  generate_videos(tiled("out", TilingWish::on));
  const auto whole = files("out");
  fs::remove_all(folder_ / "out/cat/0/shot_02");
  EXPECT_EQ(generate_videos(tiled("out", TilingWish::automatic)).written, 1);
  EXPECT_EQ(files("out"), whole);
}

/// A story of plans: everything together, by stage, in tiles, both.
class MemoryChoices : public ::testing::Test {
 protected:
  static MemoryPlan plan_of(Offload offload, VaeTiling tiling) {
    return {.stages = {{.name = "conditions", .networks = {{.name = "llm", .weights = 500}}},
                       {.name = "denoising",
                        .networks = {{.name = "transformer", .weights = 300}},
                        .activations = 50},
                       {.name = "decoding",
                        .networks = {{.name = "vae", .weights = 100}},
                        .activations = tiling == VaeTiling::on ? 200 : 800}},
            .offload = offload,
            .tiling = tiling};
  }
  static std::string choice(const MemoryWishes& wishes, std::optional<std::int64_t> free,
                            bool tiles = true) {
    const MemoryPlan plan = choose_memory(wishes, plan_of, tiles, free).plan;
    return fmt::format("{} {} {}", name_of(plan.offload),
                       plan.tiling == VaeTiling::on ? "on" : "off", plan.needed());
  }
};

TEST_F(MemoryChoices, ChangeNoVideoWhileTheyNeedNot) {
  // An eighth is left to what no plan knows.
  EXPECT_EQ(choice({}, 1912), "none off 1700");
  EXPECT_EQ(choice({}, 1911), "stage off 900");
  EXPECT_EQ(choice({}, 1012), "stage off 900");
  EXPECT_EQ(choice({}, 1011), "stage on 500");
  EXPECT_EQ(choice({}, 400), "stage on 500") << "the least, as nothing fits";
  EXPECT_EQ(choice({}, std::nullopt), "none off 1700");
}

TEST_F(MemoryChoices, FollowWishes) {
  EXPECT_EQ(choice({.offload = OffloadWish::none}, 1), "none on 1100");
  EXPECT_EQ(choice({.offload = OffloadWish::none, .tiling = TilingWish::off}, 1), "none off 1700");
  EXPECT_EQ(choice({.tiling = TilingWish::on}, 5000), "none on 1100");
  EXPECT_EQ(choice({.offload = OffloadWish::stage}, 5000), "stage off 900");
  EXPECT_EQ(choice({.tiling = TilingWish::off}, 1), "stage off 900");
  EXPECT_EQ(choice({.tiling = TilingWish::on}, 5000, /*tiles=*/false), "none off 1700");
}

TEST_F(MemoryChoices, AreReadFromTheirNames) {
  EXPECT_EQ(parse_offload("auto"), OffloadWish::automatic);
  EXPECT_EQ(parse_offload("stage"), OffloadWish::stage);
  EXPECT_EQ(parse_tiling("on"), TilingWish::on);
  EXPECT_THROW(static_cast<void>(parse_offload("layer")), UsageError);
  EXPECT_THROW(static_cast<void>(parse_tiling("yes")), UsageError);
}

}  // namespace
}  // namespace asbench::baselines
