#include "features/picture_record.h"

#include "core/json.h"

namespace asbench::features {
namespace {

/// Calls `visit(name, field)` for each number. A field that is added here needs a new version of
/// the entry: picture_key().
template <typename Statistics, typename Visit>
void visit_fields(Statistics& statistics, const Visit& visit) {
  visit("frames", statistics.frames);
  visit("laplacian", statistics.laplacian);
  visit("band_pass", statistics.band_pass);
  visit("repeats", statistics.repeats);
  visit("still_area", statistics.still_area);
  visit("bar_rows", statistics.bar_rows);
  visit("bar_columns", statistics.bar_columns);
}

}  // namespace

void store_pictures(const FeatureStore& store, const std::string& key,
                    const PictureStatistics& statistics) {
  Json json;
  visit_fields(statistics, [&](const char* name, const auto& field) { json[name] = field; });
  if (statistics.flicker) json["flicker"] = *statistics.flicker;
  store.put_text(key, json.dump());
}

std::optional<PictureStatistics> read_pictures(const FeatureStore& store, const std::string& key) {
  const auto text = store.get_text(key);
  if (!text) return std::nullopt;
  const Json json = parse_json(*text, "feature store: picture entry");
  PictureStatistics statistics;
  visit_fields(statistics, [&](const char* name, auto& field) { json.at(name).get_to(field); });
  if (json.contains("flicker")) statistics.flicker = json.at("flicker").get<double>();
  return statistics;
}

}  // namespace asbench::features
