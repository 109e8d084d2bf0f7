#include "reports/page/page_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/version.h"
#include "document/pictures.h"
#include "reports/leaderboard/metric_parts.h"
#include "reports/leaderboard/ranking.h"
#include "reports/leaderboard/words.h"
#include "reports/page/encoder_view.h"
#include "reports/page/page_pictures.h"
#include "reports/page/story_rows.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kFindingsShown = 500;  ///< of each system; the rest is counted

const document::StoryMetric* metric_of(const document::ResultStory& story,
                                       const std::string& metric) {
  const auto found = story.metrics.find(metric);
  return found == story.metrics.end() ? nullptr : &found->second;
}

/// The stories of a table in one order, and each system's entry of each.
class StoryOrder {
 public:
  explicit StoryOrder(const RankedTable& table) {
    for (const auto& system : table.systems) {
      auto& rows = rows_[system.result];
      for (const auto& story : system.result->stories) rows.emplace(story.id, &story);
    }
    for (const auto& story : table.systems.front().result->stories) ids_.push_back(story.id);
  }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] const document::ResultStory& at(const document::Result* result,
                                                std::size_t index) const {
    return *rows_.at(result).at(ids_[index]);
  }
  /// A metric's values of every story, in this order; nullptr for a story that lacks it.
  [[nodiscard]] std::vector<const document::StoryMetric*> values_of(
      const document::Result* result, const std::string& metric) const {
    std::vector<const document::StoryMetric*> values;
    for (std::size_t i = 0; i < size(); ++i) values.push_back(metric_of(at(result, i), metric));
    return values;
  }

 private:
  std::vector<std::string> ids_;
  std::map<const document::Result*, std::map<std::string, const document::ResultStory*>> rows_;
};

/// Of each shot [sound, type, what is seen meanwhile], null for a shot without; null where no shot
/// has one.
Json sounds_of(const document::ResultStory& story) {
  Json sounds = Json::array();
  bool any = false;
  for (const auto& shot : story.shots) {
    const bool sounding =
        !(shot.audio_prompt.empty() && shot.audio_type.empty() && shot.audio_context.empty());
    any = any || sounding;
    sounds.push_back(
        sounding ? Json::array({shot.audio_prompt, shot.audio_type, shot.audio_context}) : Json());
  }
  return any ? sounds : Json();
}

/// The sounds of a story as the first document states them that has any: documents of earlier
/// versions have none.
Json sounds_of_any(const RankedTable& table, const StoryOrder& stories, std::size_t index) {
  for (const auto& system : table.systems) {
    if (Json sounds = sounds_of(stories.at(system.result, index)); !sounds.is_null()) return sounds;
  }
  return nullptr;
}

Json metric_row(const document::ResultMetric& metric) {
  Json distances = Json::array();
  for (const auto& row : metric.by_distance)
    distances.push_back({row.distance, number(row.value, kMeanDigits)});
  Json parts = Json::object();
  for (const auto& [name, value] : parts_of(metric)) parts[name] = number(value, kMeanDigits);
  const auto& interval = metric.ci95;
  return {number(metric.mean, kMeanDigits),
          interval ? number(interval->low, kMeanDigits) : Json(),
          interval ? number(interval->high, kMeanDigits) : Json(),
          number(metric.harmeanp, kMeanDigits),
          metric.n_stories,
          metric.n_evaluated,
          metric.n_failed,
          metric.n_skipped,
          numbers(metric.per_shot_index, kMeanDigits),
          distances,
          parts,
          metric.of_stories ? Json(*metric.of_stories) : Json()};
}

Json findings_of(const document::Result& result) {
  Json rows = Json::array();
  for (const auto& finding : result.coverage.findings) {
    if (rows.size() == kFindingsShown) break;
    rows.push_back(
        {finding.kind, finding.story, finding.shot ? Json(*finding.shot) : Json(), finding.detail});
  }
  return rows;
}

