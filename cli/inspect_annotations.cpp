#include "cli/inspect_annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <string_view>
#include <vector>

#include "cli/inspection_json.h"
#include "cli/selection.h"
#include "cli/statistics_output.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/print.h"
#include "core/words.h"
#include "document/finding_kinds.h"
#include "loaders/annotations/annotation_form.h"
#include "loaders/annotations/index.h"
#include "loaders/selection.h"
#include "loaders/statistics.h"

namespace asbench::cli {
namespace {

constexpr std::size_t kListedOfAKind = 10;
constexpr std::size_t kListedInJson = 1000;

/// The findings of one kind; millions of them are counted, and the first ones listed.
struct Kind {
  std::size_t number = 0;
  Findings listed;
};

std::map<std::string, Kind> by_kind(const loaders::AnnotationIndex& index, std::size_t most) {
  std::map<std::string, Kind> kinds;
  const auto room = [&](Kind& kind) { return kind.number++ < most; };
  std::vector<Kind*> of_place;
  for (const std::string& kind : index.kinds) of_place.push_back(&kinds[kind]);
  for (const auto& file : index.files) {
    for (const auto& finding : file.findings) {
      Kind& kind = *of_place[finding.kind];
      if (room(kind)) kind.listed.push_back(index.finding(file, finding));
    }
  }
  for (Finding& finding : index.unknown_key_findings()) {
    Kind& kind = kinds[finding.kind];
    if (room(kind)) kind.listed.push_back(std::move(finding));
  }
  std::erase_if(kinds, [](const auto& entry) { return entry.second.number == 0; });
  return kinds;
}

struct Totals {
  std::size_t findings = 0;
  std::size_t blocking = 0;
};

Totals totals_of(const std::map<std::string, Kind>& kinds) {
  Totals totals;
  for (const auto& [name, kind] : kinds) {
    totals.findings += kind.number;
    if (document::is_blocking(name)) totals.blocking += kind.number;
  }
  return totals;
}

std::string where_of(const Finding& finding) {
  if (finding.story.empty()) return {};
  if (!finding.shot) return fmt::format("story {}: ", finding.story);
  return fmt::format("story {} shot {}: ", finding.story, *finding.shot);
}

void print_findings(const std::map<std::string, Kind>& kinds) {
  const Totals totals = totals_of(kinds);
  if (totals.findings == 0) {
    print_safe(stdout, "findings  none\n");
    return;
  }
  print_safe(stdout, "findings  {}, {} of which {} scoring\n", totals.findings, totals.blocking,
             totals.blocking == 1 ? "prevents" : "prevent");
  for (const auto& [name, kind] : kinds) {
    const std::string_view stops = document::what_it_stops(name);
    print_safe(stdout, "  {} ({}{})\n", name, kind.number,
               stops.empty()        ? ", information"
               : stops == "scoring" ? ""
                                    : fmt::format(", stops {}", stops));
    if (const auto* known = document::find_finding_kind(name))
      print_safe(stdout, "    {}\n", known->sentence);
    for (const Finding& finding : kind.listed) {
      print_prepared(stdout, fmt::format("    {}{}\n", terminal_text(where_of(finding)),
                                         terminal_lines(finding.detail)));
    }
    if (kind.listed.size() < kind.number) {
      print_safe(stdout, "    ... and {} more (--all lists them)\n",
                 kind.number - kind.listed.size());
    }
  }
}

std::uint64_t number_of(const loaders::SplitStatistics& statistics, std::string_view key) {
  for (const auto& count : statistics.counts) {
    if (count.key == key) return count.number;
  }
  throw InternalError(fmt::format("no count of {}", key));
}

Inspection inspection_of(const std::string& name, const loaders::SplitStatistics& statistics,
                         std::map<std::string, Kind>& kinds) {
  Inspection inspection;
  inspection.split = {{"name", name},
                      {"form", "annotations"},
                      {"ips", number_of(statistics, "videos")},
                      {"stories", number_of(statistics, "stories")},
                      {"shots", number_of(statistics, "shots")}};
  inspection.statistics = statistics_json(statistics);
  for (auto& [name_of_kind, kind] : kinds) {
    inspection.counts[name_of_kind] = kind.number;
    std::move(kind.listed.begin(), kind.listed.end(), std::back_inserter(inspection.listed));
    kind.listed.clear();
  }
  return inspection;
}

}  // namespace

bool inspects_annotations(const InspectOptions& options) {
  if (options.outputs.path || options.write || !is_whole(selection_of(options.selection)) ||
      !source_rules_of(options.split.source).is_default())
    return false;
  if (options.split.format) return *options.split.format == "annotations";
  return loaders::looks_like_annotations(options.split.path);
}

int run_inspect_annotations(const InspectOptions& options) {
  if (!is_there(options.split.path))
    throw BadInput(fmt::format("{}: no such file or folder", options.split.path));
  loaders::IndexOptions index_options;
  if (options.index) index_options.file = *options.index;
  const loaders::AnnotationSource source(options.split.path);
  if (source.entries().empty()) {
    throw BadInput(fmt::format("{}: no annotation file (.json) is in it", options.split.path));
  }
  const loaders::AnnotationIndex index = loaders::index_annotations(source, index_options);
  const loaders::SplitStatistics statistics = loaders::statistics_of(index);
  const std::string name = loaders::name_of_annotations(options.split.path);
  if (options.plot) plot_statistics(statistics, name, *options.plot);
  const std::size_t listed = options.all    ? index.finding_count() + 1
                             : options.json ? kListedInJson
                                            : kListedOfAKind;
  auto kinds = by_kind(index, listed);
  if (options.json) {
    const Json document = to_json(inspection_of(name, statistics, kinds));
    print_prepared(stdout, json_for_terminal(document, 1) + "\n");
  } else {
    const auto count = [&](std::string_view key) {
      return static_cast<std::int64_t>(number_of(statistics, key));
    };
    print_safe(stdout, "split     {} (form annotations)\n", name);
    print_safe(stdout, "          {}, {}, {} in {}\n", counted(count("videos"), "video", "videos"),
               counted(count("stories"), "story", "stories"),
               counted(count("shots"), "shot", "shots"),
               counted(static_cast<std::int64_t>(index.files.size()), "file", "files"));
    print_prepared(stdout, statistics_text(statistics));
    print_findings(kinds);
  }
  return totals_of(kinds).blocking > 0 ? kExitFailure : kExitDone;
}

}  // namespace asbench::cli
