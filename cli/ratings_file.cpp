#include "cli/ratings_file.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/error.h"
#include "loaders/csv.h"
#include "loaders/name_match.h"

namespace asbench::cli {
namespace {

constexpr std::array<std::string_view, 5> kColumns = {"system", "story", "dimension", "rater",
                                                      "value"};

/// How the documents write the names of systems and stories.
class Spelling {
 public:
  explicit Spelling(std::span<const document::Result> results) {
    for (const auto& result : results) {
      add(result.system);
      for (const auto& story : result.stories) add(story.id);
    }
  }

  [[nodiscard]] const std::string& of(const std::string& name) const {
    if (known_.contains(name)) return name;
    const auto same = by_text_.find(loaders::nfc(name));
    return same == by_text_.end() ? name : same->second;
  }

 private:
  void add(const std::string& name) {
    known_.insert(name);
    by_text_.emplace(loaders::nfc(name), name);
  }

  std::set<std::string> known_;
  std::map<std::string, std::string> by_text_;  ///< by the name in NFC
};

}  // namespace

std::vector<reports::Rating> read_ratings(const std::filesystem::path& file,
                                          std::span<const document::Result> results) {
  const auto table = loaders::read_csv(file, kColumns);
  const auto column = [&](std::string_view name) { return table.require(name, kColumns); };
  const std::size_t system = column("system"), story = column("story"),
                    dimension = column("dimension"), rater = column("rater"),
                    value = column("value");
  const auto values =
      loaders::csv_numbers(table, value, "Leave out the row of a rater who gave no rating.");
  const Spelling spelling(results);
  std::vector<reports::Rating> ratings;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    ratings.push_back(
        {spelling.of(row[system]), spelling.of(row[story]), row[dimension], row[rater], values[i]});
  }
  if (ratings.empty())
    throw BadInput(fmt::format("{}: no ratings below the header line", table.where));
  return ratings;
}

}  // namespace asbench::cli
