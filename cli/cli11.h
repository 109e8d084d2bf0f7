#pragma once

/// CLI11's classes by name, for headers: its own headers are all code and cost every source that
/// reads them several seconds. Sources that use an App include <CLI/App.hpp>.
namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI
