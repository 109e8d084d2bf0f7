#include "baselines/animeshooter_gen/generate_videos.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "baselines/animeshooter_gen/generation_record.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "core/error.h"
#include "core/hash.h"
#include "loaders/image_file.h"
#include "loaders/outputs.h"
#include "loaders/video/clip_reader.h"
#include "models/samplers/shot_noise.h"
#include "tests/baselines/animeshooter_gen/tiny_run.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

class GenerateVideos : public asbench::testing::TinyRun {
 protected:
  GenerateVideos() { asbench::testing::write_tiny_generator(folder_ / "model"); }

  [[nodiscard]] VideoRequest request(const std::string& out) const {
    return request_of(kAnimeShooterGen, out);
  }
  /// Files below a folder by name: contents' hash, without the record.
  [[nodiscard]] std::map<std::string, std::string> files(const std::string& out) const {
    std::map<std::string, std::string> hashes;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / out)) {
      if (entry.is_regular_file() && entry.path().filename() != kGenerationRecord)
        hashes[entry.path().lexically_relative(folder_ / out).string()] = sha256_file(entry.path());
    }
    return hashes;
  }
};

TEST_F(GenerateVideos, WritesEveryShotAndHowItWasMade) {
  const auto report = generate_videos(request("out"));
  EXPECT_EQ(report.written, 6);
  EXPECT_EQ(report.kept, 0);
  const auto made = files("out");
  EXPECT_EQ(made.size(), 6U * 17U);
  EXPECT_TRUE(made.contains("cat/0/shot_01/frame_0001.png"));
  EXPECT_TRUE(made.contains("dog/0/shot_03/frame_0017.png"));
  const Image frame = loaders::read_image(folder_ / "out/cat/0/shot_01/frame_0001.png");
  EXPECT_EQ(frame.width, 48);
  EXPECT_EQ(frame.height, 32);
  EXPECT_FALSE(fs::exists(folder_ / "out/.generation")) << "handed on frames go with the story";
  EXPECT_EQ(generated_by(folder_ / "out"), "animeshootergen");

  const Json json = record("out");
  const Json& settings = json.at("settings");
  EXPECT_EQ(settings.at("manifest").at("sampling").at("steps"), 2);
  EXPECT_EQ(settings.at("manifest").at("sampling").at("dtype"), "fp32");
  EXPECT_EQ(settings.at("manifest").at("hidden_state").at("layer"), -1);
  EXPECT_EQ(settings.at("weights").at("transformer").at("weights"),
            sha256_file(folder_ / "model/transformer/diffusion_pytorch_model.safetensors"));
  for (const char* part :
       {"vae", "scheduler", "llm", "vision_tower", "mm_projector", "qformer", "tokenizer"}) {
    EXPECT_TRUE(settings.at("weights").contains(part)) << part;
  }
  EXPECT_EQ(settings.at("versions").size(), 2U);
  EXPECT_EQ(json.at("shots").size(), 6U);
  const Json& shot = json.at("shots").at("cat/0/2");
  EXPECT_EQ(shot.at("seed"), models::shot_seed(0, "cat/0", 2));
  EXPECT_EQ(shot.at("steps"), 2);
  EXPECT_EQ(shot.at("guidance_scale"), 6.0);
  EXPECT_EQ(shot.at("given_noise"), false);
  EXPECT_GT(shot.at("seconds").at("denoising").get<double>(), 0.0);
}

TEST_F(GenerateVideos, SameSeedSameFramesAndAnotherSeedOthers) {
  generate_videos(request("one"));
  generate_videos(request("two"));
  EXPECT_EQ(files("one"), files("two"));
  VideoRequest other = request("three");
  other.seed = 1;
  generate_videos(other);
  EXPECT_NE(files("one"), files("three"));
}

