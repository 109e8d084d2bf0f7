#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/cli11.h"
#include "cli/run_options.h"
#include "cli/shard_option.h"

namespace asbench::cli {

/// `asbench encode`
struct EncodeOptions {
  RunOptions run;
  ShardOption shard;
};

/// `asbench plan`
struct PlanOptions {
  RunOptions run;
  int shards = 1;
  int calibrate = 8;  ///< clips
  bool json = false;
};

/// `asbench status`
struct StatusOptions {
  RunOptions run;
  std::optional<int> shards;
  bool json = false;
};

void add_encode_command(CLI::App& app, std::function<int()>& chosen);
void add_plan_command(CLI::App& app, std::function<int()>& chosen);
void add_status_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
