#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "cli/table_options.h"
#include "core/error.h"
#include "core/json.h"
#include "core/nearest_name.h"
#include "document/result.h"
#include "reports/tables/tables.h"

namespace asbench::cli {
namespace {

constexpr int kMostDigits = 12;
constexpr JsonLimits kSetFile = {
    .max_bytes = 1ULL << 20, .refuse_duplicate_keys = true, .kind = "a column set"};

/// The place of a value among those that an option takes.
std::size_t choice(std::string_view option, const std::string& value,
                   const std::vector<std::string>& allowed) {
  const auto found = std::find(allowed.begin(), allowed.end(), value);
  if (found == allowed.end())
    throw UsageError(fmt::format("{} {}: unknown value.{} Choose from: {}.", option, value,
                                 did_you_mean(value, allowed), fmt::join(allowed, ", ")));
  return static_cast<std::size_t>(found - allowed.begin());
}

reports::ColumnSet set_of(const std::string& text) {
  if (!text.ends_with(".json")) return reports::column_set(text);
  return reports::column_set_from_json(read_json_file(text, kSetFile), text);
}

/// "clip_i:harmeanp=3".
std::pair<std::string, int> digits_in(const std::string& text) {
  const auto equals = text.rfind('=');
  int digits = -1;
  if (equals != std::string::npos && equals > 0) {
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + equals + 1, end, digits);
    if (read.ec != std::errc() || read.ptr != end) digits = -1;
  }
  if (digits < 0 || digits > kMostDigits)
    throw UsageError(fmt::format(
        "--digits-of {}: expected METRIC=N or METRIC:VALUE=N with N from 0 to {}, such as "
        "clip_i:harmeanp=3",
        text, kMostDigits));
  return {text.substr(0, equals), digits};
}

void require_label(const std::string& label) {
  constexpr std::string_view kSigns =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._-";
  if (label.find_first_not_of(kSigns) == std::string::npos) return;
  throw UsageError(
      fmt::format("--label {}: a label has ASCII letters, digits and : . _ - only", label));
}

}  // namespace

bool shows_published(const TableArguments& arguments) {
  return !arguments.set.empty() && set_of(arguments.set).published;
}

std::vector<reports::DisplayName> display_names(const TableArguments& arguments,
                                                const std::vector<document::Result>& results) {
  return reports::read_display_names(arguments.names, results);
}

void apply(const TableArguments& arguments, const std::vector<document::Result>& results,
           const std::vector<reports::DisplayName>& names, reports::TableOptions& options) {
  if (!arguments.set.empty()) options.set = set_of(arguments.set);
  options.rows.order = reports::read_rows(arguments.rows, results, names);
  if (!arguments.highlight.empty())
    options.rows.highlighted = reports::read_row(arguments.highlight, results, names);
  for (const auto& text : arguments.digits_of) options.digits_of.insert(digits_in(text));
  options.intervals = static_cast<reports::IntervalPlace>(
      choice("--intervals", arguments.intervals, {"none", "beside", "under"}));
  options.wide =
      static_cast<reports::WideTable>(choice("--wide", arguments.wide, {"auto", "scale", "split"}));
  require_label(arguments.label);
  options.caption = arguments.caption;
  options.label = arguments.label;
  options.notes = arguments.footnote;
}

}  // namespace asbench::cli
