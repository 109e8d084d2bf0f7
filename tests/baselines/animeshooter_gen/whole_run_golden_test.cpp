// generate_videos() from its files to its files against diffusers and transformers:
// tests/golden/animeshootergen. engine_golden_test.cpp compares the parts.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/animeshooter_gen/generation_record.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "loaders/image_file.h"
#include "loaders/png_file.h"
#include "models/layers/runtime.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;

/// Of the largest value; of frames, levels (docs/design/animeshootergen.md 10).
constexpr double kTolerance = 1e-4;
constexpr int kLevels = 1;
constexpr int kShots = 4;

double distance(const at::Tensor& is, const at::Tensor& expected) {
  EXPECT_EQ(is.sizes(), expected.sizes());
  if (is.sizes() != expected.sizes()) return 1.0;
  const at::Tensor wide = expected.to(at::kDouble);
  return ((is.to(at::kDouble) - wide).abs().max() / wide.abs().max()).item<double>();
}

int level_distance(const at::Tensor& is, const at::Tensor& expected) {
  EXPECT_EQ(is.sizes(), expected.sizes());
  if (is.sizes() != expected.sizes()) return 255;
  return (is.to(at::kInt) - expected.to(at::kInt)).abs().max().item<int>();
}

at::Tensor tensor_of(const Image& picture) {
  at::Tensor levels = at::empty({picture.height, picture.width, picture.channels}, at::kByte);
  std::memcpy(levels.mutable_data_ptr<std::uint8_t>(), picture.bytes.data(), picture.bytes.size());
  return levels;
}

/// The golden's story as a user has it: split, model folder, `--noise` and `--last-frames`.
class WholeRunGolden : public ::testing::Test {
 protected:
  WholeRunGolden()
      : golden_(asbench::testing::source_folder() /
                "tests/golden/animeshootergen/expected.safetensors") {
    const auto file = models::SafetensorsFile::open(
        asbench::testing::source_folder() / "tests/golden/animeshootergen/expected.safetensors");
    Json captions = Json::array();
    std::istringstream lines(file.metadata().at("captions"));
    for (std::string caption; std::getline(lines, caption);) captions.push_back(caption);
    fs::create_directories(folder_ / "split");
    write_json_file(folder_ / "split/cat.json",
                    {{"0", {{"captions", captions}, {"audio", captions}}}});
    write_file_atomically(
        folder_ / "split/cat_ref.png",
        loaders::encode_png(frame_of(golden("reference", models::DType::u8, 3).unsqueeze(0), 0)));
    split_ = loaders::read_split(folder_ / "split");
    asbench::testing::write_tiny_generator(folder_ / "model");
    std::map<std::string, at::Tensor> noise, last_frames;
    for (int shot = 1; shot <= kShots; ++shot) {
      const std::string name = fmt::format("cat/0/{}", shot);
      noise[name] = golden("noise", models::DType::f32, 6)[shot - 1][0];
      last_frames[name] = golden_of(shot, "frames")[-1].contiguous();
    }
    write_tensors(folder_ / "noise.safetensors", noise);
    write_tensors(folder_ / "last.safetensors", last_frames);
  }

  at::Tensor golden(const std::string& name, models::DType type, std::size_t axes) {
    return golden_.take(name, type, axes);
  }
  at::Tensor golden_of(int shot, const std::string& what) {
    return take(golden_, fmt::format("shot{}.{}", shot, what), what);
  }
  [[nodiscard]] VideoRequest request(const std::string& out) const {
    VideoRequest wanted;
    wanted.baseline = kAnimeShooterGen;
    wanted.split = &split_;
    wanted.part = &split_;
    wanted.model = folder_ / "model";
    wanted.noise = folder_ / "noise.safetensors";
    wanted.last_frames = folder_ / "last.safetensors";
    wanted.out = folder_ / out;
    wanted.dump = folder_ / (out + "-dump");
    wanted.frames = FrameForm::png;
    wanted.device = "cpu";
    wanted.progress = Progress::Style::quiet;
    return wanted;
  }
  /// `--dump` of a shot: what, and nothing else.
  [[nodiscard]] std::map<std::string, at::Tensor> dumped(const std::string& out, int shot) const {
    TensorReader file(folder_ / (out + "-dump/cat/0") /
                      fmt::format("shot_{:02}.safetensors", shot));
    std::map<std::string, at::Tensor> tensors;
    for (const char* what : {"condition", "latents", "frames"})
      tensors[what] = take(file, what, what);
    file.finish();
    return tensors;
  }
  /// The pictures in the output folder, [T, H, W, 3].
  [[nodiscard]] at::Tensor written(const std::string& out, int shot) const {
    const fs::path folder = folder_ / out / "cat/0" / fmt::format("shot_{:02}", shot);
    std::vector<at::Tensor> frames;
    for (int frame = 1; fs::exists(folder / fmt::format("frame_{:04}.png", frame)); ++frame) {
      frames.push_back(
          tensor_of(loaders::read_image(folder / fmt::format("frame_{:04}.png", frame))));
    }
    return at::stack(frames);
  }
  void expect_golden(const std::string& out) {
    for (int shot = 1; shot <= kShots; ++shot) {
      const auto made = dumped(out, shot);
      for (const char* what : {"condition", "latents"}) {
        const double apart = distance(made.at(what), golden_of(shot, what));
        RecordProperty(fmt::format("shot{}.{}", shot, what), fmt::format("{}", apart));
        EXPECT_LE(apart, kTolerance) << what << " of shot " << shot;
      }
      EXPECT_LE(level_distance(made.at("frames"), golden_of(shot, "frames")), kLevels) << shot;
      EXPECT_TRUE(written(out, shot).equal(made.at("frames"))) << shot;
    }
  }

