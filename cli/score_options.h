#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli11.h"
#include "cli/run_options.h"
#include "core/json.h"

namespace asbench::cli {

/// `asbench score`
struct ScoreOptions : RunOptions {
  std::optional<std::string> system;
  std::optional<std::string> real_stories;
  std::vector<std::string> normalise;  ///< empty, or floor and ceiling documents
  std::optional<std::string> csv;      ///< folder
  bool force = false;
  bool json = false;                  ///< the same as format json
  std::string format = "text";        ///< of what is printed: text, markdown, json or junit
  std::optional<std::string> report;  ///< file for it in place of stdout
  Json run;  ///< all of these as the document records them (cli/run_file.h)
};

/// `asbench features`
struct FeaturesOptions {
  InputOptions input;
  ComputeOptions compute;
  std::string out;
  std::string encoder;
  std::optional<std::string> frames;
  std::optional<std::string> preprocess;
};

/// The options of score but those of its run file, in their groups: for commands that start one.
void add_score_groups(CLI::App& command, ScoreOptions& options);
void add_score_command(CLI::App& app, std::function<int()>& chosen);
void add_features_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
