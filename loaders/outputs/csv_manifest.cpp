#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "core/error.h"
#include "loaders/csv.h"
#include "loaders/name_match.h"
#include "loaders/outputs/finders.h"
#include "loaders/outputs/numbering.h"

namespace asbench::loaders {
namespace {

constexpr std::array<std::string_view, 3> kColumns = {"story", "shot", "path"};

/// Which columns say what, and how the shots are numbered.
struct Columns {
  std::size_t story = 0;
  std::size_t shot = 0;
  std::size_t path = 0;
  int first_shot = 1;  ///< 0 when the column is called shot0
};

Columns columns_of(const CsvTable& table) {
  Columns columns;
  columns.story = table.require("story", kColumns);
  columns.path = table.require("path", kColumns);
  const auto from_zero = table.find("shot0");
  if (from_zero && !table.find("shot")) {
    columns.shot = *from_zero;
    columns.first_shot = 0;
  } else {
    columns.shot = table.require("shot", kColumns);
  }
  return columns;
}

int shot_number(const std::string& text, const std::string& row, int first_shot) {
  const auto number = csv_whole_number(text);
  if (number && *number >= first_shot) return *number - first_shot + 1;
  throw BadInput(fmt::format(
      "{}: the shot \"{}\" is not a whole number from {} on.{}", row, text, first_shot,
      number == 0 ? "\n  Where shots are numbered from 0, call the column shot0." : ""));
}

bool has_shot(const Story& story, int number) {
  return std::any_of(story.shots.begin(), story.shots.end(),
                     [&](const Shot& shot) { return shot.number == number; });
}

/// The file of a row, with what may be wrong when it is not there.
std::string absence(const FolderIndex& index, const std::filesystem::path& path) {
  std::string with_slashes = path.lexically_relative(index.folder()).string();
  std::replace(with_slashes.begin(), with_slashes.end(), '\\', '/');
  std::string detail = fmt::format("no such file: {}", path.string());
  if (source_in(index, index.folder() / with_slashes))
    detail += fmt::format(" (there is {}: write / instead of \\)", with_slashes);
  return detail;
}

class Manifest {
 public:
  Manifest(const Split& split, const FolderIndex& index, const std::filesystem::path& csv)
      : split_(split), index_(index), where_(csv.string()), table_(read_csv(csv, kColumns)) {
    for (const Story& story : split.stories) {
      stories_[nfc(story.id)] = &story;
      ids_.push_back(story.id);
    }
    fit_.outputs.layout = where_;
  }

  LayoutFit run() {
    const Columns columns = columns_of(table_);
    for (std::size_t row = 0; row < table_.rows.size(); ++row) take_row(row, columns);
    for (const Story& story : split_.stories) {
      for (const Shot& shot : story.shots) {
        if (first_line_.contains({story.id, shot.number})) continue;
        fit_.outputs.findings.push_back({"missing_shot", story.id, shot.number,
                                         fmt::format("{} has no row for this shot", where_)});
      }
    }
    std::set<std::string> shifted;
    for (const ShiftedIp& ip : shifted_ips(
             split_, 0, [&](const Story& story) { return listed_.contains(nfc(story.id)); })) {
      take_out(split_, ip, "correct the column story", fit_.outputs);
      shifted.insert(ip.ip);
    }
    for (const Story& story : split_.stories) {
      if (columns.first_shot == 0 && !shifted.contains(story.ip)) check_numbering_of(story);
    }
    return std::move(fit_);
  }

 private:
  /// Shots numbered from 1 in a column that counts from 0.
  void check_numbering_of(const Story& story) {
    int last = 0;
    for (const Shot& shot : story.shots) last = std::max(last, shot.number);
    if (!has_shot(story, 1) || first_line_.contains({story.id, 1}) ||
        !first_line_.contains({story.id, last + 1}))
      return;
    take_out(story, false,
             fmt::format("{}: the column shot0 counts from 1: for this story it has {} and not 0. "
                         "Every file would be compared with the caption of another shot. If {} is "
                         "the last shot, call the column shot; if it is no shot, take the row out",
                         where_, last, last),
             fit_.outputs);
  }

  void take_row(std::size_t row, const Columns& columns) {
    const auto& fields = table_.rows[row];
    const std::string where = table_.row_name(row);
    const auto story = stories_.find(nfc(fields[columns.story]));
    const ShotKey key{story == stories_.end() ? fields[columns.story] : story->second->id,
                      shot_number(fields[columns.shot], where, columns.first_shot)};
    listed_.insert(nfc(key.story));
    if (const auto [at, is_new] = first_line_.emplace(key, table_.lines[row]); !is_new) {
      throw BadInput(fmt::format("{}: story {} shot {} is already listed in line {}", where,
                                 key.story, key.shot, at->second));
    }
    if (fields[columns.path].empty())
      throw BadInput(
          fmt::format("{}: the path is empty.\n  Leave out the row of a shot that has no "
                      "file: it is then missing (--missing).",
                      where));
    const auto path = inside(index_.folder(), fields[columns.path], where);
    auto& outputs = fit_.outputs;
    if (story == stories_.end() || !has_shot(*story->second, key.shot)) {
      outputs.findings.push_back(
          {"unexpected_file", "", std::nullopt,
           fmt::format("{}: story {} shot {} is not in the split.{}", where, key.story, key.shot,
                       story == stories_.end() ? did_you_mean(key.story, ids_) : "")});
      return;
    }
    for (std::size_t c = 0; c < fields.size(); ++c) {
      if (c != columns.story && c != columns.shot && c != columns.path)
        outputs.columns[key][table_.columns[c]] = fields[c];
    }
    if (const auto source = source_in(index_, path)) {
      outputs.shots[key] = *source;
    } else {
      outputs.findings.push_back({"missing_shot", key.story, key.shot,
                                  fmt::format("{}: {}", where, absence(index_, path))});
    }
  }

  const Split& split_;
  const FolderIndex& index_;
  const std::string where_;
  const CsvTable table_;
  std::map<std::string, const Story*> stories_;  ///< by id in NFC
  std::vector<std::string> ids_;
  std::map<ShotKey, int> first_line_;
  std::set<std::string> listed_;  ///< stories of all rows, in NFC
  LayoutFit fit_;
};

}  // namespace

LayoutFit find_listed(const Split& split, const FolderIndex& index,
                      const std::filesystem::path& csv) {
  return Manifest(split, index, csv).run();
}

}  // namespace asbench::loaders
