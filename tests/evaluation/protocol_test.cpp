#include "evaluation/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/config_files.h"
#include "core/error.h"
#include "metrics/registry.h"
#include "tests/support/temporary_folder.h"

namespace asbench::evaluation {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// animeshooter-v1 with other thresholds.
Protocol protocol_with(const Json& thresholds) {
  Json json = parse_json(config_file("protocols/animeshooter-v1.json").value(), "a protocol");
  json["thresholds"] = thresholds;
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "mine.json";
  write_json_file(path, json);
  return load_protocol(path.string());
}

TEST(Thresholds, AreThoseOfTheMeasuresInProtocolsAndDocuments) {
  std::set<std::string> names;
  for (const auto& measure : metrics::all_measures()) {
    for (const auto& threshold : measure.thresholds) names.insert(std::string(threshold.name));
  }
  std::set<std::string> written;
  const Json settings = protocol_settings(load_protocol("demo"));
  for (const auto& [name, value] : settings.at("thresholds").items()) written.insert(name);
  EXPECT_EQ(written, names);
}

TEST(Thresholds, OneThatIsLeftOutKeepsItsDefault) {
  const auto protocol = protocol_with({{"frozen_below", 0.25}});
  EXPECT_EQ(protocol.settings.frozen_below, 0.25);
  EXPECT_EQ(protocol.settings.copy_cosine_from, metrics::MetricSettings().copy_cosine_from);
  EXPECT_EQ(protocol_settings(protocol).at("thresholds").at("frozen_below"), 0.25);
}

TEST(Thresholds, AnUnknownOneIsRefusedWithTheKnownOnes) {
  try {
    (void)protocol_with({{"frozen_bellow", 0.25}});
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("no metric has a threshold 'frozen_bellow'"),
                                    HasSubstr("frozen_below, copy_cells_below")));
  }
  EXPECT_THROW((void)protocol_with({{"copy_paste_temperature", 0.0}}), BadInput);
  EXPECT_THROW((void)protocol_with({{"frozen_below", "0.25"}}), BadInput);
}

}  // namespace
}  // namespace asbench::evaluation