/// What the page says about a metric: of the table's description, the id where there is none.
Json metric_entry(const RankedTable& table, std::size_t column) {
  const document::MetricDescription& description = table.descriptions[column];
  const std::string& id = table.metrics[column];
  Json entry = {{"id", id},
                {"direction", document::to_string(table.directions[column])},
                {"title", title_of(description, id)}};
  if (description.title.empty()) return entry;
  entry["definition"] = description.definition;
  entry["source"] = description.source;
  entry["family"] = description.family;
  entry["kind"] = to_string(description.kind);
  entry["range"] = {number(description.range_low, kMeanDigits),
                    number(description.range_high, kMeanDigits)};
  entry["unit"] = description.unit;
  return entry;
}

/// Puts the page's data together: the numbers of every table first, then pictures in what room is
/// left.
class PageDataBuilder {
 public:
  PageDataBuilder(std::span<const document::Result> results, const Pictures& pictures)
      : results_(results),
        tables_(rank(results, {})),
        main_tables_(rank(results, {}, DefaultColumns::leaderboard_and_sets)),
        pictures_(pictures) {}

  Json build(const PageDataOptions& options) {
    data_ = {{"version", build_info().version},
             {"reportedLabel", kReportedLabel},
             {"metrics", Json::array()},
             {"groups", Json::array()},
             {"systems", Json::array()}};
    for (std::size_t i = 0; i < tables_.size(); ++i)
      add_table(tables_[i], main_tables_[i], options);
    const std::size_t used = data_.dump(-1, ' ', false, Json::error_handler_t::replace).size();
    const std::size_t room = options.page_bytes > used ? options.page_bytes - used : 0;
    add_pictures(std::min(room, options.picture_bytes));
    return std::move(data_);
  }

 private:
  /// Place of the metric in the page's list. Tables share an entry; the first that describes the
  /// metric gives its description.
  std::size_t metric_number(const RankedTable& table, std::size_t column) {
    const auto [place, fresh] =
        metric_numbers_.emplace(table.metrics[column], metric_numbers_.size());
    Json entry = metric_entry(table, column);
    if (fresh)
      data_["metrics"].push_back(std::move(entry));
    else if (!data_["metrics"][place->second].contains("definition"))
      data_["metrics"][place->second] = std::move(entry);
    return place->second;
  }

  /// [label, text] of what can be copied of the table.
  [[nodiscard]] Json copies_of(const RankedTable& table, const PageDataOptions& options) const {
    Json copies = Json::array();
    if (!options.copies) return copies;
    std::vector<document::Result> own;
    std::span<const document::Result> systems = results_;
    if (table.systems.size() != results_.size()) {
      for (const auto& system : table.systems) own.push_back(*system.result);
      systems = own;
    }
    for (const auto& copy : options.copies(systems)) copies.push_back({copy.label, copy.text});
    return copies;
  }

  void add_table(const RankedTable& table, const RankedTable& main,
                 const PageDataOptions& options) {
    const StoryOrder stories(table);
    const document::Result& first = *table.systems.front().result;
    Json group = {{"split",
                   {first.split.name, first.split.stories, first.split.ips, first.split.shots,
                    first.split.sha256}},
                  {"protocol", first.protocol},
                  {"settings", first.settings},
                  {"reported", table.reported},
                  {"demo", table.demo_encoders},
                  {"metrics", Json::array()},
                  {"main", Json::array()},
                  {"signatures", table.signatures},
                  {"views", encoder_views(table)},
                  {"copies", copies_of(table, options)},
                  {"systems", Json::array()},
                  {"stories", Json::array()}};
    const Backdrops backdrops = backdrops_of(table);
    group["backdrops"] = backdrops.all;
    group["backdropOf"] = backdrops.of;
    for (std::size_t i = 0; i < table.metrics.size(); ++i) {
      group["metrics"].push_back(metric_number(table, i));
      if (std::find(main.metrics.begin(), main.metrics.end(), table.metrics[i]) !=
          main.metrics.end())
        group["main"].push_back(i);
    }
    for (std::size_t i = 0; i < stories.size(); ++i) {
      const auto& story = stories.at(&first, i);
      Json captions = Json::array();
      for (const auto& shot : story.shots) captions.push_back(shot.caption);
      Json entry = {story.id, story.ip, captions, Json::array()};
      if (Json sounds = sounds_of_any(table, stories, i); !sounds.is_null())
        entry.push_back(std::move(sounds));
      group["stories"].push_back(std::move(entry));
    }
    for (const auto& system : table.systems) {
      group["systems"].push_back(data_["systems"].size());
      data_["systems"].push_back(system_entry(system, table, stories));
    }
    data_["groups"].push_back(std::move(group));
  }

