#include "cli/report_target.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "cli/errors.h"
#include "core/error.h"
#include "core/print.h"
#include "core/say.h"
#include "core/write_file.h"
#include "reports/comparison/stop_report.h"

namespace asbench::cli {
namespace {

std::string formatted(const reports::Stop& stop, const std::string& format) {
  if (format == "markdown") return reports::stop_markdown(stop);
  if (format == "json") return json_for_terminal(reports::stop_json(stop)) + "\n";
  if (format == "junit") return reports::stop_junit(stop);
  return reports::stop_text(stop);
}

/// The problem is on its way to stderr already: one more, in writing about it, is said beside it.
void report_stop(const ReportTarget& target, const std::exception& error) {
  if (!target.file && target.format == "text") return;
  try {
    deliver(target, formatted({target.command, problem_words(error)}, target.format));
  } catch (const Error& second) {
    say(fmt::format("asbench {}: its report can't be written either: {}\n", target.command,
                    second.what()));
  }
}

}  // namespace

void deliver(const ReportTarget& target, const std::string& report) {
  if (target.file)
    write_file_atomically(*target.file, report);
  else
    print_prepared(stdout, report);
}

int with_stop_report(const ReportTarget& target, const std::function<int()>& action) {
  try {
    return action();
  } catch (const std::exception& error) {
    report_stop(target, error);
    throw;
  }
}

}  // namespace asbench::cli
