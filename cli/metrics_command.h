#pragma once

#include <CLI/App.hpp>
#include <functional>

namespace asbench::cli {

/// `asbench metrics list` and `asbench metrics show NAME`: what every number means, from the
/// registry. Sets `chosen` to the action that was asked for. Needs no network library: starts in
/// milliseconds.
void add_metrics_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
