#include "reports/tables/row_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/nearest_name.h"

namespace asbench::reports {
namespace {

std::vector<std::string> systems_of(std::span<const document::Result> results) {
  std::vector<std::string> names;
  for (const auto& result : results) {
    if (std::find(names.begin(), names.end(), result.system) == names.end())
      names.push_back(result.system);
  }
  return names;
}

[[noreturn]] void unknown_system(std::string_view option, std::string_view name,
                                 const std::vector<std::string>& known) {
  throw UsageError(fmt::format("{} {}: no document is of such a system.{} Systems: {}", option,
                               name, did_you_mean(name, known), fmt::join(known, ", ")));
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = text.find_last_not_of(' ');
  return std::string(text.substr(begin, end == std::string_view::npos ? 0 : end + 1 - begin));
}

/// The longest known name at `at` that a separator or the end follows; nothing where none does.
std::optional<std::string> name_at(std::string_view text, std::size_t at,
                                   const std::vector<std::string>& known, char separator) {
  std::optional<std::string> longest;
  for (const auto& name : known) {
    if (!text.substr(at).starts_with(name)) continue;
    const std::size_t end = at + name.size();
    const bool ends = separator == ',' ? end == text.size() || text[end] == ','
                                       : end < text.size() && text[end] == separator;
    if (ends && (!longest || name.size() > longest->size())) longest = name;
  }
  return longest;
}

std::size_t without_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  return at;
}

/// Where the display name that begins at `at` ends: before ",NAME=", else at the end.
std::size_t end_of_display_name(std::string_view text, std::size_t at,
                                const std::vector<std::string>& known) {
  for (std::size_t comma = text.find(',', at); comma != std::string_view::npos;
       comma = text.find(',', comma + 1)) {
    if (name_at(text, without_spaces(text, comma + 1), known, '=')) return comma;
  }
  return text.size();
}

std::vector<DisplayName> display_names_in(std::string_view text,
                                          const std::vector<std::string>& known) {
  std::vector<DisplayName> names;
  for (std::size_t at = without_spaces(text, 0); at < text.size() || names.empty();) {
    const auto system = name_at(text, at, known, '=');
    if (!system) {
      const auto equals = text.find('=', at);
      if (equals == std::string_view::npos) {
        throw UsageError(fmt::format(
            "--names {}: expected SYSTEM=NAME, such as my-model=Ours, several with commas between "
            "them or the option several times",
            text));
      }
      unknown_system("--names", text.substr(at, equals - at), known);
    }
    const std::size_t begin = at + system->size() + 1;
    const std::size_t end = end_of_display_name(text, begin, known);
    const std::string shown = trimmed(text.substr(begin, end - begin));
    if (shown.empty())
      throw UsageError(fmt::format("--names {}: the name of {} is empty", text, *system));
    names.emplace_back(*system, shown);
    at = without_spaces(text, std::min(end + 1, text.size()));
  }
  return names;
}

/// By what the user may call a system: its name, or the one before it was renamed.
std::map<std::string, std::string> callable(std::span<const document::Result> results,
                                            std::span<const DisplayName> names) {
  std::map<std::string, std::string> by_name;
  for (const auto& name : systems_of(results)) by_name.emplace(name, name);
  for (const auto& [system, shown] : names) by_name.emplace(system, shown);
  return by_name;
}

}  // namespace

std::vector<DisplayName> read_display_names(std::span<const std::string> texts,
                                            std::span<const document::Result> results) {
  const auto known = systems_of(results);
  std::vector<DisplayName> names;
  std::map<std::string, std::string> shown;  ///< by system
  for (const auto& text : texts) {
    for (auto& name : display_names_in(text, known)) {
      if (!shown.emplace(name.first, name.second).second)
        throw UsageError(fmt::format("--names: {} is named twice", name.first));
      names.push_back(std::move(name));
    }
  }
  std::map<std::string, std::string> systems;  ///< by the name that is shown
  for (const auto& system : known) {
    const auto found = shown.find(system);
    const std::string& name = found == shown.end() ? system : found->second;
    const auto [other, fresh] = systems.emplace(name, system);
    if (!fresh)
      throw UsageError(
          fmt::format("--names: {} and {} would both be called '{}'", other->second, system, name));
  }
  return names;
}

void rename_systems(std::vector<document::Result>& results, std::span<const DisplayName> names) {
  for (auto& result : results) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const DisplayName& name) {
      return name.first == result.system;
    });
    if (found != names.end()) result.system = found->second;
  }
}

std::vector<std::string> read_rows(std::span<const std::string> texts,
                                   std::span<const document::Result> results,
                                   std::span<const DisplayName> names) {
  const auto by_name = callable(results, names);
  std::vector<std::string> known = {"..."};
  for (const auto& [name, system] : by_name) known.push_back(name);
  std::vector<std::string> rows;
  for (const std::string_view text : texts) {
    for (std::size_t at = without_spaces(text, 0);;) {
      const auto name = name_at(text, at, known, ',');
      if (!name)
        unknown_system("--rows", text.substr(at, text.find(',', at) - at),
                       {known.begin() + 1, known.end()});
      rows.push_back(*name == "..." ? *name : by_name.at(*name));
      at += name->size();
      if (at >= text.size()) break;
      at = without_spaces(text, at + 1);
    }
  }
  return rows;
}

std::string read_row(const std::string& text, std::span<const document::Result> results,
                     std::span<const DisplayName> names) {
  const auto by_name = callable(results, names);
  const auto found = by_name.find(text);
  if (found != by_name.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, system] : by_name) known.push_back(name);
  unknown_system("--highlight", text, known);
}

}  // namespace asbench::reports
