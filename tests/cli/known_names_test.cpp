// The names that the parser offers are those that the libraries know.
#include "cli/known_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluation/fvd_variant.h"
#include "loaders/outputs.h"
#include "loaders/source_rules.h"
#include "loaders/split.h"
#include "loaders/video/frame_rules.h"
#include "metrics/metric.h"
#include "metrics/set/distribution.h"
#include "models/preprocess/composite.h"

namespace asbench::cli {
namespace {

using ::testing::UnorderedElementsAreArray;

TEST(KnownNames, AreThoseOfTheLibraries) {
  std::vector<std::string> layouts = {"auto"};
  for (const auto& layout : loaders::built_in_layouts()) layouts.emplace_back(layout.name);
  layouts.emplace_back(loaders::kSourceLayout);
  EXPECT_THAT(layout_names(), UnorderedElementsAreArray(layouts));
  for (const auto& part : shot_parts()) EXPECT_NO_THROW((void)loaders::parse_shot_part(part));
  for (const auto& choice : reference_choices())
    EXPECT_NO_THROW((void)loaders::parse_reference_choice(choice));

  std::vector<std::string> forms;
  for (const auto* reader : loaders::split_readers()) forms.emplace_back(reader->form());
  EXPECT_THAT(split_forms(), UnorderedElementsAreArray(forms));

  std::vector<std::string> variants;
  for (const auto& variant : evaluation::fvd_variants()) variants.push_back(variant.name);
  EXPECT_THAT(fvd_variant_names(), UnorderedElementsAreArray(variants));

  for (const auto& name : background_names()) EXPECT_NO_THROW((void)models::parse_background(name));
  for (const auto& name : missing_policies())
    EXPECT_NO_THROW((void)metrics::parse_missing_policy(name));
  for (auto rule : frame_rules()) {
    if (rule.ends_with(':')) rule += "3";
    EXPECT_NO_THROW((void)loaders::parse_frame_rule(rule)) << rule;
  }
  const auto measures = metrics::distribution_metrics();
  EXPECT_THAT(distribution_metric_names(), UnorderedElementsAreArray(std::vector<std::string>(
                                               measures.begin(), measures.end())));
}

TEST(KnownNames, PairsNameRolesOfMetrics) {
  const auto encoders = role_encoders();
  EXPECT_THAT(encoders, ::testing::Contains("clip=openai/clip-vit-base-patch32"));
  EXPECT_THAT(encoders, ::testing::Contains("video="));
  EXPECT_THAT(encoders, ::testing::Contains("interpolation="));
  EXPECT_THAT(role_profiles(),
              ::testing::Each(::testing::Not(::testing::StartsWith("interpolation="))));
  EXPECT_THAT(role_profiles(), ::testing::Contains("clip=openai-clip"));
  EXPECT_THAT(role_profiles(), ::testing::Contains("video=stylegan-v"));
  EXPECT_THAT(role_profiles(), ::testing::Contains("video=hf"));
}

}  // namespace
}  // namespace asbench::cli
