#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/cli11.h"
#include "cli/example_encoder.h"
#include "cli/input_options.h"
#include "cli/run_options.h"

namespace asbench::cli {

/// `asbench boxes template`. Plain data: parsed by the program, executed by the engine module
/// (modules.h).
struct BoxesTemplateOptions {
  InputOptions input;
  std::string protocol = kDefaultProtocol;
  std::optional<std::string> frames;  ///< instead of the protocol's rule
  std::string out;
  bool force = false;
  int threads = 2;
};

void add_boxes_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
