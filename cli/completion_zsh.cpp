#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/completion.h"

namespace asbench::cli {
namespace {

/// Text inside a specification of `_arguments`: colons and brackets separate its parts.
std::string inside(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string function_name(const CompletedCommand& command) {
  std::string name = "_asbench";
  for (const char c : " " + command.path) name += c == ' ' || c == '-' ? '_' : c;
  return command.path.empty() ? "_asbench" : name;
}

/// What stands behind the last colon of a specification: the values.
std::string action(const CompletedOption& option) {
  std::string words;
  for (const auto& word : option.words) words += (words.empty() ? "" : " ") + word;
  const std::string separator = option.list ? "-S, -q " : "";
  if (option.words.empty()) return option.files ? "_files" : " ";
  const std::string names = fmt::format("compadd {}-- {}", separator, words);
  const std::string cut = option.list ? "compset -P \"*,\"; " : "";
  return fmt::format("{{ {}{}{} }}", cut, names, option.files ? "; _files" : "");
}

std::string option_lines(const CompletedOption& option) {
  std::string lines;
  for (const auto& name : option.names) {
    const std::string spec =
        option.takes_value
            ? fmt::format("{}[{}]:value:{}", name.starts_with("--") ? name + "=" : name,
                          inside(option.description), action(option))
            : fmt::format("{}[{}]", name, inside(option.description));
    lines += fmt::format("    {} \\\n", single_quoted("*" + spec));
  }
  return lines;
}

std::string leaf(const CompletedCommand& command) {
  std::string text = fmt::format("{}() {{\n  _arguments \\\n", function_name(command));
  for (const auto& option : command.options) text += option_lines(option);
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const bool last = i + 1 == command.arguments.size();
    const auto& argument = command.arguments[i];
    text += fmt::format(
        "    {} \\\n",
        single_quoted(fmt::format("{}:{}:{}", last ? std::string("*") : fmt::to_string(i + 1),
                                  inside(argument.description), action(argument))));
  }
  return text + "    && return\n}\n";
}

const CompletedCommand& command_of(const std::vector<CompletedCommand>& commands,
                                   const std::string& path) {
  for (const auto& command : commands) {
    if (command.path == path) return command;
  }
  return commands.front();
}

std::string branch(const CompletedCommand& command, const std::vector<CompletedCommand>& commands) {
  std::string text = fmt::format(
      "{}() {{\n  local context state state_descr line\n  typeset -A opt_args\n"
      "  _arguments -C \\\n",
      function_name(command));
  for (const auto& option : command.options) text += option_lines(option);
  text +=
      "    '1: :->command' '*:: :->rest' && return\n  case $state in\n    command)\n"
      "      local -a names=(\n";
  std::string cases;
  for (const auto& name : command.commands) {
    const auto& inner =
        command_of(commands, command.path.empty() ? name : command.path + " " + name);
    text += fmt::format("        {}\n", single_quoted(name + ":" + inside(inner.description)));
    cases += fmt::format("        {}) {} ;;\n", name, function_name(inner));
  }
  return text + "      )\n      _describe command names ;;\n    rest)\n      case $line[1] in\n" +
         cases + "      esac ;;\n  esac\n}\n";
}

}  // namespace

std::string zsh_completion(const std::vector<CompletedCommand>& commands) {
  std::string text =
      "#compdef asbench\n# zsh completion for asbench, made by `asbench completion zsh`\n";
  for (const auto& command : commands)
    text += command.commands.empty() ? leaf(command) : branch(command, commands);
  return text +
         "if [ \"$funcstack[1]\" = _asbench ]; then _asbench \"$@\"; else compdef _asbench "
         "asbench; "
         "fi\n";
}

}  // namespace asbench::cli
