#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace asbench::cli {

/// `--split --split-format`: what is to be animated.
struct SplitOptions {
  std::string path;
  std::optional<std::string> format;
};

/// `--outputs --layout`: a system's videos.
struct OutputsOptions {
  std::optional<std::string> path;
  std::string layout = "auto";
};

/// `--ips --stories --limit --subset --seed`: the part of the split that is meant.
struct SelectionOptions {
  std::vector<std::string> ips;
  std::vector<std::string> stories;
  std::optional<int> limit;
  std::optional<int> subset;
  std::uint64_t seed = 0;
};

// Every command that takes these takes them by the same names, with the same words in its --help.
void add_split_options(CLI::App& command, SplitOptions& split);
/// @returns `--outputs`, to be made required where nothing can be done without.
CLI::Option* add_outputs_options(CLI::App& command, OutputsOptions& outputs);
void add_selection_options(CLI::App& command, SelectionOptions& selection);

}  // namespace asbench::cli
