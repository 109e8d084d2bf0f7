#include "cli/completion.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <string_view>

#include "cli/option_values.h"

namespace asbench::cli {
namespace {

/// The first clause of a help text: what fits beside a name.
std::string first_clause(std::string_view text) {
  constexpr std::size_t kMost = 70;
  auto end = std::min({text.find_first_of(";("), text.find(". "), text.size()});
  if (end > kMost) end = std::min(text.find_first_of(",:"), end);
  if (end > kMost) end = text.rfind(' ', kMost);
  std::string clause(text.substr(0, end));
  clause.erase(clause.find_last_not_of(" ,:") + 1);
  return clause;
}

CompletedOption completed(CLI::Option& option) {
  CompletedOption made;
  for (const auto& name : option.get_snames()) made.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) made.names.push_back("--" + name);
  made.description = first_clause(option.get_description());
  made.takes_value = option.get_expected_max() != 0;
  made.list = option.get_delimiter() != '\0';
  const OptionValues values = values_of(option);
  made.words = values.words;
  const std::string type = option.get_type_name();
  const bool number =
      type.starts_with("INT") || type.starts_with("UINT") || type.starts_with("FLOAT");
  made.files = made.takes_value && !values.only && !number;
  return made;
}

void add_command(CLI::App& app, const std::string& path, std::vector<CompletedCommand>& commands) {
  CompletedCommand made;
  made.path = path;
  made.description = first_clause(app.get_description());
  for (CLI::Option* option : app.get_options([](CLI::Option*) { return true; }))
    (option->get_positional() ? made.arguments : made.options).push_back(completed(*option));
  const auto inner = app.get_subcommands([](CLI::App*) { return true; });
  for (const CLI::App* command : inner) made.commands.push_back(command->get_name());
  commands.push_back(std::move(made));
  for (CLI::App* command : inner) {
    add_command(*command, path.empty() ? command->get_name() : path + " " + command->get_name(),
                commands);
  }
}

}  // namespace

std::vector<CompletedCommand> completed_commands(CLI::App& app) {
  std::vector<CompletedCommand> commands;
  add_command(app, "", commands);
  return commands;
}

std::string single_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

}  // namespace asbench::cli