  Json system_entry(const RankedSystem& system, const RankedTable& table,
                    const StoryOrder& stories) {
    const document::Result& result = *system.result;
    Json entry = {{"name", result.system},
                  {"kind", to_string(result.kind)},
                  {"note", result.note},
                  {"withheld", withheld_lines(table, system)},
                  {"canonical", result.canonical},
                  {"overrides", result.overrides},
                  {"provenance", document::to_json(result.provenance)},
                  {"coverage",
                   {result.coverage.expected_shots, result.coverage.scored_shots,
                    result.coverage.policy, result.coverage.truncated_captions}},
                  {"findings", findings_of(result)},
                  {"findingCount", result.coverage.findings.size()},
                  {"marks", Json::array()},
                  {"barred", Json::array()},
                  {"values", Json::array()},
                  {"means", Json::array()},
                  {"shots", Json::array()},
                  {"frames", Json::array()},
                  {"parts", Json::array()}};
    for (std::size_t i = 0; i < table.metrics.size(); ++i) {
      const Marks& marks = system.marks[i];
      entry["marks"].push_back((marks.best ? 1 : 0) + (marks.second ? 2 : 0) +
                               (marks.as_good ? 4 : 0));
      const bool ranks = table.directions[i] != document::ResultDirection::none;
      entry["barred"].push_back(ranks ? system.withheld[i] : std::string());
      const document::ResultMetric* metric = result.find_metric(table.metrics[i]);
      StoryRows rows;
      if (metric != nullptr)
        rows = story_rows(stories.values_of(&result, metric->id), metric->direction);
      entry["values"].push_back(metric == nullptr ? Json() : metric_row(*metric));
      entry["means"].push_back(std::move(rows.means));
      entry["shots"].push_back(std::move(rows.shots));
      entry["frames"].push_back(std::move(rows.frames));
      entry["parts"].push_back(std::move(rows.parts));
    }
    return entry;
  }

