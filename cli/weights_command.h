#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/weights/catalogue.h"

namespace asbench::cli {

/// `asbench weights list | fetch | check`
struct WeightsOptions {
  std::vector<std::string> ids;  ///< fetch: one; check: none means all on this machine
  std::optional<std::string>
      weights;  ///< folder; else $ASBENCH_WEIGHTS, else the Hugging Face cache
  std::optional<std::string> revision;
  std::optional<std::string> endpoint;  ///< else $HF_ENDPOINT, else https://huggingface.co
  int retries = 4;
  double time_limit = 86400.0;  ///< seconds
  bool force = false;
  bool json = false;
  const models::Catalogue* catalogue = nullptr;  ///< null: the shipped one
};

/// Known checkpoints and where they are on this machine, on stdout.
int run_weights_list(const WeightsOptions& options);
/// Downloads ids.front(); prints `<sha256>  <path>` of each file, as sha256sum does. The token of a
/// gated repository is taken from $HF_TOKEN.
int run_weights_fetch(const WeightsOptions& options);
/// Verifies hashes, pins and structure of local checkpoints. @returns kExitFailure when a file is
/// wrong. @throws BadInput when there is nothing to check.
int run_weights_check(const WeightsOptions& options);

/// Registers the command and its subcommands; sets `chosen` to the action that was asked for.
/// Neither OpenCV nor LibTorch is used.
/// @param catalogue  instead of the shipped one, for tests; has to outlive `chosen`
void add_weights_command(CLI::App& app, std::function<int()>& chosen,
                         const models::Catalogue* catalogue = nullptr);

}  // namespace asbench::cli