TEST_F(GenerateVideos, AChangedCaptionChangesNoFrameBeforeItsShot) {
  generate_videos(request("one"));
  asbench::testing::write_tiny_split(folder_ / "other");
  Json cat = read_json_file(folder_ / "other/cat.json");
  cat["0"]["captions"][2] = "another end";
  write_json_file(folder_ / "other/cat.json", cat);
  const loaders::Split other = loaders::read_split(folder_ / "other");
  VideoRequest changed = request("two");
  changed.split = &other;
  changed.part = &other;
  generate_videos(changed);
  auto one = files("one");
  auto two = files("two");
  const auto of_the_shot = [](const auto& file) {
    return file.first.starts_with("cat/0/shot_03/");
  };
  EXPECT_NE(one.at("cat/0/shot_03/frame_0017.png"), two.at("cat/0/shot_03/frame_0017.png"));
  EXPECT_EQ(std::erase_if(one, of_the_shot), 17U);
  EXPECT_EQ(std::erase_if(two, of_the_shot), 17U);
  EXPECT_EQ(one, two);
}

TEST_F(GenerateVideos, VideosAreInTheDefaultLayout) {
  VideoRequest wanted = request("out");
  wanted.frames = FrameForm::video;
  generate_videos(wanted);
  const auto outputs = loaders::find_outputs(split_, folder_ / "out");
  EXPECT_EQ(outputs.shots.size(), 6U);
  const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
  const auto clip = loaders::decode_clip(outputs.shots.begin()->second, all);
  EXPECT_EQ(clip.frame_count, 17);
  EXPECT_DOUBLE_EQ(clip.fps, 8.0);
}

/// docs/design/animeshootergen.md 10, pitfall 11: a video file is lossy, so the frame that the next
/// shot begins with must not come out of it.
TEST_F(GenerateVideos, NoShotBeginsWithAFrameReadBackFromAVideo) {
  VideoRequest pictures = request("pictures");
  pictures.dump = folder_ / "pictures-dump";
  generate_videos(pictures);
  VideoRequest videos = request("videos");
  videos.frames = FrameForm::video;
  videos.dump = folder_ / "videos-dump";
  generate_videos(videos);
  EXPECT_EQ(files("videos-dump"), files("pictures-dump")) << "conditions, latents and frames";

  const auto outputs = loaders::find_outputs(split_, folder_ / "videos");
  const std::vector<loaders::FrameRule> all = {loaders::parse_frame_rule("all")};
  const auto clip = loaders::decode_clip(outputs.shots.begin()->second, all);
  TensorReader dump(folder_ / "videos-dump/cat/0/shot_01.safetensors");
  const Image last = frame_of(dump.take("frames", models::DType::u8, 4), 16);
  EXPECT_FALSE(clip.frames.at(16) == last) << "the file loses nothing: the test tests nothing";
}

/// A run that was stopped anywhere ends with the same files: as if shot `shot` and all after it had
/// never been made.
TEST_F(GenerateVideos, AStoppedRunEndsWithTheSameFrames) {
  generate_videos(request("whole"));
  VideoRequest wanted = request("stopped");
  wanted.progress = Progress::Style::quiet;
  generate_videos(wanted);
  // The state after two shots of the first story.
  Json json = record("stopped");
  for (const char* shot : {"cat/0/3", "dog/0/1", "dog/0/2", "dog/0/3"}) json["shots"].erase(shot);
  write_json_file(folder_ / "stopped" / kGenerationRecord, json);
  fs::remove_all(folder_ / "stopped/dog");
  fs::create_directories(folder_ / "stopped/.generation/cat/0");
  for (const char* shot : {"1", "2"}) {
    fs::copy_file(folder_ / "whole/cat/0" / fmt::format("shot_0{}", shot) / "frame_0017.png",
                  folder_ / "stopped/.generation/cat/0" / fmt::format("shot_0{}.png", shot));
  }
  // A video that was there before its record is made again.
  write_file_atomically(folder_ / "stopped/cat/0/shot_03/frame_0001.png", "half");
  const auto report = generate_videos(wanted);
  EXPECT_EQ(report.kept, 2);
  EXPECT_EQ(report.written, 4);
  EXPECT_EQ(files("stopped"), files("whole"));
  EXPECT_EQ(generate_videos(wanted).written, 0);
}

