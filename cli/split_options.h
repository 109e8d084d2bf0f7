#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <optional>
#include <string>

namespace asbench::cli {

/// `asbench split make`. Plain data: parsed by the program, executed by the media module
/// (modules.h).
struct SplitMakeOptions {
  std::string from;
  std::optional<std::string> references;
  std::optional<std::string> out;  ///< nothing: only shows what was understood
  std::optional<std::string> name;
  bool without_references = false;
  bool force = false;
};

/// `split make` and `split example`.
void add_split_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
