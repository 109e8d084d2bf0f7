#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "loaders/name_match.h"
#include "loaders/outputs/finders.h"
#include "loaders/outputs/numbering.h"
#include "loaders/text_file.h"

namespace asbench::loaders {
namespace {

/// [start, end) of one entry, or nothing when it is not such a pair.
std::optional<std::pair<int, int>> range_of(const Json& entry) {
  if (!entry.is_array() || entry.size() != 2) return std::nullopt;
  int bounds[2] = {};
  for (std::size_t i = 0; i < 2; ++i) {
    if (!entry[i].is_number_integer()) return std::nullopt;
    // A number beyond 64 bits is stored as a floating-point one, so this can't overflow.
    const auto value = entry[i].get<std::int64_t>();
    if (value < 0 || value > std::numeric_limits<int>::max()) return std::nullopt;
    bounds[i] = static_cast<int>(value);
  }
  if (bounds[1] <= bounds[0]) return std::nullopt;
  return std::pair(bounds[0], bounds[1]);
}

void cut_story(const Story& story, const std::filesystem::path& video,
               const std::optional<ShotSource>& source, const Json& cuts, Outputs& outputs) {
  const auto report = [&](const char* kind, std::optional<int> shot, std::string detail) {
    outputs.findings.push_back({kind, story.id, shot, std::move(detail)});
  };
  if (!cuts.is_array()) {
    report("bad_cuts", std::nullopt,
           "the story's cuts are not an array of [start_frame, end_frame)");
    return;
  }
  const bool there = source && is_file(source->path);
  for (std::size_t i = 0; i < story.shots.size(); ++i) {
    const int shot = story.shots[i].number;
    if (i >= cuts.size()) {
      report(
          "missing_shot", shot,
          fmt::format("the cut list has {} ranges for {} shots", cuts.size(), story.shots.size()));
      continue;
    }
    const auto range = range_of(cuts[i]);
    if (!range) {
      report("bad_cuts", shot,
             fmt::format("{} is not a range [start_frame, end_frame) with 0 <= start < end",
                         cuts[i].dump()));
    } else if (!there) {
      report("missing_shot", shot, fmt::format("no such file: {}", video.string()));
    } else {
      outputs.shots[{story.id, shot}] = {ShotSource::Kind::video_range, source->path, range->first,
                                         range->second};
    }
  }
  if (cuts.size() > story.shots.size()) {
    report("unexpected_file", std::nullopt,
           fmt::format("the cut list has {} ranges for {} shots; the extra ones are ignored",
                       cuts.size(), story.shots.size()));
  }
}

}  // namespace

Outputs apply_cuts(const Split& split, const FolderIndex& index, const LayoutTemplate& layout,
                   const Json& cuts, const std::string& where, Match match) {
  if (!cuts.is_object()) {
    throw BadInput(fmt::format(
        "{}: expected {{\"<story>\": [[start_frame, end_frame), ...]}}, one range per shot",
        where));
  }
  Outputs outputs;
  std::map<std::string, const Json*> by_id;  // in NFC
  for (const auto& [id, entry] : cuts.items()) by_id[nfc(id)] = &entry;
  std::set<std::string> known;
  std::vector<std::string> ids;
  for (const Story& story : split.stories) {
    known.insert(nfc(story.id));
    ids.push_back(story.id);
    const auto video = index.folder() / layout.expand(story, 1);
    if (const auto entry = by_id.find(nfc(story.id)); entry != by_id.end()) {
      cut_story(story, video, source_in(index, video, match), *entry->second, outputs);
      continue;
    }
    for (const Shot& shot : story.shots) {
      outputs.findings.push_back({"missing_shot", story.id, shot.number,
                                  fmt::format("{} has no cuts for the story", where)});
    }
  }
  for (const auto& [id, entry] : cuts.items()) {
    if (known.contains(nfc(id))) continue;
    outputs.findings.push_back(
        {"unexpected_file", "", std::nullopt,
         fmt::format("{}: the split has no story {}.{}", where, id, did_you_mean(id, ids))});
  }
  for (const ShiftedIp& ip :
       shifted_ips(split, 0, [&](const Story& story) { return by_id.contains(nfc(story.id)); })) {
    take_out(split, ip, "correct the story ids in the cut list", outputs);
  }
  return outputs;
}

LayoutFit find_listed_cuts(const Split& split, const FolderIndex& index,
                           const LayoutTemplate& layout, Match match,
                           const std::filesystem::path& file) {
  if (!is_there(file)) {
    throw BadInput(fmt::format(
        "{}: no such file.\n  The layout \"{}\" has one video per story, so it needs a cut list "
        "{{\"<story>\": [[start_frame, end_frame), ...]}}. --cuts equal cuts each video into equal "
        "parts instead. For one file per shot, use a layout with {{shot}}.",
        file.string(), layout.text()));
  }
  LayoutFit fit;
  fit.outputs =
      apply_cuts(split, index, layout,
                 parse_json(read_text(file).utf8, file.string(), {.refuse_duplicate_keys = true}),
                 file.string(), match);
  fit.exact = fit.outputs.shots.size();
  const auto& findings = fit.outputs.findings;
  fit.taken_out = static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.kind == "zero_based_numbering" || finding.kind == "one_based_numbering";
      }));
  return fit;
}

}  // namespace asbench::loaders