TEST_F(GenerateVideos, AStoryWithoutItsHandedOnFramesBeginsAgain) {
  generate_videos(request("out"));
  const auto whole = files("out");
  fs::remove_all(folder_ / "out/cat/0/shot_03");
  const auto report = generate_videos(request("out"));
  EXPECT_EQ(report.written, 3) << "the last frames of shots 1 and 2 are gone";
  EXPECT_EQ(report.kept, 3);
  EXPECT_EQ(files("out"), whole);
}

TEST_F(GenerateVideos, AFolderOfOtherSettingsIsRefused) {
  generate_videos(request("out"));
  const auto before = files("out");
  VideoRequest other = request("out");
  other.seed = 5;
  EXPECT_THAT(problem_of(other), AllOf(HasSubstr("seed is 0 there and 5 now")));
  other = request("out");
  other.steps = 4;
  EXPECT_THAT(problem_of(other), HasSubstr("manifest.sampling.steps is 2 there and 4 now"));
  asbench::testing::write_tiny_generator(folder_ / "model", {.seed = 2});
  EXPECT_THAT(problem_of(request("out")), HasSubstr("weights."));
  EXPECT_EQ(files("out"), before);
  fs::create_directories(folder_ / "strange");
  write_file_atomically(folder_ / "strange/notes.txt", "mine");
  EXPECT_THAT(problem_of(request("strange")), HasSubstr("generation.json"));
}

TEST_F(GenerateVideos, GivenNoiseIsUsedAndAMissingOneTold) {
  std::map<std::string, at::Tensor> noise;
  for (const auto& story : split_.stories) {
    for (const auto& shot : story.shots) {
      // What the run would draw itself.
      noise[fmt::format("{}/{}", story.id, shot.number)] =
          models::ShotNoise(models::shot_seed(0, story.id, shot.number))
              .draw({1, 5, 4, 4, 6})
              .squeeze(0);
    }
  }
  write_tensors(folder_ / "noise.safetensors", noise);
  VideoRequest given = request("given");
  given.noise = folder_ / "noise.safetensors";
  generate_videos(given);
  generate_videos(request("drawn"));
  EXPECT_EQ(files("given"), files("drawn"));
  EXPECT_EQ(record("given").at("shots").at("dog/0/1").at("given_noise"), true);

  noise.erase("dog/0/2");
  write_tensors(folder_ / "less.safetensors", noise);
  given = request("less");
  given.noise = folder_ / "less.safetensors";
  EXPECT_THAT(problem_of(given), HasSubstr("dog/0/2"));
  EXPECT_FALSE(fs::exists(folder_ / "less")) << "told before anything is written";
}

TEST_F(GenerateVideos, DumpsWhatItComputed) {
  VideoRequest wanted = request("out");
  wanted.dump = folder_ / "dump";
  generate_videos(wanted);
  TensorReader file(folder_ / "dump/dog/0/shot_02.safetensors");
  EXPECT_EQ(file.take("condition", models::DType::f32, 3).sizes(), at::IntArrayRef({2, 10, 24}));
  EXPECT_EQ(file.take("latents", models::DType::f32, 5).sizes(), at::IntArrayRef({1, 5, 4, 4, 6}));
  const at::Tensor frames = file.take("frames", models::DType::u8, 4);
  file.finish();
  EXPECT_EQ(frames.sizes(), at::IntArrayRef({17, 32, 48, 3}));
  EXPECT_EQ(frame_of(frames, 16),
            loaders::read_image(folder_ / "out/dog/0/shot_02/frame_0017.png"));
  // A dump that is wanted and not there is a shot that is not finished.
  fs::remove(folder_ / "dump/dog/0/shot_03.safetensors");
  EXPECT_EQ(generate_videos(wanted).written, 3);
}

