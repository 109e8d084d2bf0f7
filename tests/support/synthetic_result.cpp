#include "tests/support/synthetic_result.h"

#include <fmt/format.h>

#include "core/means.h"

namespace asbench::testing {
namespace {

const std::string kHash(64, 'a');

Json provenance() {
  return {{"version", "0.1.0"},          {"commit", "0"},     {"dirty", false},
          {"libraries", Json::object()}, {"device", "cpu"},   {"threads", 1},
          {"weights", Json::object()},   {"decoder", "none"}, {"started", "2000-01-01T00:00:00Z"},
          {"wall_seconds", 0.0}};
}

}  // namespace

std::string SyntheticResult::direction_of(const std::string& metric) const {
  const auto found = directions.find(metric);
  return found == directions.end() ? direction : found->second;
}

Json SyntheticResult::document() const {
  const int stories = ips * stories_per_ip;
  Json json;
  json["schema"] = "asbench/result@1";
  json["system"] = {{"name", system}, {"kind", kind}};
  json["protocol"] = {{"name", "synthetic"},
                      {"settings", {{"frames", fmt::format("midpoint:{}", frames)}}}};
  json["split"] = {{"name", "synthetic"}, {"form", "test-set"},       {"sha256", kHash},
                   {"stories", stories},  {"shots", stories * shots}, {"ips", ips}};
  json["coverage"] = {{"expected_shots", stories * shots},
                      {"scored_shots", stories * shots},
                      {"policy", "fail"},
                      {"findings", Json::array()}};
  json["provenance"] = provenance();
  json["canonical"] = true;
  json["overrides"] = Json::array();

  std::vector<double> sums(metrics.size());
  std::vector<double> harmeanps(metrics.size());
  Json entries = Json::array();
  for (int s = 0; s < stories; ++s) {
    const std::string ip = fmt::format("ip{:02}", s / stories_per_ip);
    Json entry = {{"id", fmt::format("{}/{}", ip, s % stories_per_ip)},
                  {"ip", ip},
                  {"shots", Json::array()},
                  {"metrics", Json::object()}};
    for (int shot = 1; shot <= shots; ++shot) {
      entry["shots"].push_back({{"shot", shot},
                                {"caption", fmt::format("Shot {} of story {}.", shot, s)},
                                {"frames", std::vector<int>(static_cast<std::size_t>(frames))},
                                {"frame_count", 49},
                                {"sha256", kHash}});
    }
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      const double score = value(static_cast<int>(m), s);
      sums[m] += score;
      const std::vector<double> shot_scores(static_cast<std::size_t>(shots), score);
      const double harmeanp = direction_of(metrics[m]) == "lower"
                                  ? harmeanp_of_distances(shot_scores)
                                  : harmeanp_of_similarities(shot_scores);
      harmeanps[m] += harmeanp;
      Json values = Json::array();
      for (int shot = 0; shot < shots; ++shot)
        values.push_back(
            {{"value", score},
             {"frames", std::vector<double>(static_cast<std::size_t>(frames), score)}});
      entry["metrics"][metrics[m]] = {{"mean", score}, {"harmeanp", harmeanp}, {"shots", values}};
    }
    entries.push_back(entry);
  }
  json["metrics"] = Json::object();
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const double mean = sums[m] / stories;
    json["metrics"][metrics[m]] = {
        {"signature", fmt::format("{}@1 | enc=synthetic#00 | frames=midpoint:{} | "
                                  "agg=frame>shot>story>system | missing=fail",
                                  metrics[m], frames)},
        {"direction", direction_of(metrics[m])},
        {"mean", mean},
        {"ci95", {mean, mean}},
        {"n_stories", stories},
        {"n_evaluated", stories * shots},
        {"n_failed", 0},
        {"n_skipped", 0},
        {"per_shot_index", std::vector<double>(static_cast<std::size_t>(shots), mean)},
        {"harmeanp", harmeanps[m] / stories}};
    if (const auto found = descriptions.find(metrics[m]); found != descriptions.end())
      json["metrics"][metrics[m]]["description"] = found->second;
  }
  json["stories"] = entries;
  return json;
}

Json metric_description(const std::string& title, const std::string& family,
                        const std::string& kind) {
  return {{"title", title},     {"definition", "What " + title + " measures, in one sentence."},
          {"family", family},   {"kind", kind},
          {"range", {0, 1}},    {"unit", "shots"},
          {"leaderboard", true}};
}

Json reference_distance_description() {
  Json description = metric_description("Distance to the reference", "adherence", "headline");
  description["range"] = {0, nullptr};
  return description;
}

SyntheticResult page_result() {
  SyntheticResult made;
  const auto add = [&](const std::string& id, const Json& description,
                       const std::string& direction = "higher") {
    made.metrics.push_back(id);
    made.descriptions[id] = description;
    made.directions[id] = direction;
  };
  made.metrics.clear();
  add("clip_i", metric_description("Reference adherence under CLIP", "adherence", "headline"));
  add("dino_i", metric_description("Reference adherence under DINO", "adherence", "headline"));
  add("reference_distance", reference_distance_description(), "lower");
  add("clip_t", metric_description("Text alignment under CLIP", "text", "headline"));
  Json consistency = metric_description("Cross-shot consistency", "consistency", "headline");
  consistency["controls"] = {"frozen_rate", "reference_copy"};
  add("cross_shot_clip", consistency);
  consistency["leaderboard"] = false;
  add("cross_shot_dino", consistency);
  add("faithful_consistency", consistency);
  Json motion = metric_description("Motion within a shot", "controls", "control");
  motion["leaderboard"] = false;
  add("motion", motion, "none");
  Json limited = metric_description("Share of frozen shots", "controls", "control");
  limited["withholds_marks"] = {{"above", 0.6}};
  add("frozen_rate", limited, "lower");
  limited["title"] = "Share of copies of the reference";
  add("reference_copy", limited, "lower");
  return made;
}

}  // namespace asbench::testing
