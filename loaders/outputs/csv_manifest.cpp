#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "core/json.h"
#include "loaders/csv.h"
#include "loaders/outputs/finders.h"

namespace asbench::loaders {
namespace {

std::size_t column(const CsvTable& table, std::string_view name, std::string_view where) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), name);
  if (found == table.columns.end()) {
    throw BadInput(fmt::format(
        "{}: missing column \"{}\".\n  A CSV manifest has the columns story,shot,path and any "
        "others.",
        where, name));
  }
  return static_cast<std::size_t>(found - table.columns.begin());
}

int shot_number(const std::string& text, const std::string& row) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) {
    throw BadInput(fmt::format("{}: the shot \"{}\" is not a number from 1 on", row, text));
  }
  return number;
}

bool has_shot(const Story& story, int number) {
  return std::any_of(story.shots.begin(), story.shots.end(),
                     [&](const Shot& shot) { return shot.number == number; });
}

}  // namespace

Outputs find_listed(const Split& split, const std::filesystem::path& folder,
                    const std::filesystem::path& csv) {
  const std::string where = csv.string();
  const CsvTable table = parse_csv(read_text_file(csv), where);
  const std::size_t story_at = column(table, "story", where);
  const std::size_t shot_at = column(table, "shot", where);
  const std::size_t path_at = column(table, "path", where);

  std::map<std::string_view, const Story*> stories;
  for (const Story& story : split.stories) stories[story.id] = &story;
  Outputs outputs;
  outputs.layout = where;
  std::map<ShotKey, int> first_line;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& fields = table.rows[i];
    const std::string row = fmt::format("{}, line {}", where, table.lines[i]);
    const ShotKey key{fields[story_at], shot_number(fields[shot_at], row)};
    if (const auto [at, is_new] = first_line.emplace(key, table.lines[i]); !is_new) {
      throw BadInput(fmt::format("{}: story {} shot {} is already listed in line {}", row,
                                 key.story, key.shot, at->second));
    }
    const auto path = inside(folder, fields[path_at], row);
    const auto story = stories.find(key.story);
    if (story == stories.end() || !has_shot(*story->second, key.shot)) {
      outputs.findings.push_back(
          {"unexpected_file", "", std::nullopt,
           fmt::format("{}: story {} shot {} is not in the split", row, key.story, key.shot)});
      continue;
    }
    for (std::size_t c = 0; c < fields.size(); ++c) {
      if (c != story_at && c != shot_at && c != path_at) {
        outputs.columns[key][table.columns[c]] = fields[c];
      }
    }
    if (const auto source = source_at(path)) {
      outputs.shots[key] = *source;
    } else {
      outputs.findings.push_back({"missing_shot", key.story, key.shot,
                                  fmt::format("{}: no such file: {}", row, path.string())});
    }
  }
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots) {
      if (first_line.contains({story.id, shot.number})) continue;
      outputs.findings.push_back({"missing_shot", story.id, shot.number,
                                  fmt::format("{} has no row for this shot", where)});
    }
  }
  return outputs;
}

}  // namespace asbench::loaders
