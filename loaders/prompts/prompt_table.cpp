#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/error.h"
#include "core/words.h"
#include "loaders/csv.h"
#include "loaders/prompts/prompt_file.h"
#include "loaders/prompts/prompt_roles.h"

// Prompts in a table: one row a shot, or one row a story with a column for each shot.
namespace asbench::loaders {
namespace {

constexpr std::array<std::string_view, 5> kExpected = {"ip", "story", "shot", "caption",
                                                       "reference"};

class TableReader {
 public:
  TableReader(std::string_view text, std::string_view where)
      : table_(parse_csv(text, where, kExpected)) {
    const char* const separator = table_.separator == ','   ? "commas"
                                  : table_.separator == ';' ? "semicolons"
                                                            : "tabs";
    file_.form = fmt::format("a table separated by {}, {}", separator,
                             counted(static_cast<std::int64_t>(table_.rows.size()), "row", "rows"));
  }

  PromptFile run() {
    if (table_.rows.empty())
      throw BadInput(fmt::format("{}: no rows below the header line", table_.where));
    find_columns();
    find_wide_columns();
    settle();
    for (std::size_t row = 0; row < table_.rows.size(); ++row) take_row(row);
    file_.one_row_a_shot = wide_.empty();
    file_.shots_from_zero = columns_.contains(PromptRole::shot0);
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw BadInput(fmt::format("{}: {}", table_.where, what));
  }

  /// The column of each role. A column that has the role's own name goes first; of several others,
  /// nothing says which one is meant.
  void find_columns() {
    std::map<PromptRole, std::vector<std::size_t>> found;
    for (std::size_t c = 0; c < table_.columns.size(); ++c) {
      if (const auto role = role_of(table_.columns[c])) found[*role].push_back(c);
    }
    for (const auto& [role, columns] : found) {
      const auto own = table_.find(role_name(role));
      if (!own && columns.size() > 1) {
        fail(
            fmt::format("the columns \"{}\" and \"{}\" may both be the {}.\n  Rename the one that "
                        "is meant to \"{}\".",
                        table_.columns[columns[0]], table_.columns[columns[1]], role_name(role),
                        role_name(role)));
      }
      columns_[role] = own.value_or(columns.front());
    }
  }

  /// Columns caption1, caption2, ...: one row is a story.
  void find_wide_columns() {
    std::map<std::string, std::map<int, std::size_t>> by_word;
    for (std::size_t c = 0; c < table_.columns.size(); ++c) {
      if (role_of(table_.columns[c])) continue;
      if (const auto numbered = numbered_caption(table_.columns[c])) {
        if (!by_word[numbered->first].emplace(numbered->second, c).second)
          fail(fmt::format("two columns are \"{}\" number {}", numbered->first, numbered->second));
      }
    }
    std::erase_if(by_word, [](const auto& columns) { return columns.second.size() < 2; });
    if (by_word.empty()) return;
    if (by_word.size() > 1) {
      fail(
          fmt::format("the columns \"{}...\" and \"{}...\" may both be the captions.\n  Rename "
                      "those that are meant to caption1, caption2, ...; take the others out.",
                      by_word.begin()->first, by_word.rbegin()->first));
    }
    if (const auto caption = columns_.find(PromptRole::caption); caption != columns_.end()) {
      fail(
          fmt::format("the column \"{}\" and the columns \"{}...\" may both be the captions.\n  "
                      "Take out what is not meant.",
                      table_.columns[caption->second], by_word.begin()->first));
    }
    const auto& numbers = by_word.begin()->second;
    const int first = numbers.begin()->first;
    const int last = numbers.rbegin()->first;
    if (first > 1 || last - first + 1 != static_cast<int>(numbers.size())) {
      fail(
          fmt::format("the columns \"{}...\" are numbered {} to {}, with gaps.\n  Number the "
                      "columns of the shots 1, 2, 3, ...",
                      by_word.begin()->first, first, last));
    }
    for (const auto& [number, column] : numbers) wide_.push_back(column);
  }

