#pragma once

#include <functional>

#include "cli/cli11.h"
#include "metrics/catalogue.h"

namespace asbench::cli {

/// `asbench gate list`, `gate show NAME` (the file, to copy and change) and `gate check GATE
/// [--base R.json]`: what a gate tests, in words, and what it could find on the stories of a
/// document. `check` exits with 2 where the gate names a metric that doesn't exist.
/// @param catalogue  the built-in metrics; must outlive `chosen`
void add_gate_command(CLI::App& app, std::function<int()>& chosen,
                      const metrics::Catalogue& catalogue = metrics::built_in_metrics());

}  // namespace asbench::cli
