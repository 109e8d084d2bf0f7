#pragma once

#include <functional>

#include "cli/cli11.h"
#include "metrics/catalogue.h"

namespace asbench::cli {

/// `asbench metrics list` and `asbench metrics show NAME`: what every number means, from the
/// registry. Sets `chosen` to the action that was asked for. Needs no network library: starts in
/// milliseconds. @param catalogue  what is listed; must outlive `chosen`
void add_metrics_command(CLI::App& app, std::function<int()>& chosen,
                         const metrics::Catalogue& catalogue = metrics::built_in_metrics());

}  // namespace asbench::cli