  /// Roles that depend on what other columns are there; what is used and what is not.
  void settle() {
    if (wide_.empty() && !columns_.contains(PromptRole::caption)) {
      fail(fmt::format(
          "no column with the captions. The header has {}.\n  Call it \"caption\" "
          "({} are understood too), or have one row a story with the columns "
          "caption1, caption2, ...",
          fmt::join(table_.columns, ", "), fmt::join(names_of_role(PromptRole::caption), ", ")));
    }
    const bool shots_are_columns = !wide_.empty();
    if (shots_are_columns) {
      columns_.erase(PromptRole::shot);
      columns_.erase(PromptRole::shot0);
    }
    if (columns_.contains(PromptRole::shot)) columns_.erase(PromptRole::shot0);
    take_prompt_numbers_for_stories();
    if (!columns_.contains(PromptRole::ip) && columns_.contains(PromptRole::name)) {
      columns_[PromptRole::ip] = columns_[PromptRole::name];
      columns_.erase(PromptRole::name);
    }
    std::vector<bool> is_used(table_.columns.size(), false);
    for (const auto& [role, column] : columns_) {
      is_used[column] = true;
      const std::string& written = table_.columns[column];
      file_.used.push_back(written == role_name(role)
                               ? written
                               : fmt::format("{} (column \"{}\")", role_name(role), written));
    }
    if (shots_are_columns) {
      file_.used.push_back(fmt::format("captions (columns \"{}\" to \"{}\", one row a story)",
                                       table_.columns[wide_.front()],
                                       table_.columns[wide_.back()]));
    }
    for (const std::size_t column : wide_) is_used[column] = true;
    for (std::size_t c = 0; c < is_used.size(); ++c) {
      if (!is_used[c]) file_.not_used.push_back(table_.columns[c]);
    }
  }

  /// Beside a column of captions, numbers in a column "prompt" count the stories.
  void take_prompt_numbers_for_stories() {
    const auto prompt = table_.find("prompt");
    if (!prompt || columns_.contains(PromptRole::story)) return;
    if (wide_.empty() && columns_.at(PromptRole::caption) == *prompt) return;
    const bool are_numbers =
        std::all_of(table_.rows.begin(), table_.rows.end(),
                    [&](const auto& row) { return csv_whole_number(row[*prompt]).has_value(); });
    if (are_numbers) columns_[PromptRole::story] = *prompt;
  }

  std::optional<std::string> field(std::size_t row, PromptRole role) const {
    const auto column = columns_.find(role);
    if (column == columns_.end()) return std::nullopt;
    std::string text = without_spaces(table_.rows[row][column->second]);
    if (text.empty()) return std::nullopt;
    return text;
  }

  /// The same of a column that must not be empty when it is there.
  std::optional<std::string> full_field(std::size_t row, PromptRole role) const {
    auto text = field(row, role);
    if (!text && columns_.contains(role)) {
      throw BadInput(
          fmt::format("{}: the column \"{}\" is empty.\n  Write it in every row: "
                      "spreadsheets save merged cells as one full and many empty ones.",
                      table_.row_name(row), table_.columns[columns_.at(role)]));
    }
    return text;
  }

  std::optional<int> number(std::size_t row) const {
    const PromptRole role =
        columns_.contains(PromptRole::shot0) ? PromptRole::shot0 : PromptRole::shot;
    const auto text = full_field(row, role);
    if (!text) return std::nullopt;
    const auto number = shot_number_of(*text);
    if (!number || *number < 0) {
      throw BadInput(
          fmt::format("{}: the {} \"{}\" is no number.\n  Expected the number of the "
                      "shot in its story; captions belong into a column \"caption\".",
                      table_.row_name(row), table_.columns[columns_.at(role)], *text));
    }
    return number;
  }

  void take_row(std::size_t row) {
    PromptStory& story = file_.stories.emplace_back();
    story.where = table_.row_name(row);
    story.ip = full_field(row, PromptRole::ip);
    story.name = field(row, PromptRole::name);
    story.story = full_field(row, PromptRole::story);
    if (auto reference = field(row, PromptRole::reference))
      story.references.push_back(std::move(*reference));
    if (!wide_.empty()) {
      take_wide_row(row, story);
      return;
    }
    PromptShot shot{number(row)};
    shot.where = story.where;
    shot.caption = full_field(row, PromptRole::caption);
    shot.descriptive_caption = field(row, PromptRole::descriptive_caption);
    shot.audio_prompt = field(row, PromptRole::audio_prompt);
    story.shots.push_back(std::move(shot));
  }

  /// Stories may have fewer shots than there are columns: the last ones are empty then.
  void take_wide_row(std::size_t row, PromptStory& story) const {
    for (const std::size_t column : wide_) {
      PromptShot shot{std::nullopt};
      shot.where = fmt::format("{}, column \"{}\"", story.where, table_.columns[column]);
      const std::string text = without_spaces(table_.rows[row][column]);
      if (!text.empty()) shot.caption = text;
      story.shots.push_back(std::move(shot));
    }
    while (!story.shots.empty() && !story.shots.back().caption) story.shots.pop_back();
    if (story.shots.empty()) throw BadInput(fmt::format("{}: no caption", story.where));
  }

  CsvTable table_;
  std::map<PromptRole, std::size_t> columns_;
  std::vector<std::size_t> wide_;  ///< columns of the shots, in their order
  PromptFile file_;
};

}  // namespace

PromptFile prompts_of_table(std::string_view text, std::string_view where) {
  return TableReader(text, where).run();
}

}  // namespace asbench::loaders
