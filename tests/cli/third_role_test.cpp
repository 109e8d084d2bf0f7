// A third encoder role needs no code: a protocol file lists its metrics, and the document, the
// page, the tables and the gate know them. DINOv2 stands for any encoder that loads; one of its
// metrics is a distance, for which lower is better (docs/design/architecture.md, "Roles are
// data").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/schema.h"
#include "tests/cli/mini_benchmark.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kDistance = "dinov2_d";
constexpr const char* kAdherence = "dinov2_i";

class ThirdRole : public WithMiniBenchmark {
 protected:
  static void SetUpTestSuite() {
    WithMiniBenchmark::SetUpTestSuite();
    fs::create_directories(mini().root() / "weights" / "example");
    fs::copy(source_folder() / "tests/golden/dinov2/mlp",
             mini().root() / "weights" / "example" / "dinov2-tiny");
    Json protocol = read_json_file(source_folder() / "configs/protocols/animeshooter-v1.json");
    protocol["name"] = "with-dinov2";
    protocol["encoders"]["dinov2"] = "example/dinov2-tiny";
    Json metrics = Json::array(
        {"clip_i", "frozen_rate", "reference_copy", "duplicate_pairs", "clip_t_margin"});
    const auto declare = [&](const char* id, const char* measure) {
      metrics.push_back({{"id", id}, {"measure", measure}, {"role", "dinov2"}});
    };
    declare(kAdherence, "reference_adherence");
    declare(kDistance, "reference_distance");
    declare("cross_shot_dinov2", "cross_shot");
    declare("identity_top1_dinov2", "identity_top1");
    protocol["metrics"] = metrics;
    write_json_file(mini().root() / "protocol.json", protocol);
    run_ = new ProgramResult(
        mini().score("third", {"--protocol", (mini().root() / "protocol.json").string()}));
  }
  static void TearDownTestSuite() {
    delete run_;
    WithMiniBenchmark::TearDownTestSuite();
  }
  static const ProgramResult& run() { return *run_; }
  static Json metric(const char* id) { return mini().document("third").at("metrics").at(id); }

 private:
  static const ProgramResult* run_;
};
const ProgramResult* ThirdRole::run_ = nullptr;

TEST_F(ThirdRole, IsScoredAndDescribedInTheDocument) {
  ASSERT_EQ(run().exit_code, 0) << run().err;
  const Json document = mini().document("third");
  check_schema(document, "result", "third.json");
  const Json description = metric(kDistance).at("description");
  EXPECT_EQ(description.at("title"), "Distance to the reference under DINOV2");
  EXPECT_EQ(description.at("roles"), Json::array({"dinov2"}));
  EXPECT_EQ(description.at("family"), "adherence");
  EXPECT_EQ(metric(kDistance).at("direction"), "lower");
  EXPECT_THAT(metric(kDistance).at("signature").get<std::string>(),
              HasSubstr("dinov2_d@1 | enc=example/dinov2-tiny#"));
  EXPECT_EQ(document.at("provenance").at("weights").at("dinov2").at("id"), "example/dinov2-tiny");
  EXPECT_EQ(metric("cross_shot_dinov2").at("description").at("controls").size(), 4U);
  EXPECT_EQ(document.at("protocol").at("settings").at("declared_metrics").size(), 4U);
  EXPECT_THAT(run().out, HasSubstr(kAdherence));
  EXPECT_THAT(run().out, HasSubstr(std::string(kDistance) + " v"));
}

TEST_F(ThirdRole, ItsDistanceIsOneMinusItsSimilarity) {
  ASSERT_EQ(run().exit_code, 0) << run().err;
  const Json document = mini().document("third");
  int shots = 0;
  for (const Json& story : document.at("stories")) {
    const Json& similar = story.at("metrics").at(kAdherence).at("shots");
    const Json& distant = story.at("metrics").at(kDistance).at("shots");
    for (std::size_t s = 0; s < similar.size(); ++s, ++shots) {
      EXPECT_DOUBLE_EQ(distant[s].at("value").get<double>(),
                       1.0 - similar[s].at("value").get<double>());
    }
    EXPECT_NEAR(story.at("metrics").at(kDistance).at("harmeanp").get<double>(),
                1.0 - story.at("metrics").at(kAdherence).at("harmeanp").get<double>(), 1e-12);
  }
  EXPECT_EQ(shots, 12);
}

TEST_F(ThirdRole, StandsInPageTablesAndGate) {
  ASSERT_EQ(run().exit_code, 0) << run().err;
  const fs::path report = mini().root() / "report";
  const std::string result = (mini().root() / "third.json").string();
  const auto reported =
      run_program(asbench_program(), {"report", result, "--out", report.string(), "--no-sheets"});
  ASSERT_EQ(reported.exit_code, 0) << reported.err;
  const std::string page = read_text_file(report / "index.html");
  EXPECT_THAT(page, HasSubstr("Distance to the reference under DINOV2"));
  EXPECT_THAT(page, HasSubstr("cross_shot_dinov2"));
  for (const char* table : {"table.md", "table.csv", "table.tex"}) {
    const std::string text = read_text_file(report / table);
    EXPECT_THAT(text, ::testing::AnyOf(HasSubstr(kDistance), HasSubstr("dinov2\\_d"),
                                       HasSubstr("dinov2\\_\\allowbreak{}d")))
        << table;
  }
  const fs::path gate = mini().root() / "gate.json";
  Json limits = read_json_file(source_folder() / "configs/gates/default.json");
  limits["metrics"] = {{kDistance, {{"role", "headline"}, {"minimum_effect", 0.02}}}};
  write_json_file(gate, limits);
  const auto compared =
      run_program(asbench_program(), {"compare", result, result, "--gate", gate.string()});
  EXPECT_EQ(compared.exit_code, 0) << compared.err << compared.out;
  EXPECT_THAT(compared.out, HasSubstr(kDistance));
}

TEST_F(ThirdRole, ARoleThatNoMetricIsMeasuredWithIsRefused) {
  const auto refused = mini().score("refused", {"--encoder", "dinov3=example/dinov2-tiny"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("no metric is measured with the role 'dinov3'"));
  EXPECT_THAT(refused.err, HasSubstr("clip, dino, interpolation, vbench-clip"));
}

}  // namespace
}  // namespace asbench::testing
