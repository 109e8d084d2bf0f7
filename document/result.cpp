#include "document/result.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

#include "core/error.h"
#include "core/schema.h"

namespace asbench::document {
namespace {

constexpr std::array kParts = {"adjacent", "first", "worst", "pixels", "features"};

/// Names the place that is being read, so that a message can.
class Reader {
 public:
  Reader(std::string_view where, std::string place) : where_(where), place_(std::move(place)) {}

  [[nodiscard]] Reader at(std::string_view step) const {
    return {where_, fmt::format("{}/{}", place_, step)};
  }

  [[noreturn]] void fail(std::string_view problem) const {
    throw BadInput(
        fmt::format("{}: {}: {}\n  Score the system again: `asbench score` writes sound documents.",
                    where_, place_, problem));
  }

  [[nodiscard]] double number(const Json& json) const {
    const double value = json.get<double>();
    if (!std::isfinite(value)) fail("not a finite number");
    return value;
  }

  [[nodiscard]] ResultValue value(const Json& json) const {
    return json.is_null() ? ResultValue() : number(json);
  }

  [[nodiscard]] int integer(const Json& json, int lowest = 0) const {
    // The schema takes 3.0 for an integer, and numbers of any size.
    const double exact = json.get<double>();
    if (!(exact >= lowest && exact <= std::numeric_limits<int>::max()))
      fail(fmt::format("expected an integer from {} on, not {}", lowest, exact));
    return static_cast<int>(exact);
  }

  [[nodiscard]] std::vector<ResultValue> values(const Json& array) const {
    std::vector<ResultValue> all;
    all.reserve(array.size());
    for (const auto& json : array) all.push_back(value(json));
    return all;
  }

