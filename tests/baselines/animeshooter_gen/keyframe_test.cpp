// keyframe-i2v: shots that begin with given pictures; against diffusers:
// tests/golden/keyframe_i2v.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/animeshooter_gen/generation_record.h"
#include "baselines/animeshooter_gen/keyframes.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "core/error.h"
#include "core/hash.h"
#include "loaders/png_file.h"
#include "models/layers/runtime.h"
#include "models/samplers/shot_noise.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Of the largest value (docs/design/animeshootergen.md 10).
constexpr double kTolerance = 1e-4;

fs::path golden_folder() {
  return asbench::testing::source_folder() / "tests/golden/keyframe_i2v";
}

double distance(const at::Tensor& is, const at::Tensor& expected) {
  EXPECT_EQ(is.sizes(), expected.sizes());
  if (is.sizes() != expected.sizes()) return 1.0;
  const at::Tensor wide = expected.to(at::kDouble);
  return ((is.to(at::kDouble) - wide).abs().max() / wide.abs().max()).item<double>();
}

/// One story, "cat/0", of two shots; their keyframes and all else are the golden's.
class KeyframeVideos : public ::testing::Test {
 protected:
  KeyframeVideos() : golden_(golden_folder() / "expected.safetensors") {
    const Json captions = {"a cat", "a box"};
    fs::create_directories(folder_ / "split");
    write_json_file(folder_ / "split/cat.json",
                    {{"0", {{"captions", captions}, {"audio", captions}}}});
    Image picture(8, 8, 3);
    write_file_atomically(folder_ / "split/cat_ref.png", loaders::encode_png(picture));
    split_ = loaders::read_split(folder_ / "split");
    asbench::testing::write_tiny_image_to_video(folder_ / "model");
    for (const int shot : {1, 2}) write_keyframe("keyframes", shot, keyframe(shot));
  }

  at::Tensor golden(const std::string& name, models::DType type, std::size_t axes) {
    return golden_.take(name, type, axes);
  }
  Image keyframe(int shot) {
    return frame_of(golden(fmt::format("shot{}.keyframe", shot), models::DType::u8, 3).unsqueeze(0),
                    0);
  }
  void write_keyframe(const std::string& to, int shot, const Image& picture) const {
    fs::create_directories(folder_ / to / "cat/0");
    write_file_atomically(folder_ / to / "cat/0" / fmt::format("shot_{:02}.png", shot),
                          loaders::encode_png(picture));
  }
  [[nodiscard]] VideoRequest request(const std::string& out) const {
    VideoRequest wanted;
    wanted.baseline = kKeyframeI2v;
    wanted.split = &split_;
    wanted.part = &split_;
    wanted.model = folder_ / "model";
    wanted.keyframes = folder_ / "keyframes";
    wanted.out = folder_ / out;
    wanted.dump = folder_ / (out + "-dump");
    wanted.steps = 4;
    wanted.frames = FrameForm::png;
    wanted.device = "cpu";
    wanted.progress = Progress::Style::quiet;
    return wanted;
  }
  /// What a run computed for a shot.
  [[nodiscard]] at::Tensor made(const std::string& out, int shot, const std::string& name) const {
    TensorReader file(folder_ / (out + "-dump/cat/0") /
                      fmt::format("shot_{:02}.safetensors", shot));
    if (name == "condition") return file.take(name, models::DType::f32, 3);
    if (name == "latents") return file.take(name, models::DType::f32, 5);
    return file.take(name, models::DType::u8, 4);
  }
  static std::string problem_of(const VideoRequest& wanted) {
    try {
      generate_videos(wanted);
    } catch (const Error& problem) {
      return problem.what();
    }
    return {};
  }

  const models::InferenceScope scope_;
  TemporaryFolder folder_;
  TensorReader golden_;
  loaders::Split split_;
};

TEST_F(KeyframeVideos, GoldenIsOfTheScriptThatLiesBesideIt) {
  const auto file = models::SafetensorsFile::open(golden_folder() / "expected.safetensors");
  EXPECT_EQ(file.metadata().at("script"), sha256_file(golden_folder() / "generate.py"));
  EXPECT_EQ(file.metadata().at("story"), split_.stories.at(0).id);
  EXPECT_EQ(file.metadata().at("captions"), "a cat\na box");
  for (const char* part : {"condition", "first_frame", "velocities", "latents", "video"}) {
    const std::string apart = file.metadata().at(std::string("fp64_distance.") + part);
    EXPECT_LE(10 * std::stod(apart), kTolerance) << part;
  }
}

