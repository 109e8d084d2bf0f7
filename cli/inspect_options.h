#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/cli11.h"
#include "cli/input_options.h"

namespace asbench::cli {

/// `asbench inspect`. Plain data: parsed by the program, executed by the media module (modules.h).
struct InspectOptions {
  SplitOptions split;
  SelectionOptions selection;        ///< as `score` has it
  OutputsOptions outputs;            ///< without a path only the split is looked at
  std::string background = "black";  ///< behind transparent references, as `score` has it
  std::optional<std::string> index;  ///< where the index of annotation files is kept
  std::optional<std::string> plot;   ///< draw the statistics of annotation files
  std::optional<std::string> write;  ///< save the split as a manifest
  int threads = 2;
  bool json = false;
  bool all = false;  ///< list every finding, not only the first of each kind
};

void add_inspect_command(CLI::App& app, std::function<int()>& chosen);

/// Runs the command; results to stdout, progress to stderr. Lives in the media module.
/// @returns 2 when anything is missing or broken that scoring needs, else 0.
/// @throws UsageError, BadInput.
[[nodiscard]] int run_inspect(const InspectOptions& options);

}  // namespace asbench::cli
