#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace asbench::cli {

/// `asbench weights list | fetch | check`
struct WeightsOptions {
  std::vector<std::string> ids;  ///< fetch: one; check: none means all that are here
  std::optional<std::string>
      weights;  ///< folder; else $ASBENCH_WEIGHTS, else the Hugging Face cache
  std::optional<std::string> revision;
  std::optional<std::string> endpoint;  ///< else $HF_ENDPOINT, else https://huggingface.co
  int retries = 4;
  bool force = false;
  bool json = false;
};

/// Known checkpoints and where they are on this machine, on stdout.
int run_weights_list(const WeightsOptions& options);
/// Downloads ids.front(); prints `<sha256>  <path>` of each file, as sha256sum does. The token of a
/// gated repository is taken from $HF_TOKEN.
int run_weights_fetch(const WeightsOptions& options);
/// Verifies sums and structure of local checkpoints. @returns kExitFailure when something is wrong
/// or nothing is there to check.
int run_weights_check(const WeightsOptions& options);

/// Registers the command and its parts; sets `chosen` to the action that was asked for. Neither
/// OpenCV nor LibTorch is touched.
void add_weights_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