  /// Stories of a system, worst first by the table's first metric that has a direction; those
  /// without a value come first.
  static std::vector<std::size_t> worst_first(const RankedTable& table,
                                              const document::Result* result,
                                              const StoryOrder& stories) {
    std::vector<std::pair<double, std::size_t>> order;
    const auto column = table.ranking_column();
    const double sign =
        column && table.directions[*column] == document::ResultDirection::lower ? -1.0 : 1.0;
    for (std::size_t i = 0; i < stories.size(); ++i) {
      const document::StoryMetric* metric =
          column ? metric_of(stories.at(result, i), table.metrics[*column]) : nullptr;
      order.emplace_back(metric != nullptr && metric->mean ? sign * *metric->mean : -HUGE_VAL, i);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::size_t> indices;
    for (const auto& [value, index] : order) indices.push_back(index);
    return indices;
  }

  static void add_shots(PagePictures& kept, const document::ResultStory& story, bool middle_only) {
    for (const auto& shot : story.shots) {
      if (shot.sha256.empty()) continue;
      for (std::size_t i = 0; i < shot.frames.size(); ++i) {
        if (!middle_only || i == shot.frames.size() / 2) kept.add(frame_picture_name(shot, i));
      }
    }
  }

  /// References, then the middle frame of every shot, then the others; worst stories of all systems
  /// before better ones.
  void add_by_urgency(PagePictures& kept) const {
    for (const auto& table : tables_) {
      const Backdrops backdrops = backdrops_of(table);
      for (const auto& system : table.systems) {
        for (const auto& [ip, hashes] : system.result->references) {
          for (const auto& hash : hashes) {
            for (const auto& backdrop : backdrops.all)
              kept.add(reference_picture_name(pictures_, hash, backdrop));
          }
        }
      }
    }
    for (const bool middle_only : {true, false}) {
      for (const auto& table : tables_) {
        const StoryOrder stories(table);
        std::vector<std::vector<std::size_t>> orders;
        for (const auto& system : table.systems)
          orders.push_back(worst_first(table, system.result, stories));
        for (std::size_t rank = 0; rank < stories.size(); ++rank) {
          for (std::size_t s = 0; s < orders.size(); ++s)
            add_shots(kept, stories.at(table.systems[s].result, orders[s][rank]), middle_only);
        }
      }
    }
  }

  void add_pictures(std::size_t budget) {
    PagePictures kept(pictures_, budget);
    add_by_urgency(kept);
    std::size_t number = 0;
    for (std::size_t t = 0; t < tables_.size(); ++t) {
      const StoryOrder stories(tables_[t]);
      const Backdrops backdrops = backdrops_of(tables_[t]);
      for (std::size_t i = 0; i < stories.size(); ++i) {
        const document::Result& first = *tables_[t].systems.front().result;
        const auto hashes = first.pictures_of(stories.at(&first, i));
        if (hashes.empty()) continue;
        data_["groups"][t]["stories"][i][3] = reference_numbers(kept, hashes, backdrops.all);
      }
      for (const auto& system : tables_[t].systems)
        data_["systems"][number++]["pictures"] = picture_numbers(kept, system.result, stories);
    }
    data_["pictures"] = kept.list();
    data_["picturesLeftOut"] = kept.left_out();
  }

  /// For each backdrop the references: [picture, whether it is on that backdrop].
  [[nodiscard]] Json reference_numbers(const PagePictures& kept,
                                       std::span<const std::string> hashes,
                                       const std::vector<std::string>& backdrops) const {
    Json all = Json::array();
    for (const auto& backdrop : backdrops) {
      Json row = Json::array();
      for (const auto& hash : hashes) {
        const std::string name = reference_picture_name(pictures_, hash, backdrop);
        if (const int picture = kept.number(name); picture >= 0)
          row.push_back({picture, name == document::reference_picture_name(hash, backdrop)});
      }
      all.push_back(std::move(row));
    }
    return all;
  }

  static Json picture_numbers(const PagePictures& kept, const document::Result* result,
                              const StoryOrder& stories) {
    Json all = Json::array();
    for (std::size_t i = 0; i < stories.size(); ++i) {
      Json shots = Json::array();
      bool any = false;
      for (const auto& shot : stories.at(result, i).shots) {
        Json row = Json::array();
        for (std::size_t f = 0; f < shot.frames.size(); ++f) {
          const int picture = shot.sha256.empty() ? -1 : kept.number(frame_picture_name(shot, f));
          any = any || picture >= 0;
          row.push_back(picture);
        }
        shots.push_back(std::move(row));
      }
      all.push_back(any ? std::move(shots) : Json());
    }
    return all;
  }

  std::span<const document::Result> results_;
  std::vector<RankedTable> tables_;       ///< with every metric
  std::vector<RankedTable> main_tables_;  ///< the same tables with the columns shown at first
  const Pictures& pictures_;
  Json data_;
  std::map<std::string, std::size_t> metric_numbers_;
};

}  // namespace

Json page_data(std::span<const document::Result> results, const Pictures& pictures,
               const PageDataOptions& options) {
  return PageDataBuilder(results, pictures).build(options);
}

}  // namespace asbench::reports
