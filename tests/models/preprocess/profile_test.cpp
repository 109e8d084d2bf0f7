#include "models/preprocess/profile.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/config_files.h"
#include "core/error.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

const std::filesystem::path kHubConfigs = testing::source_folder() / "../shared/data/hub-configs";

Json clip_file() {
  return Json::parse(R"({"feature_extractor_type": "CLIPFeatureExtractor", "size": 224,
    "crop_size": 224, "resample": 3, "do_resize": true, "do_center_crop": true,
    "do_normalize": true, "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711]})");
}

std::string describe(const char* text) {
  return profile_from_preprocessor_config(Json::parse(text)).describe();
}

/// The message of the BadInput that `config` must raise.
std::string complaint(const Json& config) {
  try {
    (void)profile_from_preprocessor_config(config, "p.json");
  } catch (const BadInput& error) {
    return error.what();
  }
  return "no complaint";
}

std::string complaint_with(const char* key, Json value) {
  Json config = clip_file();
  config[key] = std::move(value);
  return complaint(config);
}

void expect_names(const std::string& message, std::string_view part) {
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

constexpr const char* kClipNumbers =
    "mean=.48145466/.4578275/.40821073,std=.26862954/.26130258/.27577711";

TEST(HubProfile, OldAndNewSpellingsSayTheSame) {
  const Json newer = Json::parse(R"({"image_processor_type": "CLIPImageProcessor",
    "size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224}, "resample": 3,
    "do_resize": true, "do_center_crop": true, "do_rescale": true,
    "rescale_factor": 0.00392156862745098, "do_normalize": true, "do_convert_rgb": true,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711]})");
  EXPECT_EQ(profile_from_preprocessor_config(clip_file()), profile_from_preprocessor_config(newer));
}

TEST(HubProfile, EachClassHasItsOwnDefaults) {
  const std::string clip = std::string("hf[short224,crop224,bicubic,") + kClipNumbers + "]";
  EXPECT_EQ(describe(R"({"image_processor_type": "CLIPImageProcessor"})"), clip);
  EXPECT_EQ(describe(R"({"image_processor_type": "CLIPImageProcessorFast"})"), clip);
  EXPECT_EQ(describe(R"({"image_processor_type": "BitImageProcessor"})"), clip);
  EXPECT_EQ(describe(R"({"image_processor_type": "ViTImageProcessor"})"),
            "hf[squash224,bilinear,mean=.5/.5/.5,std=.5/.5/.5]");
  EXPECT_EQ(describe(R"({"image_processor_type": "SiglipImageProcessor"})"),
            "hf[squash224,bicubic,mean=.5/.5/.5,std=.5/.5/.5]");
  EXPECT_EQ(describe(R"({"image_processor_type": "DINOv3ViTImageProcessorFast"})"),
            "hf[squash224,bilinear,mean=.485/.456/.406,std=.229/.224/.225]");
}

TEST(HubProfile, ANumberIsTheShortestEdgeForClipAndBitAndASquareForVit) {
  const auto resize = [](const char* type) {
    return profile_from_preprocessor_config(Json{{"image_processor_type", type}, {"size", 96}});
  };
  EXPECT_EQ(resize("CLIPImageProcessor").short_side, 96);
  EXPECT_EQ(resize("BitImageProcessor").short_side, 96);
  EXPECT_EQ(resize("ViTImageProcessor").resize, ResizeKind::squash);
  EXPECT_EQ(resize("ViTImageProcessor").squash, (Extent{96, 96}));
}

TEST(HubProfile, StepsThatAreOffAreLeftOut) {
  EXPECT_EQ(describe(R"({"image_processor_type": "CLIPImageProcessor", "do_resize": false,
    "do_center_crop": false, "do_rescale": false, "do_normalize": false})"),
            "hf[noresize,noscale,nonorm]");
  EXPECT_EQ(describe(R"({"image_processor_type": "ViTImageProcessor", "rescale_factor": 0.0078125,
    "size": {"height": 24, "width": 40}, "do_center_crop": true,
    "crop_size": {"height": 16, "width": 32}, "image_mean": 0.25, "image_std": [1, 2.5, 1e-7]})"),
            "hf[squash24x40,crop16x32,bilinear,scale=.0078125,mean=.25/.25/.25,std=1/2.5/1e-07]");
}

TEST(HubProfile, OutputSizeIsKnownWhenTheFileFixesIt) {
  Json config = clip_file();
  EXPECT_EQ(profile_from_preprocessor_config(config).output_width, 224);
  config["do_center_crop"] = false;
  const Profile uncropped = profile_from_preprocessor_config(config);
  EXPECT_EQ(uncropped.output_width, 0);
  EXPECT_EQ(uncropped.output({480, 720}), (Extent{224, 336}));
  EXPECT_EQ(uncropped.output({720, 479}), (Extent{336, 224}));  // 336.7 is cut
}

