#pragma once

#include <string>

#include "core/json.h"

namespace asbench::reports {

/// A command that ended with exit code 2, so that there is no result to report. The forms below are
/// written in its place, so that a CI job always has something to show.
struct Stop {
  std::string command;  ///< "compare", "score"
  std::string problem;  ///< the whole message: what, where, what was expected, what to do
};

/// For a terminal or a log.
[[nodiscard]] std::string stop_text(const Stop& stop);

/// For a comment on a pull request. The message is a code block: nothing in it becomes markup.
[[nodiscard]] std::string stop_markdown(const Stop& stop);

/// Schema asbench/stop@1. `regressed` is null: neither yes nor no.
[[nodiscard]] Json stop_json(const Stop& stop);

/// One test case with an error.
[[nodiscard]] std::string stop_junit(const Stop& stop);

}  // namespace asbench::reports
