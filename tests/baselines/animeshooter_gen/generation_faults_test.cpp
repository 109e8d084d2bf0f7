// What goes wrong on the way from a model folder to videos: told in time, by name, and nothing of
// it becomes a video.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/animeshooter_gen/generation_record.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "core/error.h"
#include "models/weights/safetensors.h"
#include "models/weights/tensor_views.h"
#include "tests/baselines/animeshooter_gen/tiny_run.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kDiffusersWeights = "diffusion_pytorch_model.safetensors";

/// Puts a NaN in the place of the first value of a tensor.
void spoil(const fs::path& file, const std::string& name) {
  std::map<std::string, at::Tensor> kept;
  {
    const auto shared =
        std::make_shared<const models::SafetensorsFile>(models::SafetensorsFile::open(file));
    for (const std::string& each : shared->names()) {
      const auto view = shared->find(each).value();
      kept[each] = models::view_tensor(view.bytes, view.dtype, view.shape, shared).clone();
    }
  }
  ASSERT_TRUE(kept.contains(name)) << name;
  kept.at(name).view(-1)[0] = std::numeric_limits<float>::quiet_NaN();
  write_tensors(file, kept);
}

class GenerationFaults : public asbench::testing::TinyRun {
 protected:
  GenerationFaults() : cat_(split_) {
    std::erase_if(cat_.stories, [](const loaders::Story& story) { return story.ip != "cat"; });
  }

  loaders::Split cat_;  ///< the cat's story alone
};

/// A run that is killed while it writes its record for the first time leaves a temporary file.
TEST_F(GenerationFaults, ARecordThatWasNeverFinishedDoesNotLockItsFolder) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  fs::create_directories(folder_ / "out");
  write_file_atomically(folder_ / "out/.generation.json.7.12345.tmp", "{\"schema\":");
  EXPECT_EQ(problem_of(request_of(kCogVideoLora, "out")), "");
  fs::create_directories(folder_ / "other");
  write_file_atomically(folder_ / "other/.result.json.7.12345.tmp", "{");
  EXPECT_THAT(problem_of(request_of(kCogVideoLora, "other")), HasSubstr("has files but no"));
}

TEST_F(GenerationFaults, NanInAConditionIsNoVideo) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  spoil(folder_ / "model/text_encoder/model.safetensors", "encoder.final_layer_norm.weight");
  EXPECT_THAT(problem_of(request_of(kCogVideoLora, "out")),
              AllOf(HasSubstr("cat/0 shot 1: the condition has NaN"), HasSubstr("float32")));
  EXPECT_FALSE(fs::exists(folder_ / "out/cat"));
}

TEST_F(GenerationFaults, NanInALatentIsToldAfterTheFirstStep) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  spoil(folder_ / "model/transformer" / kDiffusersWeights, "proj_out.weight");
  for (const OffloadWish offload : {OffloadWish::none, OffloadWish::stage}) {
    VideoRequest wanted = request_of(kCogVideoLora, "out");
    wanted.memory.offload = offload;
    EXPECT_THAT(problem_of(wanted),
                HasSubstr("cat/0 shot 1: the latents after step 1 have NaN or infinity"));
    EXPECT_FALSE(fs::exists(folder_ / "out/cat"));
    EXPECT_FALSE(fs::exists(folder_ / "out/.generation")) << "nothing is put aside";
  }
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  EXPECT_THAT(problem_of(request_of(kCogVideoLora, "out")), HasSubstr("weights.transformer"))
      << "the folder is for the weights that it was begun with";
}

TEST_F(GenerationFaults, NanInAVideoIsNotWritten) {
  asbench::testing::write_tiny_generator(folder_ / "model");
  spoil(folder_ / "model/vae" / kDiffusersWeights, "decoder.conv_out.conv.bias");
  EXPECT_THAT(problem_of(request_of(kAnimeShooterGen, "out")),
              HasSubstr("cat/0 shot 1: the decoded video has NaN or infinity"));
  EXPECT_FALSE(fs::exists(folder_ / "out/cat"));
  EXPECT_EQ(record("out").at("shots").size(), 0U);
}