TEST(HubProfile, KeysThatChangeNoValueAreIgnored) {
  Json config = clip_file();
  config["_valid_processor_keys"] = {"images", "anything"};
  config["processor_class"] = "CLIPProcessor";
  config["do_convert_rgb"] = true;
  config["return_tensors"] = nullptr;
  config["something_unheard_of"] = nullptr;
  config["do_pad"] = false;
  EXPECT_EQ(profile_from_preprocessor_config(config),
            profile_from_preprocessor_config(clip_file()));
}

TEST(HubProfile, UnknownKeysThatCouldChangeAValueAreErrorsThatNameThem) {
  expect_names(complaint_with("do_pad", true), "`do_pad` is not known");
  expect_names(complaint_with("size_divisor", 32), "`size_divisor`");
  expect_names(complaint_with("crop_pct", 0.875), "`crop_pct`");
  Json two = clip_file();
  two["offset"] = 1;
  two["do_color_quantize"] = true;
  expect_names(complaint(two), "`offset`, `do_color_quantize` are not known");
}

TEST(HubProfile, OtherResamplingFiltersAreErrors) {
  for (const int filter : {0, 1, 4, 5, -1}) {
    expect_names(complaint_with("resample", filter), "`resample`");
  }
  expect_names(complaint_with("resample", "bicubic"), "2 (bilinear) or 3 (bicubic)");
}

TEST(HubProfile, MalformedValuesAreErrorsThatNameTheKey) {
  expect_names(complaint_with("size", Json{{"longest_edge", 224}}), "`size`");
  expect_names(complaint_with("size", Json{{"shortest_edge", 224}, {"longest_edge", 500}}),
               "`size`");
  expect_names(complaint_with("size", Json{{"shortest_edge", 0}}), "`size.shortest_edge`");
  expect_names(complaint_with("size", 1e9), "`size`");
  expect_names(complaint_with("size", 224.5), "`size`");
  expect_names(complaint_with("crop_size", Json{{"height", 224}}), "`crop_size`");
  expect_names(complaint_with("crop_size", Json{{"height", -1}, {"width", 2}}),
               "`crop_size.height`");
  expect_names(complaint_with("do_resize", "False"), "`do_resize`");
  expect_names(complaint_with("image_mean", Json{0.5, 0.5}), "`image_mean`");
  expect_names(complaint_with("image_std", Json{0.5, 0.0, 0.5}), "std");
  expect_names(complaint_with("image_std", Json{0.5, 1e-60, 0.5}), "std");
  expect_names(complaint_with("rescale_factor", 0), "rescale factor");
  expect_names(complaint_with("rescale_factor", "1/255"), "`rescale_factor`");
  expect_names(complaint_with("default_to_square", true), "`default_to_square`");
  expect_names(complaint_with("feature_extractor_type", 3), "`feature_extractor_type`");
  expect_names(complaint(Json::array()), "an object");
}

TEST(HubProfile, AnUnknownClassIsFollowedOnlyWhenNoDefaultIsNeeded) {
  Json config = clip_file();
  config["feature_extractor_type"] = "OtherImageProcessor";
  expect_names(complaint(config), "`OtherImageProcessor`");
  config["size"] = {{"shortest_edge", 224}};
  EXPECT_EQ(profile_from_preprocessor_config(config),
            profile_from_preprocessor_config(clip_file()));
  config.erase("image_std");
  expect_names(complaint(config), "`image_std`");
  expect_names(complaint(Json::object()), "not named");
}

TEST(HubProfile, FilesAsTheHubHasThemResolveToTheirNumbers) {
  if (!std::filesystem::exists(kHubConfigs)) GTEST_SKIP() << "no " << kHubConfigs;
  const auto of = [](const char* file) {
    return profile_from_preprocessor_config(read_json_file(kHubConfigs / file), file).describe();
  };
  const std::string clip = std::string("hf[short224,crop224,bicubic,") + kClipNumbers + "]";
  EXPECT_EQ(of("openai--clip-vit-base-patch32/preprocessor_config.json"), clip);
  EXPECT_EQ(of("openai--clip-vit-large-patch14/preprocessor_config.json"), clip);
  EXPECT_EQ(of("facebook--dino-vitb16/preprocessor_config.json"),
            "hf[squash224,bilinear,mean=.5/.5/.5,std=.5/.5/.5]");
  const std::string dinov2 = "hf[short256,crop224,bicubic,mean=.485/.456/.406,std=.229/.224/.225]";
  EXPECT_EQ(of("facebook--dinov2-base/preprocessor_config.json"), dinov2);
  EXPECT_EQ(of("facebook--dinov2-base/preprocessor_config.newer.json"), dinov2);
}

TEST(NamedProfile, HasTheNumbersOfTheOriginalCode) {
  EXPECT_EQ(named_profile("openai-clip").describe(),
            std::string("openai-clip[short224,crop224,bicubic,") + kClipNumbers + "]");
  EXPECT_EQ(named_profile("dino-eval").describe(),
            "dino-eval[short256,crop224,bicubic,mean=.485/.456/.406,std=.229/.224/.225]");
}