/// The whole run, random numbers from the shots' seeds: if posterior, noise and sampler drew in
/// another order, nothing would agree.
TEST_F(KeyframeVideos, ShotsAreThoseOfThePublishedPipeline) {
  EXPECT_EQ(generate_videos(request("out")).written, 2);
  for (const int shot : {1, 2}) {
    const std::string name = fmt::format("shot{}.", shot);
    EXPECT_LE(
        distance(made("out", shot, "condition"), golden(name + "condition", models::DType::f32, 3)),
        kTolerance)
        << shot;
    const double apart =
        distance(made("out", shot, "latents"), golden(name + "latents", models::DType::f32, 5));
    RecordProperty(name + "latents", fmt::format("{}", apart));
    EXPECT_LE(apart, kTolerance) << shot;
    const at::Tensor some =
        made("out", shot, "frames").index_select(0, at::tensor({0, 8, 16}, at::kLong));
    const at::Tensor expected = golden(name + "frames", models::DType::u8, 4);
    ASSERT_EQ(some.sizes(), expected.sizes());
    EXPECT_LE((some.to(at::kInt) - expected.to(at::kInt)).abs().max().item<int>(), 1) << shot;
  }
}

/// Part by part: the picture's pixels, its latents, the network's output of every step, the video.
TEST_F(KeyframeVideos, PartsAreThoseOfThePublishedPipeline) {
  const EnginePlan plan = plan_keyframe_i2v(folder_ / "model", {.steps = 4});
  const VideoModel video = load_video_model(plan.video, c10::kCPU);
  ASSERT_TRUE(video.encoder.has_value());
  models::ShotNoise random(models::shot_seed(0, "cat/0", 1));
  const at::Tensor pixels = pixels_of_keyframe(keyframe(1), plan.clip);
  EXPECT_TRUE(at::equal(pixels.squeeze(2), golden("shot1.pixels", models::DType::f32, 4)))
      << "Lanczos and scaling are exact";
  EXPECT_TRUE(at::equal(pixels_of_keyframe(keyframe(2), plan.clip).squeeze(2),
                        golden("shot2.pixels", models::DType::f32, 4)));
  const at::Tensor first_frame =
      latents_of_keyframe(*video.encoder, pixels, random.draw({1, 4, 1, 4, 6}), 5);
  EXPECT_LE(distance(first_frame, golden("shot1.first_frame", models::DType::f32, 5)), kTolerance);
  EXPECT_EQ(first_frame.narrow(1, 1, 4).abs().max().item<float>(), 0.0F);
  const at::Tensor expected = golden("shot1.velocities", models::DType::f32, 6);
  double apart = 0.0;
  const at::Tensor latents = denoise(
      video, plan.sampling,
      {.condition = golden("shot1.condition", models::DType::f32, 3),
       .noise = random.draw({1, 5, 4, 4, 6}),
       .first_frame = first_frame,
       .draw = [&](at::IntArrayRef sizes) { return random.draw(sizes); }},
      [&](std::size_t step, const at::Tensor& velocities, const at::Tensor&) {
        apart = std::max(apart, distance(velocities, expected[static_cast<std::int64_t>(step)]));
      });
  RecordProperty("velocities", fmt::format("{}", apart));
  EXPECT_LE(apart, kTolerance);
  EXPECT_LE(distance(latents, golden("shot1.latents", models::DType::f32, 5)), kTolerance);
  const at::Tensor some = decode(video, latents).index_select(2, at::tensor({0, 8, 16}, at::kLong));
  const double of_video = distance(some, golden("shot1.video", models::DType::f32, 5));
  RecordProperty("video", fmt::format("{}", of_video));
  EXPECT_LE(of_video, kTolerance);
}

/// The posterior is drawn from the shot's stream also where noise is given; the sampler goes on
/// from there.
TEST_F(KeyframeVideos, GivenNoiseTakesThePlaceOfTheSecondDrawAlone) {
  write_tensors(folder_ / "noise.safetensors",
                {{"cat/0/1", golden("noise", models::DType::f32, 5).squeeze(0)},
                 {"cat/0/2", golden("noise", models::DType::f32, 5).squeeze(0)}});
  VideoRequest given = request("given");
  given.noise = folder_ / "noise.safetensors";
  generate_videos(given);
  const at::Tensor expected = golden("given.latents", models::DType::f32, 5);
  EXPECT_LE(distance(made("given", 1, "latents"), expected), kTolerance);
  EXPECT_GT(distance(golden("shot1.latents", models::DType::f32, 5), expected), 1e-2);
}

