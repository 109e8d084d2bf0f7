#include "tests/cli/planted/planted_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>

#include "core/error.h"

namespace asbench::testing {

const std::vector<std::string>& planted_gates() {
  static const std::vector<std::string> kGates{"default", "demo"};
  return kGates;
}

CaughtRow try_regression(PlantedWorld& world, const PlantedChange& change) {
  CaughtRow row{change, {}};
  const auto documents = change.make(world, 0);
  for (const auto& gate : planted_gates())
    row.answers.push_back(PlantedWorld::compare(documents.base, documents.candidate, gate));
  return row;
}

PassedRow try_harmless(PlantedWorld& world, const PlantedChange& change, int draws) {
  const auto& gates = planted_gates();
  PassedRow row{change, draws, std::vector<int>(gates.size(), 0), {}};
  for (int draw = 0; draw < draws; ++draw) {
    const auto documents = change.make(world, static_cast<std::uint64_t>(draw));
    for (std::size_t i = 0; i < gates.size(); ++i) {
      const Answer answer = PlantedWorld::compare(documents.base, documents.candidate, gates[i]);
      if (answer.exit_code == kExitDone)
        ++row.passed[i];
      else
        row.alarms.push_back(fmt::format("draw {}, gate {}: {}", draw, gates[i], answer.said));
    }
  }
  return row;
}

std::string caught_table(const std::vector<CaughtRow>& rows) {
  std::string text =
      "| regression | what was planted | caught by, gate `default` | exit code | caught by, gate "
      "`demo` | exit code |\n|---|---|---|---:|---|---:|\n";
  for (const auto& row : rows) {
    text += fmt::format("| {} | {} |", row.change.name, row.change.what);
    for (const auto& answer : row.answers) {
      const std::string caught = fmt::format("{}", fmt::join(answer.caught, ", "));
      text += fmt::format(" {} | {} |", caught.empty() ? "nothing" : caught, answer.exit_code);
    }
    text += "\n";
  }
  return text;
}

std::string passed_table(const std::vector<PassedRow>& rows) {
  std::string text =
      "| harmless change | what was changed | passes, gate `default` | passes, gate `demo` "
      "|\n|---|---|---:|---:|\n";
  for (const auto& row : rows) {
    text += fmt::format("| {} | {} |", row.change.name, row.change.what);
    for (const int passed : row.passed) text += fmt::format(" {} of {} |", passed, row.draws);
    text += "\n";
  }
  return text;
}

}  // namespace asbench::testing
