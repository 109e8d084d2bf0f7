#include "evaluation/real_stories.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "document/signature.h"

namespace asbench::evaluation {
namespace {

/// The families whose values are no better for being beyond those of real animation.
bool is_read_beside_real_stories(std::string_view family) {
  return family == "adherence" || family == "consistency";
}

/// What two splits can't have in common is left out: which part of the split, whose masks.
std::string comparable_line(std::string_view line) {
  document::Signature signature = document::Signature::parse(line);
  signature.subset.clear();
  std::erase_if(signature.thresholds, [](const auto& threshold) {
    return threshold.first == "masks" || threshold.first == "boxes";
  });
  return signature.line();
}

[[noreturn]] void refuse_signature(const RealStoriesDocument& real, const std::string& id,
                                   const std::string& here, const std::string& there) {
  throw NotComparable(fmt::format(
      "--real-stories {}: {} was computed differently:\n  here:  {}\n  there: {}\n  Score the real "
      "stories with the same settings.",
      real.result.where, id, here, there));
}

[[noreturn]] void refuse_without_metrics(const RealStoriesDocument& real) {
  throw BadInput(fmt::format(
      "--real-stories {}: has none of the run's metrics of adherence and consistency.\n  Score the "
      "real stories with the same --metrics.",
      real.result.where));
}

}  // namespace

RealStoriesDocument read_real_stories(const std::filesystem::path& path) {
  if (is_folder(path)) {
    throw BadInput(fmt::format(
        "--real-stories {}: is a folder.\n  Score the real stories first, like a system's videos, "
        "and give the result document: asbench score --split SPLIT --outputs VIDEOS --out "
        "real.json",
        path.string()));
  }
  return {sha256_file(path), document::read_result(path)};
}

void require_usable(const RealStoriesDocument& real, const ExpectedResult& expected) {
  bool has_one = false;
  for (const auto& [id, signature] : expected.metrics) {
    const auto* other = real.result.find_metric(id);
    if (other == nullptr || !is_read_beside_real_stories(other->description.family)) continue;
    has_one = true;
    const std::string here = comparable_line(signature.line());
    if (here != comparable_line(other->signature))
      refuse_signature(real, id, signature.line(), other->signature);
  }
  if (!has_one) refuse_without_metrics(real);
}

void add_real_stories(document::Result& result, const RealStoriesDocument& real) {
  std::vector<std::pair<document::ResultMetric*, document::ResultRealStories>> added;
  for (auto& metric : result.metrics) {
    const auto* other = real.result.find_metric(metric.id);
    if (other == nullptr || !is_read_beside_real_stories(metric.description.family)) continue;
    if (comparable_line(metric.signature) != comparable_line(other->signature))
      refuse_signature(real, metric.id, metric.signature, other->signature);
    document::ResultRealStories reading{
        .mean = other->mean, .ci95 = other->ci95, .n_stories = other->n_stories, .distance = {}};
    if (metric.mean && other->mean) reading.distance = std::abs(*metric.mean - *other->mean);
    added.emplace_back(&metric, reading);
  }
  if (added.empty()) refuse_without_metrics(real);
  for (auto& [metric, reading] : added) metric->real_stories = reading;
  result.real_stories = {real.result.system, real.sha256};
}

}  // namespace asbench::evaluation
