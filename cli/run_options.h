#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/cli11.h"
#include "cli/example_encoder.h"
#include "cli/input_options.h"

// Options that several commands have: the same names, groups and help texts in each.
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

/// What a run is: shared by score, and by encode, plan, status and submit, which do parts of it.
struct RunOptions {
  InputOptions input;
  ComputeOptions compute;
  std::string out;  ///< result document; empty where a command needs none
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
  std::optional<std::string> masks;
  std::optional<std::string> boxes;
  std::optional<std::string> fvd_variant;
};

/// The options that follow go into this group of the help.
void start_group(CLI::App& command, const char* name);

// One group each, in the order of the help.
void add_input_group(CLI::App& command, InputOptions& input);
void add_selection_group(CLI::App& command, InputOptions& input);
void add_weights_option(CLI::App& command, ComputeOptions& compute);
void add_speed_group(CLI::App& command, ComputeOptions& compute);

/// Input, selection, and encoders and metrics of a run, with what belongs there beside the above.
void add_run_groups(CLI::App& command, RunOptions& run);
/// Of the group Output.
CLI::Option* add_out_option(CLI::App& command, RunOptions& run);
void add_no_frames_option(CLI::App& command, RunOptions& run);

}  // namespace asbench::cli