TEST_F(GenerateVideos, GivenLastFramesTakeThePlaceOfTheGenerated) {
  generate_videos(request("free"));
  at::Tensor frame = at::zeros({32, 48, 3}, at::kByte);
  write_tensors(folder_ / "frames.safetensors", {{"cat/0/1", frame}});
  VideoRequest forced = request("forced");
  forced.last_frames = folder_ / "frames.safetensors";
  generate_videos(forced);
  const auto free = files("free");
  const auto other = files("forced");
  const auto same = [&](const std::string& shot) {
    const std::string name = shot + "/frame_0001.png";
    return free.at(name) == other.at(name);
  };
  EXPECT_TRUE(same("cat/0/shot_01")) << "its own frames stay";
  EXPECT_FALSE(same("cat/0/shot_02"));
  EXPECT_TRUE(same("dog/0/shot_02"));
  EXPECT_EQ(record("forced").at("shots").at("cat/0/1").at("given_last_frame"), true);

  write_tensors(folder_ / "strange.safetensors", {{"bird/0/1", frame}});
  forced.last_frames = folder_ / "strange.safetensors";
  forced.out = folder_ / "strange";
  EXPECT_THAT(problem_of(forced), HasSubstr("bird/0/1"));
  write_tensors(folder_ / "flat.safetensors", {{"cat/0/1", at::zeros({32, 48}, at::kByte)}});
  forced.last_frames = folder_ / "flat.safetensors";
  EXPECT_THAT(problem_of(forced), AllOf(HasSubstr("cat/0/1"), HasSubstr("[height, width, 3]")));
}

TEST_F(GenerateVideos, SaysWhatItTakesBeforeItLoads) {
  VideoRequest wanted = request("out");
  std::string said;
  wanted.say = [&](std::string_view text) { said += text; };
  generate_videos(wanted);
  EXPECT_THAT(said, AllOf(HasSubstr("transformer"), HasSubstr("together"), HasSubstr("cpu")));
}

