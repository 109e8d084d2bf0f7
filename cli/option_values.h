#pragma once

#include <string>
#include <vector>

#include "cli/cli11.h"

namespace asbench::cli {

// Names that an option knows, declared where the option is:
// `add_option(...)->check(suggests(...))`. Messages and the shell's completion (cli/completion.h)
// take them from there. An option without such a list takes any text, and the shell completes
// files.

/// Names that the option knows; others may be valid too (a file, a name that a protocol file
/// declares), so that the command decides.
[[nodiscard]] CLI::Validator suggests(const std::vector<std::string>& words);
/// The only values: any other is an error with the nearest of them.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);

/// What the shell offers for an option.
struct OptionValues {
  std::vector<std::string> words;
  bool only = false;  ///< no file is a value
};
[[nodiscard]] OptionValues values_of(CLI::Option& option);

}  // namespace asbench::cli
