#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli11.h"

namespace asbench::cli {

/// `--videos --boundaries --range --reference-masks`: what is made of annotations' source videos.
struct SourceOptions {
  std::optional<std::string> videos;
  std::string boundaries = "as-given";
  std::string range = "whole";
  std::string reference_masks = "largest";
};

/// `--split --split-format`, and SourceOptions: prompts and references.
struct SplitOptions {
  std::string path;
  std::optional<std::string> format;
  SourceOptions source;
};

/// `--outputs --layout --cuts`: a system's videos.
struct OutputsOptions {
  std::optional<std::string> path;
  std::string layout = "auto";
  std::string cuts = "list";
};

/// `--ips --stories --limit --subset --seed`: the part of the split to use.
struct SelectionOptions {
  std::vector<std::string> ips;
  std::vector<std::string> stories;
  std::optional<int> limit;
  std::optional<int> subset;
  std::uint64_t seed = 0;
};

// The same names and the same help text in every command. The options go into the help group that
// is current: App::option_defaults()->group(...).
void add_split_options(CLI::App& command, SplitOptions& split);
void add_source_options(CLI::App& command, SourceOptions& source);
/// @returns `--outputs`, for commands that require it.
CLI::Option* add_outputs_options(CLI::App& command, OutputsOptions& outputs);
void add_selection_options(CLI::App& command, SelectionOptions& selection);
/// What the placeholders of `--layout` stand for in each form of a split: for the end of the help.
[[nodiscard]] std::string placeholder_help();

}  // namespace asbench::cli
