#include "cli/option_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <string_view>
#include <utility>

#include "core/nearest_name.h"

namespace asbench::cli {
namespace {

// Note [Words in the name of a validator]
// CLI11 keeps no data with an option but its validators, copied as values, and a description of
// theirs would stand in the help. So the words are the validator's name, which nothing else reads.
constexpr std::string_view kSuggests = "suggests";
constexpr std::string_view kOneOf = "one of";
constexpr char kBetween = '\x1f';

std::string name_with(std::string_view kind, const std::vector<std::string>& words) {
  std::string name(kind);
  for (const auto& word : words) name += kBetween + word;
  return name;
}

}  // namespace

CLI::Validator suggests(const std::vector<std::string>& words) {
  return {[](std::string&) { return std::string(); }, "", name_with(kSuggests, words)};
}

CLI::Validator one_of(std::vector<std::string> words) {
  std::string name = name_with(kOneOf, words);
  const auto check = [words = std::move(words)](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
    return fmt::format("unknown value '{}'.{} Choose from: {}", text, did_you_mean(text, words),
                       fmt::join(words, ", "));
  };
  return {check, "", std::move(name)};
}

OptionValues values_of(CLI::Option& option) {
  OptionValues values;
  for (int i = 0;; ++i) {
    std::string name;
    try {
      name = option.get_validator(i)->get_name();
    } catch (const CLI::OptionNotFound&) {
      return values;
    }
    const bool only = name.starts_with(kOneOf);
    if (!only && !name.starts_with(kSuggests)) continue;
    values.only = only;
    for (auto at = name.find(kBetween); at != std::string::npos;) {
      const auto end = std::min(name.find(kBetween, at + 1), name.size());
      values.words.push_back(name.substr(at + 1, end - at - 1));
      at = end == name.size() ? std::string::npos : end;
    }
    return values;
  }
}

}  // namespace asbench::cli