/// The VAE's file says whether the picture's latents are multiplied or divided.
TEST_F(KeyframeVideos, InvertedScalingOfThePicturesLatents) {
  asbench::testing::write_tiny_image_to_video(folder_ / "model",
                                              {.vae = {{"invert_scale_latents", true}}});
  const EnginePlan plan = plan_keyframe_i2v(folder_ / "model", {});
  const VideoModel video = load_video_model(plan.video, c10::kCPU);
  const at::Tensor first_frame = latents_of_keyframe(
      *video.encoder, pixels_of_keyframe(keyframe(1), plan.clip),
      models::ShotNoise(models::shot_seed(0, "cat/0", 1)).draw({1, 4, 1, 4, 6}), 5);
  EXPECT_LE(distance(first_frame, golden("inverted.first_frame", models::DType::f32, 5)),
            kTolerance);
  generate_videos(request("out"));
  const at::Tensor expected = golden("inverted.latents", models::DType::f32, 5);
  EXPECT_LE(distance(made("out", 1, "latents"), expected), kTolerance);
  EXPECT_GT(distance(golden("shot1.latents", models::DType::f32, 5), expected), 1e-2);
}

TEST_F(KeyframeVideos, AKeyframeChangesItsShotAlone) {
  generate_videos(request("one"));
  Image changed = keyframe(1);
  for (auto& byte : changed.bytes) byte = static_cast<std::uint8_t>(255 - byte);
  write_keyframe("others", 1, changed);
  write_keyframe("others", 2, keyframe(2));
  VideoRequest other = request("two");
  other.keyframes = folder_ / "others";
  generate_videos(other);
  const at::Tensor before = made("one", 1, "latents");
  EXPECT_GT(distance(made("two", 1, "latents"), before), 1e-2);
  EXPECT_TRUE(at::equal(made("two", 2, "latents"), made("one", 2, "latents")));
  EXPECT_TRUE(at::equal(made("two", 1, "condition"), made("one", 1, "condition")));
}

TEST_F(KeyframeVideos, RecordsWhatItWasMadeWith) {
  generate_videos(request("out"));
  EXPECT_EQ(generated_by(folder_ / "out"), "keyframe-i2v");
  const Json json = read_json_file(folder_ / "out" / kGenerationRecord);
  const Json& settings = json.at("settings");
  EXPECT_EQ(settings.at("keyframes").at("cat/0/2"),
            sha256_file(folder_ / "keyframes/cat/0/shot_02.png"));
  EXPECT_EQ(settings.at("keyframes").size(), 2U);
  const Json& sampling = settings.at("model").at("sampling");
  EXPECT_EQ(sampling.at("scheduler"), "dpm");
  EXPECT_EQ(sampling.at("guidance_mode"), "diffusers_compat");
  EXPECT_EQ(sampling.at("guidance_scale"), 6.0);
  EXPECT_EQ(settings.at("compatible_with"), "CogVideoX-5B-I2V");
  const Json& seconds = json.at("shots").at("cat/0/1").at("seconds");
  EXPECT_GT(seconds.at("encoding").get<double>(), 0.0);
}

TEST_F(KeyframeVideos, GoesOnWhereItStopped) {
  const auto picture = [&] { return sha256_file(folder_ / "out/cat/0/shot_02/frame_0017.png"); };
  generate_videos(request("out"));
  const std::string before = picture();
  fs::remove_all(folder_ / "out/cat/0/shot_02");
  const auto report = generate_videos(request("out"));
  EXPECT_EQ(report.written, 1);
  EXPECT_EQ(report.kept, 1);
  EXPECT_EQ(picture(), before);
  // Other pictures are other settings.
  write_keyframe("keyframes", 2, keyframe(1));
  EXPECT_THAT(problem_of(request("out")), HasSubstr("keyframes.cat/0/2"));
}

/// Encoder, transformer and decoder are not in memory together: the same shots.
TEST_F(KeyframeVideos, ByStageAreTheSame) {
  generate_videos(request("whole"));
  VideoRequest staged = request("staged");
  staged.memory.offload = OffloadWish::stage;
  generate_videos(staged);
  for (const int shot : {1, 2}) {
    for (const char* name : {"condition", "latents", "frames"})
      EXPECT_TRUE(at::equal(made("staged", shot, name), made("whole", shot, name))) << name;
  }
  const Json run = read_json_file(folder_ / "staged" / kGenerationRecord).at("runs").at(0);
  EXPECT_EQ(run.at("offload"), "stage");
  EXPECT_EQ(run.at("loads").at("stages"), 1 + 4) << "the decoder first, then a story's four stages";
}

