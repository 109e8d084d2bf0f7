#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli11.h"
#include "models/weights/catalogue.h"

namespace asbench::cli {

/// `asbench weights list | fetch | check`
struct WeightsOptions {
  enum class Action { list, fetch, check };
  Action action = Action::list;
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

/// The options' catalogue, or the shipped one.
[[nodiscard]] const models::Catalogue& catalogue_of(const WeightsOptions& options);

/// What does the work: returns an exit code.
using WeightsRunner = int (*)(const WeightsOptions&);
/// In the network module, which is loaded for it.
int run_weights_in_module(const WeightsOptions& options);

/// Registers the command and its subcommands; sets `chosen` to the action that was asked for.
/// @param run        for tests: another one than the module's
/// @param catalogue  instead of the shipped one, for tests; has to outlive `chosen`
void add_weights_command(CLI::App& app, std::function<int()>& chosen,
                         WeightsRunner run = run_weights_in_module,
                         const models::Catalogue* catalogue = nullptr);

}  // namespace asbench::cli
