#include "evaluation/normalise.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/hash.h"

namespace asbench::evaluation {
namespace {

using Anchor = AnchorDocuments::Anchor;

Anchor read_anchor(const std::filesystem::path& path) {
  return {sha256_file(path), document::read_result(path)};
}

const document::ResultMetric& metric_of(const Anchor& anchor, const std::string& id) {
  const document::ResultMetric* other = anchor.result.find_metric(id);
  if (other == nullptr) {
    throw BadInput(fmt::format(
        "{}: has no {}, so the result can't be normalised by it; score it with the same --metrics",
        anchor.result.where, id));
  }
  return *other;
}

[[noreturn]] void refuse_signature(const Anchor& anchor, const std::string& id,
                                   const std::string& here, const std::string& there) {
  throw NotComparable(
      fmt::format("{}: {} was computed differently:\n  here:  {}\n  there: {}\n  Score both "
                  "with the same settings.",
                  anchor.result.where, id, here, there));
}

const document::ResultMetric& metric_of(const Anchor& anchor,
                                        const document::ResultMetric& metric) {
  const auto& other = metric_of(anchor, metric.id);
  if (other.signature != metric.signature)
    refuse_signature(anchor, metric.id, metric.signature, other.signature);
  return other;
}

void require_same_split(const document::ResultSplit& here, const Anchor& anchor) {
  const auto& there = anchor.result.split;
  if (here.sha256 == there.sha256) return;
  throw NotComparable(fmt::format(
      "{}: was scored on another split ({}, {} stories) than this result ({}, {} stories)",
      anchor.result.where, there.name, there.stories, here.name, here.stories));
}

document::ResultValue normalised(const document::ResultMetric& metric,
                                 const document::ResultMetric& floor,
                                 const document::ResultMetric& ceiling) {
  if (metric.direction == document::ResultDirection::none || !metric.mean || !floor.mean ||
      !ceiling.mean || *floor.mean == *ceiling.mean)
    return std::nullopt;
  return (*metric.mean - *floor.mean) / (*ceiling.mean - *floor.mean);
}

document::ResultAnchor named(const Anchor& anchor) {
  return {anchor.result.system, anchor.sha256};
}

}  // namespace

AnchorDocuments read_anchors(const Anchors& anchors) {
  return {read_anchor(anchors.floor), read_anchor(anchors.ceiling)};
}

void require_usable(const AnchorDocuments& anchors, const ExpectedResult& expected) {
  for (const Anchor* anchor : {&anchors.floor, &anchors.ceiling}) {
    require_same_split(expected.split, *anchor);
    for (const auto& [id, signature] : expected.metrics) {
      const auto& other = metric_of(*anchor, id);
      if (!may_be_equal(signature, other.signature))
        refuse_signature(*anchor, id, signature.line(), other.signature);
    }
  }
}

void normalise(document::Result& result, const Anchors& anchors) {
  normalise_by(result, read_anchors(anchors));
}

void normalise_by(document::Result& result, const AnchorDocuments& anchors) {
  const auto& [floor, ceiling] = anchors;
  require_same_split(result.split, floor);
  require_same_split(result.split, ceiling);
  std::vector<document::ResultValue> values;
  for (const auto& metric : result.metrics)
    values.push_back(normalised(metric, metric_of(floor, metric), metric_of(ceiling, metric)));
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.metrics[i].has_normalised = true;
    result.metrics[i].normalised = values[i];
  }
  result.normalised_between = {named(floor), named(ceiling)};
}

}  // namespace asbench::evaluation
