#include "metrics/set/frechet_parts.h"

#include <string>

#include "metrics/set/distribution.h"

namespace asbench::metrics {
namespace {

struct FrechetPart {
  std::string_view name;
  bool of_halves = false;  ///< left out when there are no halves
  std::optional<double> (*value)(const DistributionResult&) = nullptr;
};

using Result = DistributionResult;
using Value = std::optional<double>;

constexpr FrechetPart kParts[] = {
    {"mean_term", false, [](const Result& result) -> Value { return result.frechet->mean_term; }},
    {"trace_term", false, [](const Result& result) -> Value { return result.frechet->trace_term; }},
    {"fvd_inf", false, [](const Result& result) -> Value { return result.frechet_at_infinity; }},
    {"noise_floor", false,
     [](const Result& result) { return result.floor ? Value(result.floor->mean) : Value(); }},
    {"noise_floor_sd", true, [](const Result& result) -> Value { return result.floor->deviation; }},
    {"fvd_at_half", true, [](const Result& result) -> Value { return result.floor->generated; }},
    {"n_half", true, [](const Result& result) -> Value { return result.floor->size; }},
};

}  // namespace

SetParts frechet_parts(const DistributionResult& result) {
  SetParts parts;
  for (const FrechetPart& part : kParts) {
    if (part.of_halves && !result.floor) continue;
    parts.values.push_back({std::string(part.name), part.value(result)});
  }
  if (!result.frechet_at_infinity) {
    parts.findings.push_back({"too_few_for_extrapolation", "", std::nullopt,
                              "fvd_inf needs twice as many clips on both sides as a feature has "
                              "columns: without it, fvd is biased upwards"});
  }
  if (!result.floor) {
    parts.findings.push_back({"too_few_for_halves", "", std::nullopt,
                              "the noise floor needs at least 4 real and 2 generated clips"});
  }
  return parts;
}

std::vector<std::string_view> frechet_part_names() {
  std::vector<std::string_view> names;
  for (const FrechetPart& part : kParts) names.push_back(part.name);
  return names;
}

}  // namespace asbench::metrics
