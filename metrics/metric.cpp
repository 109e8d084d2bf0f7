#include "metrics/metric.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/nearest_name.h"
#include "core/words.h"

namespace asbench::metrics {

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::higher:
      return "higher";
    case Direction::lower:
      return "lower";
    case Direction::none:
      return "none";
  }
  return "none";
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::headline:
      return "headline";
    case Kind::control:
      return "control";
    case Kind::set:
      return "set";
  }
  return "control";
}

std::vector<std::pair<std::string, std::string>> signature_fields(const Metric& metric,
                                                                  const MetricSettings& settings) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (metric.uses_reference_pooling) {
    fields.emplace_back("refs", to_string(settings.references));
  }
  fields.emplace_back("agg", metric.aggregation);
  fields.emplace_back("missing", to_string(settings.missing));
  fields.insert(fields.end(), metric.constants.begin(), metric.constants.end());
  for (const Measure::Threshold& threshold : metric.thresholds) {
    fields.emplace_back(threshold.name, fmt::format("{}", settings.*threshold.setting));
  }
  return fields;
}

std::string definition_under(const Metric& metric, const MetricSettings& settings) {
  std::string text = metric.definition;
  for (const Measure::Threshold& threshold : metric.thresholds) {
    text = replaced(text, fmt::format("{{{}}}", threshold.name),
                    fmt::format("{}", settings.*threshold.setting));
  }
  return text;
}

std::string_view to_string(MissingPolicy policy) {
  switch (policy) {
    case MissingPolicy::fail:
      return "fail";
    case MissingPolicy::zero:
      return "zero";
    case MissingPolicy::exclude:
      return "exclude";
  }
  return "fail";
}

std::string_view to_string(ReferencePooling pooling) {
  return pooling == ReferencePooling::mean ? "mean" : "max";
}

MissingPolicy parse_missing_policy(std::string_view text) {
  for (const auto policy : {MissingPolicy::fail, MissingPolicy::zero, MissingPolicy::exclude}) {
    if (to_string(policy) == text) return policy;
  }
  const std::vector<std::string> names = {"fail", "zero", "exclude"};
  throw UsageError(fmt::format("--missing {}: expected fail, zero or exclude.{}", text,
                               did_you_mean(text, names)));
}

ReferencePooling parse_reference_pooling(std::string_view text) {
  for (const auto pooling : {ReferencePooling::mean, ReferencePooling::max}) {
    if (to_string(pooling) == text) return pooling;
  }
  throw UsageError(fmt::format("refs={}: expected mean or max.", text));
}

}  // namespace asbench::metrics
