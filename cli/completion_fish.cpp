#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/completion.h"

namespace asbench::cli {
namespace {

/// Text in single quotes: fish reads \' and \\ inside them.
std::string fish_quoted(std::string_view text) {
  std::string made = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') made += '\\';
    made += c;
  }
  return made + "'";
}

/// True while this command is the innermost one on the line.
std::string condition(const CompletedCommand& command) {
  if (command.path.empty()) return "__fish_use_subcommand";
  std::string text;
  for (std::size_t at = 0; at < command.path.size();) {
    const auto end = std::min(command.path.find(' ', at), command.path.size());
    text += (text.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") +
            command.path.substr(at, end - at);
    at = end + 1;
  }
  if (!command.commands.empty())
    text +=
        fmt::format("; and not __fish_seen_subcommand_from {}", fmt::join(command.commands, " "));
  return text;
}

/// The values: names, and files unless there can be none.
std::string values(const CompletedOption& option) {
  if (option.words.empty()) return option.files ? " -r -F" : " -x";
  const std::string words = fmt::format("{}", fmt::join(option.words, " "));
  const std::string answer = option.list ? fmt::format("(__fish_append , {})", words) : words;
  return fmt::format(" {} -a {}", option.files ? "-r -F" : "-x", fish_quoted(answer));
}

std::string option_line(const std::string& begin, const CompletedOption& option) {
  std::string line = begin;
  for (const auto& name : option.names) {
    const bool is_long = name.starts_with("--");
    line += (is_long ? " -l " : " -s ") + name.substr(is_long ? 2 : 1);
  }
  if (option.takes_value) line += values(option);
  return line + " -d " + fish_quoted(option.description) + "\n";
}

}  // namespace

std::string fish_completion(const std::vector<CompletedCommand>& commands) {
  std::string text = "# fish completion for asbench, made by `asbench completion fish`\n";
  for (const auto& command : commands) {
    const std::string begin = "complete -c asbench -n " + fish_quoted(condition(command));
    for (const auto& option : command.options) text += option_line(begin, option);
    for (const auto& name : command.commands) {
      const std::string path = command.path.empty() ? name : command.path + " " + name;
      for (const auto& inner : commands) {
        if (inner.path == path)
          text += fmt::format("{} -f -a {} -d {}\n", begin, name, fish_quoted(inner.description));
      }
    }
    for (const auto& argument : command.arguments) {
      if (!argument.words.empty())
        text += begin + (argument.files ? " -F" : " -f") + " -a " +
                fish_quoted(fmt::format("{}", fmt::join(argument.words, " "))) + "\n";
    }
  }
  return text;
}

}  // namespace asbench::cli