TEST_F(GenerateVideos, AShotThatTakesHoursIsBegunOnDemandOnly) {
  asbench::testing::write_tiny_generator(
      folder_ / "model",
      {.manifest = {{"clip", {{"frames", 97}, {"height", 1920}, {"width", 1920}}},
                    {"sampling", {{"steps", 1000}}}}});
  VideoRequest wanted = request("out");
  wanted.steps = {};
  EXPECT_THAT(problem_of(wanted), AllOf(HasSubstr("One shot takes about"), HasSubstr("--yes")));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(GenerateVideos, NamesStepsThatTheSamplerDoesNotTake) {
  VideoRequest wanted = request("out");
  wanted.steps = 3;
  EXPECT_THAT(problem_of(wanted), HasSubstr("3"));
  wanted.uneven_steps = true;
  wanted.part = &split_;
  EXPECT_EQ(problem_of(wanted), "");
}

/// CogVideo-LoRA: no pictures, each shot for itself, one adaptation for all or one by IP.
class GenerateCogVideo : public GenerateVideos {
 protected:
  GenerateCogVideo() { asbench::testing::write_tiny_cogvideo(folder_ / "cogvideo"); }
  [[nodiscard]] VideoRequest cogvideo(const std::string& out) const {
    VideoRequest wanted = request(out);
    wanted.baseline = kCogVideoLora;
    wanted.model = folder_ / "cogvideo";
    return wanted;
  }
};

TEST_F(GenerateCogVideo, MakesEachShotForItself) {
  EXPECT_EQ(generate_videos(cogvideo("whole")).written, 6);
  const auto whole = files("whole");
  EXPECT_EQ(generated_by(folder_ / "whole"), "cogvideo-lora");
  EXPECT_EQ(record("whole").at("settings").at("model").at("clip").at("frames"), 17);
  fs::remove_all(folder_ / "whole/cat/0/shot_02");
  EXPECT_EQ(generate_videos(cogvideo("whole")).written, 1) << "the others do not depend on it";
  EXPECT_EQ(files("whole"), whole);
}

TEST_F(GenerateCogVideo, MergesOneLoraForAllOrOneForEachIp) {
  generate_videos(cogvideo("base"));
  asbench::testing::write_tiny_lora(folder_ / "cogvideo/lora/cat", 1);
  EXPECT_THAT(problem_of(cogvideo("some")), HasSubstr("dog"));
  asbench::testing::write_tiny_lora(folder_ / "cogvideo/lora/dog", 2);
  generate_videos(cogvideo("each"));
  fs::remove_all(folder_ / "cogvideo/lora");
  asbench::testing::write_tiny_lora(folder_ / "cogvideo/lora", 1);
  generate_videos(cogvideo("all"));
  const auto base = files("base");
  const auto each = files("each");
  const auto all = files("all");
  const std::string cat = "cat/0/shot_01/frame_0001.png";
  const std::string dog = "dog/0/shot_01/frame_0001.png";
  EXPECT_NE(base.at(cat), all.at(cat));
  EXPECT_EQ(each.at(cat), all.at(cat)) << "the same adaptation";
  EXPECT_NE(each.at(dog), all.at(dog)) << "the dog's own";
  asbench::testing::write_tiny_lora(folder_ / "cogvideo/lora/cat", 1);
  EXPECT_THAT(problem_of(cogvideo("both")), HasSubstr("remove one of them"));
}

TEST_F(GenerateCogVideo, GoesByTrailingTimestepsWhateverItsFolderStates) {
  generate_videos(cogvideo("trailing"));
  asbench::testing::write_tiny_cogvideo(folder_ / "cogvideo",
                                        {.scheduler = {{"timestep_spacing", "linspace"}}});
  std::string said;
  VideoRequest other = cogvideo("linspace");
  other.say = [&](std::string_view text) { said += text; };
  generate_videos(other);
  EXPECT_EQ(files("linspace"), files("trailing"));
  EXPECT_THAT(said, AllOf(HasSubstr("scheduler_config.json"), HasSubstr("is linspace")));
  EXPECT_EQ(record("linspace").at("settings").at("model").at("sampling").at("timestep_spacing"),
            "trailing");
}

TEST(GenerationRecord, NamesTheFirstDifference) {
  const TemporaryFolder folder;
  const Json settings = {{"a", {{"b", 1}, {"c", {1, 2}}}}, {"d", "x"}};
  GenerationRecord record(folder.path(), settings);
  record.begin();
  record.add("cat/0", 2, {.seed = 3, .steps = 4});
  EXPECT_TRUE(GenerationRecord(folder.path(), settings).has("cat/0", 2));
  EXPECT_FALSE(GenerationRecord(folder.path(), settings).has("cat/0", 1));
  const auto problem = [&](const Json& other) -> std::string {
    try {
      static_cast<void>(GenerationRecord(folder.path(), other));
    } catch (const UsageError& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_THAT(problem({{"a", {{"b", 1}, {"c", {1, 3}}}}, {"d", "x"}}),
              HasSubstr("a.c is [1,2] there and [1,3] now"));
  EXPECT_THAT(problem({{"a", {{"b", 1}, {"c", {1, 2}}}}}),
              HasSubstr("d is \"x\" there and absent now"));
  EXPECT_THAT(problem({{"a", {{"b", 1}, {"c", {1, 2}}}}, {"d", "x"}, {"e", 1}}),
              HasSubstr("e is absent there and 1 now"));
  write_json_file(folder / "generation.json", {{"schema", "other"}});
  EXPECT_THAT(problem(settings), HasSubstr("another form"));
}

}  // namespace
}  // namespace asbench::baselines
