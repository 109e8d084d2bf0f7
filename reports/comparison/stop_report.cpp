#include "reports/comparison/stop_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "core/text.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

constexpr std::size_t kLongest = 20'000;  ///< of a message in a comment, which has a limit

/// "Not compared", "Not scored".
std::string heading(const Stop& stop) {
  return stop.command == "compare" ? "Not compared" : "Not scored";
}

std::string what_it_means(const Stop& stop) {
  return stop.command == "compare"
             ? "The comparison could not be made, so this is no answer: the candidate may be "
               "better, "
               "worse or the same."
             : "Scoring stopped, so there are no numbers and nothing was compared.";
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

/// The message with its line ends; everything else that a terminal would obey is escaped.
std::string lines_of(std::string_view message) {
  std::string lines = terminal_lines(message);
  return lines.ends_with('\n') ? lines : lines + "\n";
}

/// A fence that the text can't close.
std::string fence_for(std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

std::string cut(std::string text) {
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "\n... (the log has the rest)\n";
}

}  // namespace

std::string stop_text(const Stop& stop) {
  return fmt::format("{}: {}{}\n", heading(stop), lines_of(stop.problem), what_it_means(stop));
}

std::string stop_markdown(const Stop& stop) {
  const std::string message = cut(lines_of(stop.problem));
  const std::string fence = fence_for(message);
  return fmt::format(
      "### {}: `asbench {}` stopped\n\n{}\n\n**What stopped it, and what to do**\n\n{}text\n{}{}\n",
      heading(stop), stop.command, what_it_means(stop), fence, message, fence);
}

Json stop_json(const Stop& stop) {
  Json json;
  json["schema"] = "asbench/stop@1";
  json["command"] = stop.command;
  json["exit_code"] = kExitFailure;
  json["regressed"] = nullptr;
  json["problem"] = stop.problem;
  return json;
}

std::string stop_junit(const Stop& stop) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"asbench {}\" "
      "tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" time=\"0\">\n    <testcase "
      "classname=\"asbench.{}\" name=\"{}\" time=\"0\">\n      <error type=\"stopped\" "
      "message=\"{}\">{}</error>\n    </testcase>\n  </testsuite>\n</testsuites>\n",
      xml_text(stop.command), xml_text(stop.command), heading(stop),
      xml_text(first_line(stop.problem)), xml_text(stop.problem));
}

}  // namespace asbench::reports