TEST_F(GenerationFaults, AFolderIsMadeAFewIpsAtATime) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  asbench::testing::write_tiny_lora(folder_ / "model/lora/cat", 1);
  VideoRequest some = request_of(kCogVideoLora, "out");
  some.part = &cat_;
  EXPECT_EQ(problem_of(some), "");
  EXPECT_EQ(record("out").at("adaptations").size(), 1U);
  // Its LoRA came later; the cat's is the same.
  asbench::testing::write_tiny_lora(folder_ / "model/lora/dog", 2);
  EXPECT_EQ(generate_videos(request_of(kCogVideoLora, "out")).kept, 3);
  EXPECT_EQ(record("out").at("adaptations").size(), 2U);
  EXPECT_EQ(generate_videos(some).written, 0);
  EXPECT_EQ(record("out").at("adaptations").size(), 2U) << "the dog's is kept";
  asbench::testing::write_tiny_lora(folder_ / "model/lora/cat", 3);
  EXPECT_THAT(problem_of(some), AllOf(HasSubstr("adaptations.cat.sha256 is"), HasSubstr("there")));
}

TEST_F(GenerationFaults, ABrokenLoraOfTheLastIpIsToldBeforeTheFirstShot) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  asbench::testing::write_tiny_lora(folder_ / "model/lora/cat", 1);
  asbench::testing::write_tiny_lora(folder_ / "model/lora/dog", 2);
  const fs::path file = folder_ / "model/lora/dog/pytorch_lora_weights.safetensors";
  fs::resize_file(file, fs::file_size(file) - 4);
  EXPECT_THAT(problem_of(request_of(kCogVideoLora, "out")), HasSubstr(file.string()));
  EXPECT_FALSE(fs::exists(folder_ / "out"));

  const at::Tensor rank = at::ones({2, 7});
  write_tensors(file, {{"transformer.transformer_blocks.0.attn1.to_q.lora_A.weight", rank},
                       {"transformer.transformer_blocks.0.attn1.to_q.lora_B.weight", rank.t()}});
  EXPECT_THAT(problem_of(request_of(kCogVideoLora, "out")),
              AllOf(HasSubstr("lora/dog"), HasSubstr("1 of its 1 targets do not fit")));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(GenerationFaults, PartsThatContradictEachOtherAreToldByThePlan) {
  asbench::testing::write_tiny_generator(folder_ / "model",
                                         {.manifest = {{"qformer", {{"condition_length", 11}}}}});
  EXPECT_THAT(problem_of(request_of(kAnimeShooterGen, "out")),
              AllOf(HasSubstr("condition_length of the manifest is 11"),
                    HasSubstr("max_text_seq_length of the transformer is 10")));
  asbench::testing::write_tiny_generator(folder_ / "model",
                                         {.manifest = {{"hidden_state", {{"layer", 99}}}}});
  EXPECT_THAT(problem_of(request_of(kAnimeShooterGen, "out")),
              HasSubstr("hidden_state.layer is 99, but the language model has"));
  asbench::testing::write_tiny_generator(
      folder_ / "model", {.manifest = {{"lora", {{"transformer", {{"path", "lora"}}}}}}});
  fs::create_directories(folder_ / "model/lora");
  write_tensors(folder_ / "model/lora/pytorch_lora_weights.safetensors",
                {{"transformer.nowhere.lora_A.weight", at::ones({2, 3})},
                 {"transformer.nowhere.lora_B.weight", at::ones({3, 2})}});
  EXPECT_THAT(problem_of(request_of(kAnimeShooterGen, "out")),
              HasSubstr("nowhere.weight: there is no such weight"));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(GenerationFaults, SizesBeyondReasonAreRefusedByName) {
  for (const auto& [field, value] :
       {std::pair("sample_height", 9'999'998), std::pair("sample_width", 9'999'998),
        std::pair("sample_frames", 9'999'993)}) {
    asbench::testing::write_tiny_cogvideo(folder_ / "model");
    const fs::path file = folder_ / "model/transformer/config.json";
    Json config = read_json_file(file);
    config[field] = value;
    write_json_file(file, config);
    EXPECT_THAT(problem_of(request_of(kCogVideoLora, "out")),
                AllOf(HasSubstr(file.string()), HasSubstr(field), HasSubstr("the most is")));
  }
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  const fs::path file = folder_ / "model/transformer/config.json";
  Json config = read_json_file(file);
  config["num_attention_heads"] = 9'999'999;
  write_json_file(file, config);
  EXPECT_THAT(problem_of(request_of(kCogVideoLora, "out")), HasSubstr("num_attention_heads"));
}

TEST_F(GenerationFaults, ACaptionThatIsCutIsSaidAndMarked) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  loaders::Split split = split_;
  for (loaders::Story& story : split.stories) {
    for (loaders::Shot& shot : story.shots) shot.caption = "a";
  }
  split.stories.front().shots.at(1).caption = "a cat and a dog and another cat and another dog";
  VideoRequest wanted = request_of(kCogVideoLora, "out");
  wanted.split = wanted.part = &split;
  std::string said;
  wanted.say = [&](std::string_view text) { said += text; };
  generate_videos(wanted);
  EXPECT_THAT(said,
              AllOf(HasSubstr("1 caption is longer than the 10 tokens"), HasSubstr("cat/0/2")));
  EXPECT_EQ(record("out").at("shots").at("cat/0/2").at("caption_cut"), true);
  EXPECT_EQ(record("out").at("shots").at("cat/0/1").at("caption_cut"), false);
}