TEST_F(KeyframeVideos, AMissingKeyframeIsToldBeforeAnythingIsLoaded) {
  fs::remove(folder_ / "keyframes/cat/0/shot_02.png");
  // Nothing of the weights is read: the message stays the same without them.
  fs::remove(folder_ / "model/transformer/diffusion_pytorch_model.safetensors");
  write_file_atomically(folder_ / "model/transformer/diffusion_pytorch_model.safetensors", "x");
  EXPECT_THAT(problem_of(request("out")),
              AllOf(HasSubstr("shot 2 of story cat/0"), HasSubstr("keyframes/cat/0/shot_02.png"),
                    HasSubstr("shot_02.jpg")));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  fs::remove(folder_ / "keyframes/cat/0/shot_01.png");
  EXPECT_THAT(problem_of(request("out")),
              AllOf(HasSubstr("shot 1 of story cat/0"), HasSubstr("1 shot")));
  VideoRequest nowhere = request("out");
  nowhere.keyframes = folder_ / "nowhere";
  EXPECT_THAT(problem_of(nowhere), HasSubstr("there is no such folder"));
}

TEST_F(KeyframeVideos, RefusesTwoKeyframesOfAShotAndDamagedOnes) {
  fs::copy_file(folder_ / "keyframes/cat/0/shot_01.png", folder_ / "keyframes/cat/0/shot_01.jpg");
  EXPECT_THAT(problem_of(request("out")), HasSubstr("has two keyframes"));
  fs::remove(folder_ / "keyframes/cat/0/shot_01.jpg");
  write_file_atomically(folder_ / "keyframes/cat/0/shot_02.png", "no picture");
  EXPECT_THAT(problem_of(request("out")), HasSubstr("shot_02.png"));
  EXPECT_FALSE(fs::exists(folder_ / "out")) << "told before anything is written";
}

TEST_F(KeyframeVideos, NeedsKeyframesAndOthersDoNot) {
  VideoRequest wanted = request("out");
  wanted.keyframes = {};
  EXPECT_THAT(problem_of(wanted), AllOf(HasSubstr("--keyframes DIR"), HasSubstr("shot_01.png")));
  wanted = request("out");
  wanted.baseline = kCogVideoLora;
  EXPECT_THAT(problem_of(wanted), HasSubstr("--keyframes has no effect on cogvideo-lora"));
  wanted = request("out");
  wanted.last_frames = folder_ / "frames.safetensors";
  EXPECT_THAT(problem_of(wanted), HasSubstr("--last-frames has no effect on keyframe-i2v"));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(KeyframeVideos, NamesAModelOfTheOtherKind) {
  asbench::testing::write_tiny_cogvideo(folder_ / "text");
  VideoRequest wanted = request("out");
  wanted.model = folder_ / "text";
  EXPECT_THAT(problem_of(wanted),
              AllOf(HasSubstr("in_channels is 4"), HasSubstr("has 8"), HasSubstr("cogvideo-lora")));
  wanted = request("out");
  wanted.baseline = kCogVideoLora;
  wanted.keyframes = {};
  EXPECT_THAT(problem_of(wanted),
              AllOf(HasSubstr("in_channels is 8"), HasSubstr("which keyframe-i2v runs")));
}

/// A picture with alpha is put on black, as references are.
TEST_F(KeyframeVideos, ATransparentKeyframeIsOnBlack) {
  Image clear(10, 12, 4);
  for (std::size_t i = 0; i < clear.bytes.size(); ++i)
    clear.bytes[i] = i % 4 == 3 ? std::uint8_t{0} : std::uint8_t{200};
  write_keyframe("keyframes", 1, clear);
  const Image read = Keyframes(folder_ / "keyframes", split_).read("cat/0", 1);
  EXPECT_EQ(read, Image(10, 12, 3));
  const at::Tensor pixels = pixels_of_keyframe(read, {.frames = 17, .height = 32, .width = 48});
  EXPECT_EQ(pixels.sizes(), at::IntArrayRef({1, 3, 1, 32, 48}));
  EXPECT_TRUE(at::equal(pixels, at::full_like(pixels, -1.0)));
}

TEST_F(KeyframeVideos, SaysThatTheEncoderIsInMemory) {
  VideoRequest wanted = request("out");
  std::string said;
  wanted.say = [&](std::string_view text) { said += text; };
  generate_videos(wanted);
  EXPECT_THAT(said, AllOf(HasSubstr("vae encoder"), HasSubstr("vae decoder")));
}

}  // namespace
}  // namespace asbench::baselines
