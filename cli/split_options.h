#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli11.h"
#include "cli/input_options.h"

namespace asbench::cli {

/// What `split make` draws of a data set's annotations.
struct DrawOptions {
  std::optional<int> stories;
  std::optional<int> ips;
  std::optional<int> stories_per_ip;
  std::uint64_t seed = 0;
  std::optional<std::string> characters;  ///< "2", "2..4", "2..", "..4"
  std::optional<std::string> shots;
  std::optional<std::string> scenes;
  std::optional<double> min_seconds;
  std::optional<std::string> without_ips;  ///< a text file of ids
  bool with_references = false;
  std::optional<std::string> card;
  std::optional<std::string> index;
  SourceOptions source;
};

/// `asbench split make`. Plain data: parsed by the program, executed by the media module
/// (modules.h).
struct SplitMakeOptions {
  std::string from;
  std::optional<std::string> references;
  std::optional<std::string> out;  ///< nothing: only shows what was understood
  std::optional<std::string> name;
  bool without_references = false;
  bool force = false;
  DrawOptions draw;  ///< of a data set's annotations
};

/// `asbench split stats`.
struct SplitStatsOptions {
  SplitOptions split;
  SelectionOptions selection;
  std::optional<std::string> index;
  std::optional<std::string> plot;
  bool json = false;
};

/// `asbench split references`.
struct SplitReferencesOptions {
  SplitOptions split;
  SelectionOptions selection;
  std::string out;
  bool force = false;
};

/// `asbench split merge`.
struct SplitMergeOptions {
  std::vector<std::string> splits;
  std::string out;
  std::optional<std::string> name;
  bool force = false;
};

/// `split make`, `split references`, `split merge`, `split stats` and `split example`.
void add_split_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