TEST_F(GenerationFaults, TheRecordSaysWhichProgramMadeThem) {
  asbench::testing::write_tiny_cogvideo(folder_ / "model");
  generate_videos(request_of(kCogVideoLora, "out"));
  const Json run = record("out").at("runs").at(0);
  EXPECT_FALSE(run.at("program").at("commit").get<std::string>().empty());
  EXPECT_TRUE(run.at("program").at("dirty").is_boolean());
  EXPECT_EQ(run.at("device"), "cpu");
  EXPECT_GE(run.at("threads").get<int>(), 1);
  EXPECT_FALSE(run.at("products").get<std::string>().empty());
}

/// What T5 and the language model take is a part of a shot's cost.
TEST_F(GenerationFaults, ThePlanCountsWhatMakesTheCondition) {
  asbench::testing::write_tiny_cogvideo(folder_ / "text");
  const ShotCost text = plan_cogvideo_lora(folder_ / "text", {}, {}).cost(c10::kCPU);
  const Json t5 = read_json_file(folder_ / "text/text_encoder/config.json");
  const auto of = [&](const char* field) { return t5.at(field).get<double>(); };
  const double tokens = 10.0;
  const double mixed = of("num_heads") * of("d_kv");
  const double products = 4.0 * of("d_model") * mixed + 3.0 * of("d_model") * of("d_ff");
  EXPECT_DOUBLE_EQ(text.conditions_flops,
                   of("num_layers") * (2.0 * tokens * products + 4.0 * tokens * tokens * mixed));
  asbench::testing::write_tiny_generator(folder_ / "one");
  const ShotCost one = plan_animeshooter_gen(folder_ / "one", {}).cost(c10::kCPU);
  EXPECT_GT(one.conditions_flops, 0.0);
  asbench::testing::write_tiny_generator(folder_ / "many",
                                         {.manifest = {{"tiling", "dynamic_s2_reference"}}});
  EXPECT_GT(plan_animeshooter_gen(folder_ / "many", {}).cost(c10::kCPU).conditions_flops,
            1.2 * one.conditions_flops);
}

}  // namespace
}  // namespace asbench::baselines