  const models::InferenceScope scope_;
  TemporaryFolder folder_;
  TensorReader golden_;
  loaders::Split split_;

 private:
  static at::Tensor take(TensorReader& file, const std::string& name, const std::string& what) {
    if (what == "frames") return file.take(name, models::DType::u8, 4);
    return file.take(name, models::DType::f32, what == "condition" ? 3 : 5);
  }
};

TEST_F(WholeRunGolden, EveryShotIsThePublishedNetworks) {
  ASSERT_EQ(split_.stories.at(0).shots.size(), static_cast<std::size_t>(kShots));
  EXPECT_EQ(generate_videos(request("out")).written, kShots);
  expect_golden("out");
  const Json record = read_json_file(folder_ / "out" / kGenerationRecord);
  for (int shot = 1; shot <= kShots; ++shot) {
    const Json& made = record.at("shots").at(fmt::format("cat/0/{}", shot));
    EXPECT_EQ(made.at("given_noise"), true);
    EXPECT_EQ(made.at("given_last_frame"), true);
    EXPECT_EQ(made.at("steps"), 4);
    EXPECT_EQ(made.at("guidance_scale"), 6.0);
  }
}

/// Networks that come and go, and a run that goes on after two shots: the language model's
/// sequence is built again.
TEST_F(WholeRunGolden, ByStageAndInTwoRunsToo) {
  VideoRequest staged = request("staged");
  staged.memory.offload = OffloadWish::stage;
  EXPECT_EQ(generate_videos(staged).written, kShots);
  Json record = read_json_file(folder_ / "staged" / kGenerationRecord);
  for (const char* shot : {"3", "4"}) {
    record["shots"].erase(std::string("cat/0/") + shot);
    fs::remove_all(folder_ / "staged/cat/0" / (std::string("shot_0") + shot));
    fs::remove(folder_ / "staged-dump/cat/0" / (std::string("shot_0") + shot + ".safetensors"));
  }
  write_json_file(folder_ / "staged" / kGenerationRecord, record);
  const auto report = generate_videos(staged);
  EXPECT_EQ(report.kept, 2);
  EXPECT_EQ(report.written, 2);
  expect_golden("staged");
}

/// That these comparisons see what they are for: one shot's noise, or one given frame, exchanged.
TEST_F(WholeRunGolden, AnothersNoiseOrFrameIsSeen) {
  const auto exchange = [&](const std::string& name, const models::DType type,
                            const std::size_t axes) {
    TensorReader file(folder_ / name);
    std::map<std::string, at::Tensor> tensors;
    for (int shot = 1; shot <= kShots; ++shot)
      tensors[fmt::format("cat/0/{}", shot)] = file.take(fmt::format("cat/0/{}", shot), type, axes);
    std::swap(tensors["cat/0/1"], tensors["cat/0/2"]);
    write_tensors(folder_ / ("exchanged." + name), tensors);
    return folder_ / ("exchanged." + name);
  };
  VideoRequest noise = request("noise");
  noise.noise = exchange("noise.safetensors", models::DType::f32, 4);
  generate_videos(noise);
  EXPECT_LE(distance(dumped("noise", 2).at("condition"), golden_of(2, "condition")), kTolerance);
  EXPECT_GT(distance(dumped("noise", 2).at("latents"), golden_of(2, "latents")), 100 * kTolerance);
  VideoRequest frames = request("frames");
  frames.last_frames = exchange("last.safetensors", models::DType::u8, 3);
  generate_videos(frames);
  EXPECT_LE(distance(dumped("frames", 1).at("latents"), golden_of(1, "latents")), kTolerance);
  EXPECT_GT(distance(dumped("frames", 2).at("condition"), golden_of(2, "condition")),
            10 * kTolerance);
}

}  // namespace
}  // namespace asbench::baselines
