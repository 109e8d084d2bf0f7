#include "evaluation/normalise.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/schema.h"

namespace asbench::evaluation {
namespace {

struct Anchor {
  std::string path;
  std::string sha256;
  Json document;
};

Anchor read_anchor(const std::filesystem::path& path) {
  Anchor anchor{path.string(), sha256_file(path), read_json_file(path)};
  check_schema(anchor.document, "result", anchor.path);
  return anchor;
}

const Json& metric_of(const Anchor& anchor, const std::string& id, const Json& metric) {
  const Json& all = anchor.document.at("metrics");
  if (!all.contains(id)) {
    throw BadInput(fmt::format(
        "{}: has no {}, so the result can't be normalised by it; score it with the same --metrics",
        anchor.path, id));
  }
  const Json& other = all.at(id);
  if (other.at("signature") != metric.at("signature")) {
    throw NotComparable(
        fmt::format("{}: {} was computed in another way:\n  here:  {}\n  there: {}\n  Score both "
                    "with the same settings.",
                    anchor.path, id, metric.at("signature").get<std::string>(),
                    other.at("signature").get<std::string>()));
  }
  return other;
}

void require_same_split(const Json& document, const Anchor& anchor) {
  if (document.at("split").at("sha256") == anchor.document.at("split").at("sha256")) return;
  throw NotComparable(fmt::format(
      "{}: was scored on another split ({}, {} stories) than this result ({}, {} stories)",
      anchor.path, anchor.document.at("split").at("name").get<std::string>(),
      anchor.document.at("split").at("stories").get<int>(),
      document.at("split").at("name").get<std::string>(),
      document.at("split").at("stories").get<int>()));
}

Json normalised(const Json& metric, const Json& floor, const Json& ceiling) {
  const Json &value = metric.at("mean"), &low = floor.at("mean"), &high = ceiling.at("mean");
  if (metric.at("direction") == "none" || value.is_null() || low.is_null() || high.is_null() ||
      low == high)
    return nullptr;
  const double bottom = low.get<double>();
  return (value.get<double>() - bottom) / (high.get<double>() - bottom);
}

Json named(const Anchor& anchor) {
  return {{"system", anchor.document.at("system").at("name")}, {"sha256", anchor.sha256}};
}

}  // namespace

void normalise(Json& document, const Anchors& anchors) {
  const Anchor floor = read_anchor(anchors.floor);
  const Anchor ceiling = read_anchor(anchors.ceiling);
  require_same_split(document, floor);
  require_same_split(document, ceiling);
  Json metrics = document.at("metrics");
  for (auto& [id, metric] : metrics.items()) {
    metric["normalised"] =
        normalised(metric, metric_of(floor, id, metric), metric_of(ceiling, id, metric));
  }
  document["metrics"] = std::move(metrics);
  document["normalised_between"] = {{"floor", named(floor)}, {"ceiling", named(ceiling)}};
}

}  // namespace asbench::evaluation
