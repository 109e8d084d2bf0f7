#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/cli11.h"

namespace asbench::cli {

/// `asbench store stats | verify | pack | prune`
struct StoreOptions {
  std::string action;
  std::optional<std::string> cache;
  std::int64_t older_than_seconds = 0;  ///< prune
  bool dry_run = false;                 ///< prune
  bool json = false;                    ///< stats
};

/// "30d", "12h", "2w" in seconds. @throws UsageError for another form.
[[nodiscard]] std::int64_t seconds_in(const std::string& text);

void add_store_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
