#include "evaluation/expected_result.h"

#include <fmt/format.h>

#include <string>

#include "core/error.h"
#include "core/files.h"
#include "core/words.h"

namespace asbench::evaluation {
namespace {

constexpr std::size_t kShownValue = 60;

/// Of the settings that differ, the first: "frames: "midpoint:5" there, "ends:5" here".
std::string first_setting(const Json& there, const Json& here) {
  const auto text = [](const Json& settings, const std::string& key) {
    const std::string value = settings.contains(key) ? settings.at(key).dump() : "not stated";
    return value.size() > kShownValue ? value.substr(0, kShownValue) + "..." : value;
  };
  for (const Json* side : {&here, &there}) {
    for (const auto& [name, value] : side->items()) {
      const std::string& key = name;  // clang 14 captures no structured binding
      // The order of keys is no difference.
      const nlohmann::json a = there.contains(key) ? nlohmann::json(there.at(key)) : nullptr;
      const nlohmann::json b = here.contains(key) ? nlohmann::json(here.at(key)) : nullptr;
      if (a != b)
        return fmt::format("{}: {} there, {} here", key, text(there, key), text(here, key));
    }
  }
  return {};
}

/// The first thing in which the document is another result; empty where it is none.
std::string difference(const document::Result& there, const ExpectedResult& here) {
  if (there.system != here.system)
    return fmt::format("of the system {}, and this run scores {}", there.system, here.system);
  if (there.split.sha256 != here.split.sha256) {
    return fmt::format("on another split or part of it ({}, {}; this run: {}, {})",
                       there.split.name, counted(there.split.stories, "story", "stories"),
                       here.split.name, counted(here.split.stories, "story", "stories"));
  }
  if (there.protocol != here.protocol)
    return fmt::format("under the protocol {}, and this run uses {}", there.protocol,
                       here.protocol);
  if (const auto setting = first_setting(there.settings, here.settings); !setting.empty())
    return fmt::format("under other settings ({})", setting);
  for (const auto& [id, signature] : here.metrics) {
    const auto* metric = there.find_metric(id);
    if (metric == nullptr) return fmt::format("without the metric {}", id);
    if (!may_be_equal(signature, metric->signature))
      return fmt::format("with {} computed differently ({})", id, metric->signature);
  }
  return {};
}

constexpr std::string_view kRemedy =
    "Name another file with --out, or replace this one with --force.";

}  // namespace

ExpectedResult expected_result(const std::string& system, const loaders::Split& split,
                               const Protocol& protocol, const Plan& plan,
                               const std::string& subset) {
  ExpectedResult expected;
  expected.system = system;
  expected.split.name = split.name;
  expected.split.sha256 = split.sha256;
  expected.split.stories = static_cast<int>(split.stories.size() + split.lost.size());
  expected.protocol = protocol.name;
  expected.settings = protocol_settings(protocol);
  for (const auto& id : protocol.metrics) {
    auto signature = signature_fields_of(protocol.catalogue.require(id), protocol, plan, subset);
    // A folder's hash is known once its clips are read.
    if (plan.training_set && plan.training_set->sha256.empty()) signature.training.clear();
    expected.metrics.emplace_back(id, std::move(signature));
  }
  return expected;
}

bool may_be_equal(const document::Signature& expected, std::string_view line) {
  // One reader for both, so that fields that look alike are alike.
  const auto here = document::Signature::parse(expected.line());
  auto there = document::Signature::parse(line);
  for (const auto field :
       {&document::Signature::training, &document::Signature::real, &document::Signature::counts,
        &document::Signature::clip, &document::Signature::ddof, &document::Signature::neighbours}) {
    if ((here.*field).empty()) (there.*field).clear();
  }
  return here == there;
}

void require_replaceable(const std::filesystem::path& file, const ExpectedResult& expected) {
  if (!is_file(file) || InputFile(file).size() == 0) return;
  document::Result there;
  try {
    there = document::read_result(file);
  } catch (const BadInput& problem) {
    throw UsageError(
        fmt::format("--out {}: holds something else than a result document:\n  {}\n  {}",
                    file.string(), problem.what(), kRemedy));
  }
  const std::string what = difference(there, expected);
  if (what.empty()) return;
  throw UsageError(
      fmt::format("--out {}: holds another result, {}.\n  {}", file.string(), what, kRemedy));
}

}  // namespace asbench::evaluation
