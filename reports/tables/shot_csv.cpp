#include "reports/tables/shot_csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kShotsFile = "shots.csv";
constexpr std::string_view kClipsFile = "clips.csv";
/// Both tables begin with these.
constexpr std::string_view kKeys = "system,ip,story,shot,";
constexpr std::string_view kLineEnd = "\r\n";

std::string exact(const document::ResultValue& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

/// A metric, or a part of it.
struct ShotColumn {
  std::string metric;
  std::string part;  ///< empty: the value
  [[nodiscard]] std::string head() const { return part.empty() ? metric : metric + "." + part; }
};

/// Those that any shot has, in the document's order.
std::vector<ShotColumn> shot_columns(const document::Result& result,
                                     const document::EachStory& stories) {
  struct Seen {
    bool shots = false;
    std::vector<std::string> parts;
  };
  std::vector<Seen> seen(result.metrics.size());
  stories([&](const document::ResultStory& story) {
    for (std::size_t m = 0; m < seen.size(); ++m) {
      const auto found = story.metrics.find(result.metrics[m].id);
      if (found == story.metrics.end()) continue;
      auto& [shots, parts] = seen[m];
      shots = shots || !found->second.shots.empty();
      for (const auto& shot : found->second.shots) {
        for (const auto& [name, value] : shot.parts) {
          if (std::find(parts.begin(), parts.end(), name) == parts.end()) parts.push_back(name);
        }
      }
    }
  });
  std::vector<ShotColumn> columns;
  for (std::size_t m = 0; m < seen.size(); ++m) {
    if (!seen[m].shots) continue;
    const std::string& metric = result.metrics[m].id;
    columns.push_back({metric, {}});
    for (auto& part : seen[m].parts) columns.push_back({metric, std::move(part)});
  }
  return columns;
}

document::ResultValue value_of(const document::ResultStory& story, std::size_t shot,
                               const ShotColumn& column) {
  const auto metric = story.metrics.find(column.metric);
  if (metric == story.metrics.end() || shot >= metric->second.shots.size()) return std::nullopt;
  const auto& values = metric->second.shots[shot];
  if (column.part.empty()) return values.value;
  const auto part = values.parts.find(column.part);
  return part == values.parts.end() ? std::nullopt : part->second;
}

std::string keys_of(const document::Result& result, const document::ResultStory& story,
                    const document::ResultShot& shot) {
  return fmt::format("{},{},{},{}", csv_field(result.system), csv_field(story.ip),
                     csv_field(story.id), shot.number);
}

/// Further columns of the layout, in the order in which shots first have them.
std::vector<std::string> layout_columns(const document::EachStory& stories) {
  std::vector<std::string> names;
  stories([&](const document::ResultStory& story) {
    for (const auto& shot : story.shots) {
      if (!shot.columns.is_object()) continue;
      for (const auto& [name, value] : shot.columns.items()) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      }
    }
  });
  return names;
}

/// Kinds of findings by story and shot, each once.
std::map<std::pair<std::string, int>, std::vector<std::string>> findings_by_shot(
    const document::Result& result) {
  std::map<std::pair<std::string, int>, std::vector<std::string>> kinds;
  for (const Finding& finding : result.coverage.findings) {
    if (!finding.shot) continue;
    auto& list = kinds[{finding.story, *finding.shot}];
    if (std::find(list.begin(), list.end(), finding.kind) == list.end())
      list.push_back(finding.kind);
  }
  return kinds;
}

/// What the file says of its pictures; empty where it says nothing, or there is no file.
std::string picture_cells(const document::ResultShot& shot) {
  const auto cell = [](const auto& known) {
    return known ? fmt::to_string(*known) : std::string();
  };
  const auto size = [](int pixels) { return pixels > 0 ? fmt::to_string(pixels) : std::string(); };
  return fmt::format("{},{},{},{}", cell(shot.fps), cell(shot.seconds), size(shot.width),
                     size(shot.height));
}

std::string layout_cell(const document::ResultShot& shot, const std::string& name) {
  if (!shot.columns.is_object() || !shot.columns.contains(name)) return {};
  const Json& cell = shot.columns.at(name);
  return csv_field(cell.is_string() ? cell.get<std::string>() : cell.dump());
}

/// Whether the file is such a table of this system: its first row says so.
bool is_table_of(const fs::path& file, std::string_view system) {
  const std::string text = read_text_file(file);
  if (text.empty()) return true;
  const auto end = text.find(kLineEnd);
  if (!text.starts_with(kKeys) || end == std::string::npos) return false;
  const std::string_view rows = std::string_view(text).substr(end + kLineEnd.size());
  return rows.empty() || rows.starts_with(csv_field(system) + ",");
}

}  // namespace

void write_shots_csv(const WritePiece& write, const document::Result& result,
                     const document::EachStory& stories) {
  const auto columns = shot_columns(result, stories);
  std::string text = "system,ip,story,shot";
  for (const auto& column : columns) text += "," + csv_field(column.head());
  text += kLineEnd;
  write(text);
  stories([&](const document::ResultStory& story) {
    text.clear();
    for (std::size_t i = 0; i < story.shots.size(); ++i) {
      text += keys_of(result, story, story.shots[i]);
      for (const auto& column : columns) text += "," + exact(value_of(story, i, column));
      text += kLineEnd;
    }
    write(text);
  });
}

void write_clips_csv(const WritePiece& write, const document::Result& result,
                     const document::EachStory& stories) {
  const auto names = layout_columns(stories);
  const auto findings = findings_by_shot(result);
  std::string text =
      "system,ip,story,shot,status,sha256,frame_count,fps,seconds,width,height,sampled_frames,"
      "findings,caption";
  for (const auto& name : names) text += "," + csv_field(name);
  text += kLineEnd;
  write(text);
  stories([&](const document::ResultStory& story) {
    text.clear();
    for (const auto& shot : story.shots) {
      const bool scored = !shot.sha256.empty();
      const auto found = findings.find({story.id, shot.number});
      text += fmt::format(
          "{},{},{},{},{},{},{},{}", keys_of(result, story, shot), scored ? "scored" : "missing",
          shot.sha256, scored ? fmt::to_string(shot.frame_count) : "", picture_cells(shot),
          fmt::join(shot.frames, " "),
          found == findings.end() ? "" : fmt::format("{}", fmt::join(found->second, " ")),
          csv_field(shot.caption));
      for (const auto& name : names) text += "," + layout_cell(shot, name);
      text += kLineEnd;
    }
    write(text);
  });
}

void require_csv_folder(const fs::path& folder, std::string_view system) {
  for (const std::string_view name : {kShotsFile, kClipsFile}) {
    const fs::path file = folder / name;
    if (!is_file(file) || is_table_of(file, system)) continue;
    throw UsageError(
        fmt::format("--csv {}: {} holds something else than this table for the system {}.\n  Name "
                    "another folder, or replace it with --force.",
                    folder.string(), name, system));
  }
}

std::vector<fs::path> stage_csv(StagedFiles& staged, const fs::path& folder,
                                const document::Result& result,
                                const document::EachStory& stories) {
  const fs::path shots = folder / kShotsFile, clips = folder / kClipsFile;
  staged.write(shots, [&](const WritePiece& write) { write_shots_csv(write, result, stories); });
  staged.write(clips, [&](const WritePiece& write) { write_clips_csv(write, result, stories); });
  return {shots, clips};
}

}  // namespace asbench::reports