 private:
  std::string_view where_;
  std::string place_;
};

/// The field, or nothing when the document leaves it out.
const Json* field(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text(const Json& object, const char* name) {
  const Json* found = field(object, name);
  return found == nullptr ? std::string() : found->get<std::string>();
}

std::map<std::string, ResultValue> parts_of(const Json& object, const Reader& reader) {
  std::map<std::string, ResultValue> parts;
  for (const char* name : kParts) {
    if (const Json* found = field(object, name)) parts.emplace(name, reader.value(*found));
  }
  return parts;
}

std::vector<DistanceValue> by_distance_of(const Json& object, const Reader& reader) {
  std::vector<DistanceValue> all;
  const Json* rows = field(object, "by_distance");
  if (rows == nullptr) return all;
  for (const auto& row : *rows) {
    const Json* stories = field(row, "n_stories");
    all.push_back({reader.integer(row.at("distance"), 1), reader.value(row.at("value")),
                   stories == nullptr ? 0 : reader.integer(*stories)});
  }
  return all;
}

std::optional<Interval> interval_of(const Json& json, const Reader& reader) {
  if (json.is_null()) return std::nullopt;
  const Interval interval{reader.number(json.at(0)), reader.number(json.at(1))};
  if (interval.low > interval.high) reader.fail("the interval's ends are the wrong way round");
  return interval;
}

ResultDirection direction_of(const std::string& name) {
  return name == "higher"  ? ResultDirection::higher
         : name == "lower" ? ResultDirection::lower
                           : ResultDirection::none;
}

/// Numbers that no field of ResultMetric takes: those of set-level metrics (sizes, standard
/// errors).
std::map<std::string, double> further_of(const Json& json, const Reader& reader) {
  static const std::set<std::string, std::less<>> known = {
      "mean",       "n_stories", "n_evaluated", "n_failed", "n_skipped", "harmeanp",
      "normalised", "adjacent",  "first",       "worst",    "pixels",    "features"};
  std::map<std::string, double> further;
  for (const auto& [name, value] : json.items()) {
    if (value.is_number() && !known.contains(name)) further.emplace(name, reader.number(value));
  }
  return further;
}

MetricDescription description_of(const Json& json, const Reader& reader) {
  MetricDescription description;
  description.title = text(json, "title");
  description.definition = text(json, "definition");
  description.source = text(json, "source");
  description.family = text(json, "family");
  const std::string kind = text(json, "kind");
  description.kind = kind == "headline" ? MetricKind::headline
                     : kind == "set"    ? MetricKind::set
                                        : MetricKind::control;
  if (const Json* range = field(json, "range")) {
    description.range_low = reader.value(range->at(0));
    description.range_high = reader.value(range->at(1));
  }
  description.unit = text(json, "unit");
  const auto texts = [&](const char* name) {
    const Json* found = field(json, name);
    return found == nullptr ? std::vector<std::string>() : found->get<std::vector<std::string>>();
  };
  description.parts = texts("parts");
  description.roles = texts("roles");
  description.controls = texts("controls");
  if (const Json* found = field(json, "leaderboard")) description.leaderboard = found->get<bool>();
  if (const Json* found = field(json, "withholds_marks")) {
    MarkLimit limit;
    if (const Json* above = field(*found, "above")) limit.above = reader.number(*above);
    if (const Json* below = field(*found, "below")) limit.below = reader.number(*below);
    description.withholds_marks = limit;
  }
  return description;
}

ResultMetric metric_of(const std::string& id, const Json& json, const Reader& reader) {
  ResultMetric metric;
  metric.id = id;
  metric.signature = json.at("signature").get<std::string>();
  if (const Json* found = field(json, "description"))
    metric.description = description_of(*found, reader.at("description"));
  metric.direction = direction_of(json.at("direction").get<std::string>());
  metric.mean = reader.value(json.at("mean"));
  metric.ci95 = interval_of(json.at("ci95"), reader);
  metric.n_stories = reader.integer(json.at("n_stories"));
  metric.n_evaluated = reader.integer(json.at("n_evaluated"));
  metric.n_failed = reader.integer(json.at("n_failed"));
  metric.n_skipped = reader.integer(json.at("n_skipped"));
  if (const Json* found = field(json, "per_shot_index"))
    metric.per_shot_index = reader.values(*found);
  if (const Json* found = field(json, "harmeanp")) {
    metric.has_harmeanp = true;
    metric.harmeanp = reader.value(*found);
  }
  if (const Json* found = field(json, "normalised")) metric.normalised = reader.value(*found);
  if (const Json* found = field(json, "real_ceiling"); found != nullptr && !found->is_null())
    metric.real_ceiling = reader.number(found->at("mean"));
  metric.parts = parts_of(json, reader);
  metric.by_distance = by_distance_of(json, reader);
  if (const Json* found = field(json, "ips")) {
    for (const auto& [ip, value] : found->items()) metric.ips.emplace_back(ip, reader.value(value));
  }
  metric.further = further_of(json, reader);
  return metric;
}

StoryMetric story_metric_of(const Json& json, const Reader& reader) {
  StoryMetric metric;
  metric.mean = reader.value(json.at("mean"));
  if (const Json* found = field(json, "harmeanp")) metric.harmeanp = reader.value(*found);
  metric.parts = parts_of(json, reader);
  metric.by_distance = by_distance_of(json, reader);
  for (const auto& shot : json.at("shots")) {
    metric.shots.push_back(
        {reader.value(shot.at("value")), reader.values(shot.at("frames")), parts_of(shot, reader)});
  }
  return metric;
}

ResultShot shot_of(const Json& json, const Reader& reader) {
  ResultShot shot;
  shot.number = reader.integer(json.at("shot"), 1);
  if (const Json* found = field(json, "frames")) {
    for (const auto& index : *found) shot.frames.push_back(reader.integer(index));
  }
  if (const Json* found = field(json, "frame_count")) shot.frame_count = reader.integer(*found);
  shot.sha256 = text(json, "sha256");
  shot.caption = text(json, "caption");
  return shot;
}

ResultStory story_of(const Json& json, const Result& result, const Reader& reader) {
  ResultStory story;
  story.id = json.at("id").get<std::string>();
  story.ip = json.at("ip").get<std::string>();
  if (story.id.empty()) reader.fail("the story has an empty id");
  if (story.ip.empty()) reader.fail(fmt::format("story {} names no IP", story.id));
  if (const Json* shots = field(json, "shots")) {
    for (const auto& shot : *shots) story.shots.push_back(shot_of(shot, reader.at("shots")));
  }
  for (const auto& [id, metric] : json.at("metrics").items()) {
    const Reader here = reader.at(id);
    if (result.find_metric(id) == nullptr)
      here.fail(fmt::format("story {} has values of {}, which is not among the document's metrics",
                            story.id, id));
    StoryMetric& values = story.metrics.emplace(id, story_metric_of(metric, here)).first->second;
    if (!story.shots.empty() && !values.shots.empty() &&
        values.shots.size() != story.shots.size()) {
      here.fail(fmt::format("values of {} shots for the {} of story {}", values.shots.size(),
                            story.shots.size(), story.id));
    }
  }
  return story;
}

Findings findings_of(const Json& array, const Reader& reader) {
  Findings findings;
  for (const auto& json : array) {
    const Json& shot = json.at("shot");
    findings.push_back({json.at("kind").get<std::string>(), json.at("story").get<std::string>(),
                        shot.is_null() ? std::nullopt : std::optional<int>(reader.integer(shot)),
                        json.at("detail").get<std::string>()});
  }
  return findings;
}

void read_head(const Json& document, const Reader& reader, Result& result) {
  result.system = document.at("system").at("name").get<std::string>();
  const auto kind = document.at("system").at("kind").get<std::string>();
  result.kind = kind == "reported"   ? ResultKind::reported
                : kind == "baseline" ? ResultKind::baseline
                                     : ResultKind::submission;
  result.protocol = document.at("protocol").at("name").get<std::string>();
  result.settings = document.at("protocol").at("settings");

  const Json& split = document.at("split");
  const Reader in_split = reader.at("split");
  result.split = {split.at("name").get<std::string>(),   split.at("form").get<std::string>(),
                  split.at("sha256").get<std::string>(), in_split.integer(split.at("stories")),
                  in_split.integer(split.at("shots")),   in_split.integer(split.at("ips"))};

  const Json& coverage = document.at("coverage");
  const Reader in_coverage = reader.at("coverage");
  const Json* truncated = field(coverage, "truncated_captions");
  result.coverage = {in_coverage.integer(coverage.at("expected_shots")),
                     in_coverage.integer(coverage.at("scored_shots")),
                     coverage.at("policy").get<std::string>(),
                     truncated == nullptr ? 0 : in_coverage.integer(*truncated),
                     findings_of(coverage.at("findings"), in_coverage.at("findings"))};

  result.provenance = document.at("provenance");
  result.canonical = document.at("canonical").get<bool>();
  result.overrides = document.at("overrides").get<std::vector<std::string>>();
  if (const Json* found = field(document, "demo_encoders"))
    result.demo_encoders = found->get<std::vector<std::string>>();
  if (const Json* found = field(document, "references")) {
    for (const auto& [ip, pictures] : found->items())
      result.references.emplace(ip, pictures.get<std::vector<std::string>>());
  }
}

/// What the document says it is, before a list of all the fields in which something else differs
/// from a result.
void require_schema_name(const Json& document, std::string_view where) {
  constexpr std::string_view kSchema = "asbench/result@1";
  constexpr std::size_t kShown = 60;
  const auto found = document.is_object() ? document.find("schema") : document.end();
  if (!document.is_object() || found == document.end() || !found->is_string()) {
    throw BadInput(
        fmt::format("{}: no result document: its \"schema\" should be \"{}\"\n  `asbench score "
                    "--out R.json` writes such documents.",
                    where, kSchema));
  }
  const auto name = found->get<std::string>();
  if (name == kSchema) return;
  throw BadInput(
      fmt::format("{}: its schema is \"{}\", this program reads \"{}\"\n  Score the system again "
                  "with this version, or read the document with the one that wrote it.",
                  where, name.substr(0, kShown), kSchema));
}

}  // namespace

std::string_view to_string(ResultKind kind) {
  return kind == ResultKind::reported   ? "reported"
         : kind == ResultKind::baseline ? "baseline"
                                        : "submission";
}

std::string_view to_string(ResultDirection direction) {
  return direction == ResultDirection::higher  ? "higher"
         : direction == ResultDirection::lower ? "lower"
                                               : "none";
}

const ResultMetric* Result::find_metric(std::string_view id) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const ResultMetric& metric) { return metric.id == id; });
  return found == metrics.end() ? nullptr : &*found;
}

Result result_from_json(const Json& document, std::string_view where) {
  Result result;
  result.where = where;
  const Reader reader(where, "");
  try {
    require_schema_name(document, where);
    check_schema(document, "result", where);
    read_head(document, reader, result);
    const Reader in_metrics = reader.at("metrics");
    for (const auto& [id, metric] : document.at("metrics").items())
      result.metrics.push_back(metric_of(id, metric, in_metrics.at(id)));
    const Reader in_stories = reader.at("stories");
    std::set<std::string, std::less<>> ids;
    for (const auto& story : document.at("stories")) {
      const Reader here = in_stories.at(std::to_string(result.stories.size()));
      result.stories.push_back(story_of(story, result, here));
      if (!ids.insert(result.stories.back().id).second)
        here.fail(fmt::format("story {} occurs twice", result.stories.back().id));
    }
  } catch (const Json::exception& error) {
    throw BadInput(fmt::format("{}: {}", where, error.what()));
  }
  return result;
}

Result read_result(const std::filesystem::path& path) {
  return result_from_json(read_json_file(path, {.refuse_duplicate_keys = true}), path.string());
}

}  // namespace asbench::document