TEST(NamedProfile, AskingForOneThatIsNotThereNamesThoseThatAre) {
  try {
    (void)named_profile("vbench");
    FAIL();
  } catch (const UsageError& error) {
    expect_names(error.what(),
                 "hf, openai-clip, dino-eval, vbench-dino, vbench-clip, vbench-viclip");
  }
}

TEST(PinnedProfile, ReadsEveryForm) {
  Json pin =
      Json::parse(R"({"resize": {"shortest_edge": 256}, "crop": {"height": 224, "width": 224},
    "resample": "bicubic", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
    "rescale_factor": "1/255"})");
  EXPECT_EQ(profile_from_pin(pin, "x").describe(),
            "hf[short256,crop224,bicubic,mean=.485/.456/.406,std=.229/.224/.225]");
  pin["resize"] = {{"height", 10}, {"width", 20}};
  pin["crop"] = nullptr;
  pin["resample"] = "bilinear";
  pin["rescale_factor"] = 0.5;
  EXPECT_EQ(profile_from_pin(pin, "x").describe(),
            "hf[squash10x20,bilinear,scale=.5,mean=.485/.456/.406,std=.229/.224/.225]");
  for (const char* key : {"resample", "mean", "std", "rescale_factor"}) {
    Json less = pin;
    less.erase(key);
    EXPECT_THROW((void)profile_from_pin(less, "x"), BadInput) << key;
  }
  pin["resample"] = "lanczos";
  EXPECT_THROW((void)profile_from_pin(pin, "x"), BadInput);
}

TEST(PinnedProfile, MayBeDreamSimsByName) {
  const Profile profile = profile_from_pin({{"profile", "dreamsim"}}, "x");
  EXPECT_EQ(profile, dreamsim_profile());
  EXPECT_EQ(profile.describe(), "dreamsim[squash224,bicubic,nonorm]");
  EXPECT_EQ(profile.output({480, 720}), (Extent{224, 224}));
  EXPECT_THROW((void)profile_from_pin({{"profile", "dino-eval"}}, "x"), BadInput);
  EXPECT_THROW((void)profile_from_pin(
                   {{"profile", "dreamsim"}, {"crop", nullptr}, {"mean", {0, 0, 0}}}, "x"),
               BadInput);
}

TEST(ResolveProfile, PinsTheKnownCheckpointsWhateverTheirFilesSay) {
  const Json own = Json::parse(R"({"feature_extractor_type": "ViTFeatureExtractor"})");
  const std::string dino = "hf[short256,crop224,bicubic,mean=.485/.456/.406,std=.229/.224/.225]";
  EXPECT_EQ(resolve_profile("facebook/dino-vitb16", own).describe(), dino);
  EXPECT_EQ(resolve_profile("facebook/dino-vitb16", std::nullopt).describe(), dino);
  EXPECT_EQ(resolve_profile("openai/clip-vit-base-patch32", std::nullopt).describe(),
            std::string("hf[short224,crop224,bicubic,") + kClipNumbers + "]");
}

TEST(ResolveProfile, EveryPinInTheConfigurationCanBeRead) {
  int pins = 0;
  for (const std::string& name : config_file_names("encoders/")) {
    const Json document = parse_json(*config_file(name), name);
    if (!document.contains("preprocess")) continue;
    EXPECT_NE(profile_from_pin(document["preprocess"], name).describe(), "") << name;
    ++pins;
  }
  EXPECT_GE(pins, 2);
}

TEST(ResolveProfile, AnOverrideWinsAndHfMeansTheOwnFile) {
  const Json own = Json::parse(R"({"feature_extractor_type": "ViTFeatureExtractor"})");
  EXPECT_EQ(resolve_profile("facebook/dino-vitb16", own, "hf").describe(),
            "hf[squash224,bilinear,mean=.5/.5/.5,std=.5/.5/.5]");
  EXPECT_EQ(resolve_profile("facebook/dino-vitb16", own, "dino-eval"), named_profile("dino-eval"));
  EXPECT_THROW((void)resolve_profile("facebook/dino-vitb16", own, "vbench"), UsageError);
  EXPECT_THROW((void)resolve_profile("facebook/dino-vitb16", std::nullopt, "hf"), BadInput);
}

TEST(ResolveProfile, AnUnknownCheckpointFollowsItsFileOrSaysWhatIsMissing) {
  EXPECT_EQ(resolve_profile("someone/else", clip_file()),
            profile_from_preprocessor_config(clip_file()));
  try {
    (void)resolve_profile("someone/else", std::nullopt);
    FAIL();
  } catch (const BadInput& error) {
    expect_names(error.what(), "configs/encoders/someone/else.json");
  }
}

}  // namespace
}  // namespace asbench::models
