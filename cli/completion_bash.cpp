#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/completion.h"

namespace asbench::cli {
namespace {

// Bash cuts words at "=" and ":" too (COMP_WORDBREAKS), so that they are put together again, and
// answers are given without what stands before the last such sign.
constexpr std::string_view kHead =
    R"(# bash completion for asbench, made by `asbench completion bash`
_asbench() {
  local -a words=()
  local i part glue=0 known= files=0 list=0 lead= options=
  for ((i = 0; i <= COMP_CWORD; ++i)); do
    part=${COMP_WORDS[i]}
    # After a space a new word begins, whatever stands before it.
    [[ -z $part && ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && glue=0
    if ((i > 1)) && { ((glue)) || [[ $part == [=:]* ]]; }; then
      words[${#words[@]}-1]+=$part
    else
      words+=("$part")
    fi
    glue=0
    [[ $part == [=:] ]] && glue=1
  done
  local count=${#words[@]}
  local cur=${words[count-1]} prev= command=
  ((count > 2)) && prev=${words[count-2]}
  for ((i = 1; i < count - 1; ++i)); do
    case "$command ${words[i]}" in
)";

constexpr std::string_view kAfterCommands = R"(      *) break ;;
    esac
  done
  local arguments=0
  for ((; i < count - 1; ++i)); do
    if [[ ${words[i]} == -* ]]; then
      _asbench_option "$command" "${words[i]}" && [[ ${words[i]} != *=* ]] && ((++i))
    else
      ((++arguments))
    fi
  done
  known= files=0 list=0
  if [[ $cur == --*=* ]]; then
    lead=${cur%%=*}=
    prev=${cur%%=*}
    cur=${cur#*=}
  fi
  if [[ $prev == -* ]] && _asbench_option "$command" "$prev"; then
    :
  elif [[ $cur == -* ]]; then
    _asbench_command "$command"
    known=$options
  else
    _asbench_argument "$command" "$arguments"
  fi
  local before=
  if ((list)) && [[ $cur == *,* ]]; then
    before=${cur%,*},
    cur=${cur##*,}
  fi
  COMPREPLY=()
  local -a found
  mapfile -t found < <(compgen -W "$known" -- "$cur")
  local word open=0
  for word in "${found[@]}"; do
    COMPREPLY+=("$before$word")
    [[ $word == *[=:] ]] && open=1
  done
  if ((files)) && [[ -z $before ]]; then
    mapfile -t found < <(compgen -f -- "$cur")
    if ((${#found[@]})); then
      COMPREPLY+=("${found[@]}")
      compopt -o filenames 2>/dev/null
    fi
  fi
  ((open || list)) && compopt -o nospace 2>/dev/null
  # What readline takes as the word begins after the last "=" or ":".
  local whole=$lead$before$cur cut
  cut=${whole##*[=:]}
  cut=${whole%"$cut"}
  cut=${cut#"$lead"}
  if [[ -n $cut && $COMP_WORDBREAKS == *[=:]* ]]; then
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$cut"}; done
  fi
}
)";

/// known=..., files=..., list=... of an option or argument.
std::string facts(const CompletedOption& option) {
  std::string text =
      fmt::format("known={}", single_quoted(fmt::format("{}", fmt::join(option.words, " "))));
  if (option.files) text += " files=1";
  if (option.list) text += " list=1";
  return text;
}

std::string option_function(const std::vector<CompletedCommand>& commands) {
  std::string text =
      "# Succeeds for an option that takes a value.\n_asbench_option() {\n  case \"$1 $2\" in\n";
  for (const auto& command : commands) {
    for (const auto& option : command.options) {
      if (!option.takes_value) continue;
      std::string patterns;
      for (const auto& name : option.names)
        patterns += fmt::format("{}{}", patterns.empty() ? "" : " | ",
                                single_quoted(command.path + " " + name));
      text += fmt::format("    {}) {} ;;\n", patterns, facts(option));
    }
  }
  return text + "    *) return 1 ;;\n  esac\n}\n";
}

std::string command_function(const std::vector<CompletedCommand>& commands) {
  std::string text = "_asbench_command() {\n  case \"$1\" in\n";
  for (const auto& command : commands) {
    std::vector<std::string> names;
    for (const auto& option : command.options)
      names.insert(names.end(), option.names.begin(), option.names.end());
    text += fmt::format("    {}) options={} ;;\n", single_quoted(command.path),
                        single_quoted(fmt::format("{}", fmt::join(names, " "))));
  }
  return text + "  esac\n}\n";
}

std::string argument_function(const std::vector<CompletedCommand>& commands) {
  std::string text = "_asbench_argument() {\n  case \"$1 $2\" in\n";
  for (const auto& command : commands) {
    if (!command.commands.empty()) {
      text += fmt::format("    {}) known={} ;;\n", single_quoted(command.path + " 0"),
                          single_quoted(fmt::format("{}", fmt::join(command.commands, " "))));
    }
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
      const bool last = i + 1 == command.arguments.size();
      text += fmt::format("    {}) {} ;;\n",
                          last ? single_quoted(command.path + " ") + "*"
                               : single_quoted(fmt::format("{} {}", command.path, i)),
                          facts(command.arguments[i]));
    }
  }
  return text + "  esac\n}\n";
}

}  // namespace

std::string bash_completion(const std::vector<CompletedCommand>& commands) {
  std::string text(kHead);
  for (const auto& command : commands) {
    const auto space = command.path.rfind(' ');
    if (command.path.empty()) continue;
    const bool inner = space != std::string::npos;
    const std::string outer = inner ? command.path.substr(0, space) : "";
    const std::string name = inner ? command.path.substr(space + 1) : command.path;
    text +=
        fmt::format("      {}) command={} ;;\n", single_quoted(fmt::format("{} {}", outer, name)),
                    single_quoted(command.path));
  }
  text += kAfterCommands;
  text += option_function(commands) + command_function(commands) + argument_function(commands);
  return text + "complete -F _asbench asbench\n";
}

}  // namespace asbench::cli
