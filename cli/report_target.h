#pragma once

#include <functional>
#include <optional>
#include <string>

namespace asbench::cli {

/// Where a command reports for CI, and in which form: also when it stops.
struct ReportTarget {
  std::string command;              ///< "compare", "score"
  std::string format = "text";      ///< text, markdown, json or junit
  std::optional<std::string> file;  ///< nothing: stdout
};

/// Prints the report or writes it to its file.
void deliver(const ReportTarget& target, const std::string& report);

/// Runs a command. Where it throws, a report in the form asked for says what stopped it, and the
/// exception goes on: the exit code is 2 and the message stands on stderr as always. On stdout
/// there is no text form of it, because stderr has that.
[[nodiscard]] int with_stop_report(const ReportTarget& target, const std::function<int()>& action);

}  // namespace asbench::cli
