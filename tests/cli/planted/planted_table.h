#pragma once

#include <string>
#include <vector>

#include "tests/cli/planted/planted_changes.h"

namespace asbench::testing {

/// What became of a regression under one gate.
struct CaughtRow {
  PlantedChange change;
  std::vector<Answer> answers;  ///< of each gate
};

/// What became of a harmless change.
struct PassedRow {
  PlantedChange change;
  int draws = 0;
  std::vector<int> passed;          ///< of each gate
  std::vector<std::string> alarms;  ///< "draw 17, gate default: `sharpness` (test)"
};

/// The gates that are tried.
[[nodiscard]] const std::vector<std::string>& planted_gates();

[[nodiscard]] CaughtRow try_regression(PlantedWorld& world, const PlantedChange& change);
/// @param draws  from draw 0 on
[[nodiscard]] PassedRow try_harmless(PlantedWorld& world, const PlantedChange& change, int draws);

/// Markdown, as docs/ci.md has it.
[[nodiscard]] std::string caught_table(const std::vector<CaughtRow>& rows);
[[nodiscard]] std::string passed_table(const std::vector<PassedRow>& rows);

}  // namespace asbench::testing
