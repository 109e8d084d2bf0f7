#include "models/samplers/scheduler_config.h"

#include <gtest/gtest.h>

#include "tests/models/weights/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;
using asbench::testing::TemporaryFolder;

/// As published with the 2B model.
Json published() {
  return Json::parse(R"({
    "_class_name": "CogVideoXDDIMScheduler", "_diffusers_version": "0.30.0",
    "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085,
    "clip_sample": false, "clip_sample_range": 1.0, "num_train_timesteps": 1000,
    "prediction_type": "v_prediction", "rescale_betas_zero_snr": true, "sample_max_value": 1.0,
    "set_alpha_to_one": true, "snr_shift_scale": 3.0, "steps_offset": 0,
    "timestep_spacing": "trailing", "trained_betas": null})");
}

SchedulerConfig parse(const Json& config) {
  return parse_scheduler_config(config, "scheduler_config.json");
}

TEST(SchedulerConfig, ReadsThePublishedFile) {
  const SchedulerConfig config = parse(published());
  EXPECT_EQ(config.train_steps, 1000);
  EXPECT_EQ(config.beta_start, 0.00085);
  EXPECT_EQ(config.beta_end, 0.012);
  EXPECT_EQ(config.snr_shift, 3.0);
  EXPECT_TRUE(config.zero_terminal_snr);
  EXPECT_TRUE(config.ends_at_one);
  EXPECT_EQ(config.sampler, SamplerKind::ddim);
}

TEST(SchedulerConfig, ReadsOtherValues) {
  Json json = published();
  json["_class_name"] = "CogVideoXDPMScheduler";
  json["num_train_timesteps"] = 500;
  json["beta_start"] = 0.001;
  json["beta_end"] = 0.02;
  json["snr_shift_scale"] = 1.0;
  json["rescale_betas_zero_snr"] = false;
  json["set_alpha_to_one"] = false;
  const SchedulerConfig config = parse(json);
  EXPECT_EQ(config.train_steps, 500);
  EXPECT_EQ(config.beta_start, 0.001);
  EXPECT_EQ(config.beta_end, 0.02);
  EXPECT_EQ(config.snr_shift, 1.0);
  EXPECT_FALSE(config.zero_terminal_snr);
  EXPECT_FALSE(config.ends_at_one);
  EXPECT_EQ(config.sampler, SamplerKind::dpm);
}

TEST(SchedulerConfig, TakesThePublishedDefaultsForFieldsThatAreLeftOut) {
  const SchedulerConfig config = parse(Json::parse(
      R"({"prediction_type": "v_prediction", "timestep_spacing": "trailing", "clip_sample": false})"));
  EXPECT_EQ(config.train_steps, 1000);
  EXPECT_EQ(config.beta_start, 0.00085);
  EXPECT_EQ(config.beta_end, 0.012);
  EXPECT_EQ(config.snr_shift, 3.0);
  EXPECT_FALSE(config.zero_terminal_snr);
  EXPECT_TRUE(config.ends_at_one);
  EXPECT_EQ(config.sampler, std::nullopt);
}

TEST(SchedulerConfig, RefusesWhatIsNotSupportedAndNamesIt) {
  const std::vector<std::pair<std::string, Json>> cases = {
      {"_class_name", "DDIMScheduler"},
      {"beta_schedule", "linear"},
      {"prediction_type", "epsilon"},
      {"timestep_spacing", "leading"},
      {"clip_sample", true},
      {"trained_betas", Json::array({0.1, 0.2})},
      {"num_train_timesteps", 1},
      {"num_train_timesteps", 1000001},
      {"num_train_timesteps", "1000"},
      {"beta_start", 0.0},
      {"beta_start", -0.1},
      {"beta_end", 0.0001},
      {"beta_end", 1.0},
      {"snr_shift_scale", 0.0},
      {"snr_shift_scale", -3.0},
      {"rescale_betas_zero_snr", 1},
      {"set_alpha_to_one", "yes"},
  };
  for (const auto& [field, value] : cases) {
    Json json = published();
    json[field] = value;
    SCOPED_TRACE(field + " " + value.dump());
    expect_error([&] { (void)parse(json); }, {"scheduler_config.json", field, value.dump()});
  }
}

TEST(SchedulerConfig, RefusesAFileThatMeansTheUnsupportedDefault) {
  for (const char* field : {"prediction_type", "timestep_spacing", "clip_sample"}) {
    Json json = published();
    json.erase(field);
    SCOPED_TRACE(field);
    expect_error([&] { (void)parse(json); }, {field, "absent"});
  }
}

TEST(SchedulerConfig, AnotherSpacingIsReplacedWhereThatIsAskedFor) {
  Json json = published();
  EXPECT_EQ(parse_scheduler_config(json, "file", OtherSpacing::replace).replaced_spacing,
            std::nullopt);
  json["timestep_spacing"] = "linspace";
  EXPECT_EQ(parse_scheduler_config(json, "file", OtherSpacing::replace).replaced_spacing,
            "linspace");
  json["timestep_spacing"] = "karras";
  expect_error([&] { (void)parse_scheduler_config(json, "file", OtherSpacing::replace); },
               {"file", "timestep_spacing", "karras"});
}

TEST(SchedulerConfig, RefusesAFieldThatNobodyKnows) {
  Json json = published();
  json["thresholding"] = true;
  expect_error([&] { (void)parse(json); }, {"scheduler_config.json", "thresholding"});
}

TEST(SchedulerConfig, IsReadFromItsFolder) {
  const TemporaryFolder folder;
  write_json_file(folder / "scheduler_config.json", published());
  EXPECT_EQ(read_scheduler_config(folder.path()).snr_shift, 3.0);
  Json json = published();
  json["prediction_type"] = "sample";
  write_json_file(folder / "scheduler_config.json", json);
  expect_error([&] { (void)read_scheduler_config(folder.path()); },
               {(folder / "scheduler_config.json").string(), "prediction_type", "sample"});
}

}  // namespace
}  // namespace asbench::models
