#include "baselines/animeshooter_gen/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "core/error.h"
#include "core/schema.h"
#include "tests/support/temporary_folder.h"

namespace asbench::baselines {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Json smallest() {
  return {{"schema", "asbench/animeshootergen@1"}};
}

Json with(const Json& changes) {
  Json json = smallest();
  json.merge_patch(changes);
  return json;
}

std::string problem_with(const Json& json) {
  try {
    static_cast<void>(parse_manifest(json, "the manifest"));
  } catch (const BadInput& problem) {
    return problem.what();
  }
  return {};
}

/// Every field with a value that is not its default.
Json every_field() {
  return {{"schema", "asbench/animeshootergen@1"},
          {"name", "mine"},
          {"paths",
           {{"transformer", "a"},
            {"vae", "b"},
            {"scheduler", "c"},
            {"llm", "d"},
            {"vision_tower", "e"},
            {"mm_projector", "f"},
            {"qformer", "g"},
            {"tokenizer", "h"},
            {"text_encoder", "i"}}},
          {"hidden_state", {{"layer", 27}, {"final_norm", false}}},
          {"qformer",
           {{"query_source", "llm"},
            {"condition_length", 64},
            {"projection", "mlp"},
            {"trailing_layer_norm", true},
            {"keys", {{"proj.0.weight", "head.weight"}}}}},
          {"null_condition", "mllm_blank"},
          {"blank_pixel", "zero_normalised"},
          {"template",
           {{"prefix", "1"},
            {"before_image", "2"},
            {"after_image", "3"},
            {"before_caption", "4"},
            {"after_caption", "5"},
            {"before_queries", "6"},
            {"after_queries", "7"}}},
          {"sampling",
           {{"scheduler", "dpm"},
            {"steps", 25},
            {"guidance_scale", 7.5},
            {"guidance_mode", "ramp"},
            {"dtype", "fp32"},
            {"match_reference", true}}},
          {"tiling", "dynamic_s2_all"},
          {"clip", {{"frames", 17}, {"fps", 16.0}, {"height", 256}, {"width", 384}}},
          {"lora",
           {{"transformer", {{"path", "j"}, {"scale", 0.5}}},
            {"llm", {{"path", "k"}, {"scale", 2.0}}}}}};
}

TEST(Manifest, DefaultsAreThoseOfTheDesign) {
  const Manifest manifest = parse_manifest(smallest(), "the manifest");
  EXPECT_EQ(manifest.paths.llm, "mllm/llm");
  EXPECT_EQ(manifest.paths.text_encoder, "text_encoder");
  EXPECT_EQ(manifest.hidden_state.layer, -1);
  EXPECT_TRUE(manifest.hidden_state.final_norm);
  EXPECT_EQ(manifest.qformer.query_source, models::QuerySource::own);
  EXPECT_EQ(manifest.qformer.condition_length, 226);
  EXPECT_EQ(manifest.qformer.projection, models::ConditionProjection::linear);
  EXPECT_FALSE(manifest.qformer.trailing_layer_norm);
  EXPECT_TRUE(manifest.qformer.needs_learnable_queries);
  EXPECT_EQ(manifest.null_condition, NullCondition::mllm_blank);
  EXPECT_EQ(manifest.blank_pixel, BlankPixel(0));
  EXPECT_EQ(manifest.texts.prefix, "");
  EXPECT_EQ(manifest.sampling.sampler, models::SamplerKind::ddim);
  EXPECT_EQ(manifest.sampling.steps, 50);
  EXPECT_EQ(manifest.sampling.guidance.scale, 6.0);
  EXPECT_EQ(manifest.sampling.guidance.mode, models::GuidanceMode::fixed);
  EXPECT_EQ(manifest.sampling.precision, models::Precision::bf16);
  EXPECT_FALSE(manifest.sampling.match_reference);
  EXPECT_EQ(manifest.tiling, PictureTiling::single);
  EXPECT_EQ(manifest.clip.frames, 49);
  EXPECT_EQ(manifest.clip.frames_per_second, 8.0);
  EXPECT_EQ(manifest.clip.height, 480);
  EXPECT_EQ(manifest.clip.width, 720);
  EXPECT_FALSE(manifest.transformer_lora);
  EXPECT_FALSE(manifest.llm_lora);
}

TEST(Manifest, ReadsEveryField) {
  const Manifest manifest = parse_manifest(every_field(), "the manifest");
  EXPECT_EQ(manifest.name, "mine");
  EXPECT_EQ(manifest.paths.transformer, "a");
  EXPECT_EQ(manifest.paths.vae, "b");
  EXPECT_EQ(manifest.paths.scheduler, "c");
  EXPECT_EQ(manifest.paths.llm, "d");
  EXPECT_EQ(manifest.paths.vision_tower, "e");
  EXPECT_EQ(manifest.paths.mm_projector, "f");
  EXPECT_EQ(manifest.paths.qformer, "g");
  EXPECT_EQ(manifest.paths.tokenizer, "h");
  EXPECT_EQ(manifest.paths.text_encoder, "i");
  EXPECT_EQ(manifest.hidden_state.layer, 27);
  EXPECT_FALSE(manifest.hidden_state.final_norm);
  EXPECT_EQ(manifest.qformer.query_source, models::QuerySource::llm);
  EXPECT_EQ(manifest.qformer.condition_length, 64);
  EXPECT_EQ(manifest.qformer.projection, models::ConditionProjection::mlp);
  EXPECT_TRUE(manifest.qformer.trailing_layer_norm);
  EXPECT_EQ(manifest.qformer.keys.at("proj.0.weight"), "head.weight");
  EXPECT_FALSE(manifest.blank_pixel);
  EXPECT_EQ(manifest.texts.prefix, "1");
  EXPECT_EQ(manifest.texts.before_image, "2");
  EXPECT_EQ(manifest.texts.after_image, "3");
  EXPECT_EQ(manifest.texts.before_caption, "4");
  EXPECT_EQ(manifest.texts.after_caption, "5");
  EXPECT_EQ(manifest.texts.before_queries, "6");
  EXPECT_EQ(manifest.texts.after_queries, "7");
  EXPECT_EQ(manifest.sampling.sampler, models::SamplerKind::dpm);
  EXPECT_EQ(manifest.sampling.steps, 25);
  EXPECT_EQ(manifest.sampling.guidance.scale, 7.5);
  EXPECT_EQ(manifest.sampling.guidance.mode, models::GuidanceMode::ramp);
  EXPECT_EQ(manifest.sampling.precision, models::Precision::fp32);
  EXPECT_TRUE(manifest.sampling.match_reference);
  EXPECT_EQ(manifest.tiling, PictureTiling::dynamic_s2_all);
  EXPECT_EQ(manifest.clip.frames, 17);
  EXPECT_EQ(manifest.clip.frames_per_second, 16.0);
  EXPECT_EQ(manifest.clip.height, 256);
  EXPECT_EQ(manifest.clip.width, 384);
  ASSERT_TRUE(manifest.transformer_lora);
  EXPECT_EQ(manifest.transformer_lora->path, "j");
  EXPECT_EQ(manifest.transformer_lora->scale, 0.5);
  ASSERT_TRUE(manifest.llm_lora);
  EXPECT_EQ(manifest.llm_lora->path, "k");
  EXPECT_EQ(manifest.llm_lora->scale, 2.0);
}

TEST(Manifest, IsWrittenBackWithAllDefaultsAndReadsTheSame) {
  for (const Json& json : {smallest(), every_field(), with({{"null_condition", "zeros"}}),
                           with({{"null_condition", "t5_empty"}}), with({{"blank_pixel", 255}})}) {
    const Json written = to_json(parse_manifest(json, "the manifest"));
    EXPECT_NO_THROW(check_schema(written, "animeshootergen", "written"));
    EXPECT_EQ(to_json(parse_manifest(written, "written")), written);
    for (const auto& [field, value] : json.items()) EXPECT_TRUE(written.contains(field)) << field;
  }
  // What was stated comes back as it was.
  EXPECT_EQ(to_json(parse_manifest(every_field(), "the manifest")), every_field());
  const Json defaults = to_json(parse_manifest(smallest(), "the manifest"));
  EXPECT_EQ(defaults.at("sampling").at("steps"), 50);
  EXPECT_EQ(defaults.at("paths").size(), 9U);
  EXPECT_EQ(defaults.at("template").size(), 7U);
}

TEST(Manifest, NamesFieldsThatItDoesNotKnow) {
  EXPECT_THAT(problem_with(with({{"guidance", 6}})), HasSubstr("guidance"));
  EXPECT_THAT(problem_with(with({{"sampling", {{"step", 6}}}})), HasSubstr("step"));
  EXPECT_THAT(problem_with(with({{"paths", {{"unet", "x"}}}})), HasSubstr("unet"));
  EXPECT_THAT(problem_with(with({{"template", {{"suffix", "x"}}}})), HasSubstr("suffix"));
  EXPECT_THAT(problem_with(with({{"lora", {{"vae", {{"path", "x"}}}}}})), HasSubstr("vae"));
  EXPECT_THAT(problem_with(with({{"clip", {{"seconds", 6}}}})), HasSubstr("seconds"));
}

TEST(Manifest, RefusesValuesThatAreNotImplementedAndNamesTheField) {
  const std::pair<const char*, Json> changes[] = {
      {"[schema]", {{"schema", "asbench/animeshootergen@2"}}},
      {"[hidden_state][layer]", {{"hidden_state", {{"layer", -2}}}}},
      {"[qformer][query_source]", {{"qformer", {{"query_source", "both"}}}}},
      {"[qformer][condition_length]", {{"qformer", {{"condition_length", 0}}}}},
      {"[qformer][projection]", {{"qformer", {{"projection", "conv"}}}}},
      {"[null_condition]", {{"null_condition", "text"}}},
      {"[blank_pixel]", {{"blank_pixel", 128}}},
      {"[blank_pixel]", {{"blank_pixel", "white"}}},
      {"[sampling][scheduler]", {{"sampling", {{"scheduler", "euler"}}}}},
      {"[sampling][steps]", {{"sampling", {{"steps", 2.5}}}}},
      {"[sampling][guidance_scale]", {{"sampling", {{"guidance_scale", -1}}}}},
      {"[sampling][guidance_mode]", {{"sampling", {{"guidance_mode", "cosine"}}}}},
      {"[sampling][dtype]", {{"sampling", {{"dtype", "fp16"}}}}},
      {"[tiling]", {{"tiling", "dynamic"}}},
      {"[clip][frames]", {{"clip", {{"frames", 0}}}}},
      {"[clip][fps]", {{"clip", {{"fps", 0}}}}},
      {"[clip][width]", {{"clip", {{"width", 100000}}}}},
      {"[paths][vae]", {{"paths", {{"vae", ""}}}}},
      {"[lora][llm]", {{"lora", {{"llm", {{"scale", 1.0}}}}}}},
      {"[name]", {{"name", 3}}}};
  for (const auto& [field, change] : changes) {
    EXPECT_THAT(problem_with(with(change)), AllOf(HasSubstr("the manifest"), HasSubstr(field)))
        << change.dump();
  }
  EXPECT_THAT(problem_with(Json::object()), HasSubstr("schema"));
}

TEST(Manifest, NamesBothSidesOfAContradiction) {
  EXPECT_THAT(problem_with(with({{"null_condition", "zeros"}, {"blank_pixel", 0}})),
              AllOf(HasSubstr("blank_pixel 0"), HasSubstr("null_condition zeros")));
  EXPECT_THAT(problem_with(with(
                  {{"qformer", {{"query_source", "llm"}, {"keys", {{"query_tokens", "q"}}}}}})),
              AllOf(HasSubstr("query_tokens"), HasSubstr("query_source llm")));
}

TEST(Manifest, AFolderWithoutOneIsTold) {
  const asbench::testing::TemporaryFolder folder;
  EXPECT_THROW(static_cast<void>(read_manifest(folder.path())), BadInput);
  write_file_atomically(folder / "animeshootergen.json",
                        R"({"schema": "asbench/animeshootergen@1", "name": "a", "name": "b"})");
  EXPECT_THROW(static_cast<void>(read_manifest(folder.path())), BadInput);
  write_json_file(folder / "animeshootergen.json", smallest());
  EXPECT_EQ(read_manifest(folder.path()).sampling.steps, 50);
}

TEST(ClipSettings, AreLatents) {
  EXPECT_THAT(latent_sizes({}, 16, 4, 8, 2), ElementsAre(1, 13, 16, 60, 90));
  EXPECT_THAT(latent_sizes({.frames = 17, .height = 32, .width = 48}, 4, 4, 8, 2),
              ElementsAre(1, 5, 4, 4, 6));
  EXPECT_THAT(latent_sizes({.frames = 1}, 16, 4, 8, 2), ElementsAre(1, 1, 16, 60, 90));
}

/// The 2B model wants 8 k + 1 frames: of an even number of latent frames the decoder makes none of
/// the sizes that a clip may have.
TEST(ClipSettings, NamesWhatTheDecoderCanNotMake) {
  const auto problem = [](const ClipSettings& clip) -> std::string {
    try {
      static_cast<void>(latent_sizes(clip, 16, 4, 8, 2));
    } catch (const BadInput& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_THAT(problem({.frames = 48}), HasSubstr("clip.frames is 48"));
  EXPECT_THAT(problem({.frames = 5}), HasSubstr("8 k + 1"));
  EXPECT_THAT(problem({.height = 488}), HasSubstr("clip.height is 488"));
  EXPECT_THAT(problem({.width = 721}), HasSubstr("clip.width is 721"));
}

}  // namespace
}  // namespace asbench::baselines
