#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/example_encoder.h"
#include "cli/input_options.h"
#include "core/json.h"

namespace asbench::cli {

/// Where the run's inputs lie and which part of them is meant; shared by score and features.
struct InputOptions {
  SplitOptions split;
  OutputsOptions outputs;
  SelectionOptions selection;
};

/// How to compute; `precision` apart, changes no number beyond the documented bound
/// (docs/determinism.md).
struct ComputeOptions {
  std::optional<std::string> weights;
  std::optional<std::string> cache;
  std::string device = "cpu";
  int threads = 0;
  int batch = 0;
  int decode_threads = 0;
  std::optional<std::string> precision;  ///< nothing: as the protocol says, else fp32
};

/// `asbench score`
struct ScoreOptions {
  InputOptions input;
  ComputeOptions compute;
  std::string out;
  std::optional<std::string> system;
  std::string protocol = kDefaultProtocol;
  std::vector<std::string> metrics;
  std::vector<std::string> encoders;    ///< ROLE=ID
  std::vector<std::string> preprocess;  ///< ROLE=PROFILE
  std::optional<std::string> missing;
  std::optional<std::string> frames;
  std::optional<std::string> background;
  bool no_frames = false;
  std::optional<std::string> reference_set;
  std::optional<std::string> training_set;
  std::optional<std::string> fvd_variant;
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

void add_score_command(CLI::App& app, std::function<int()>& chosen);
void add_features_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
