#pragma once

#include <string>
#include <vector>

#include "cli/cli11.h"

// Shell completion, made from the parser: every command, option and known name that a user can type
// is one that the parser was told of (cli/option_values.h).
namespace asbench::cli {

/// An option or an argument, as a shell needs to know it.
struct CompletedOption {
  std::vector<std::string> names;  ///< "--out", "-h"; empty: an argument
  std::string description;         ///< one line
  bool takes_value = true;
  bool list = false;               ///< several values with commas between them
  std::vector<std::string> words;  ///< the names that it knows
  bool files = true;               ///< a path may be a value
};

struct CompletedCommand {
  std::string path;  ///< "", "score", "weights fetch"
  std::string description;
  std::vector<std::string> commands;  ///< the names of its own commands
  std::vector<CompletedOption> options;
  std::vector<CompletedOption> arguments;  ///< in their order; the last one may be repeated
};

/// The program and all its commands, outer ones first.
[[nodiscard]] std::vector<CompletedCommand> completed_commands(CLI::App& app);

// Scripts for the shells. They call no program.
[[nodiscard]] std::string bash_completion(const std::vector<CompletedCommand>& commands);
[[nodiscard]] std::string zsh_completion(const std::vector<CompletedCommand>& commands);
[[nodiscard]] std::string fish_completion(const std::vector<CompletedCommand>& commands);

/// The text in single quotes, as all three shells read it.
[[nodiscard]] std::string single_quoted(std::string_view text);

}  // namespace asbench::cli
