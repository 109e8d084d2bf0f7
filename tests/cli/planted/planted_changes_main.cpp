// asbench_planted_changes [DRAWS [NAME...]]: what the built-in gates make of planted regressions
// and of harmless changes. Prints the tables of docs/ci.md ("Planted changes") as Markdown, and
// what happens on stderr.
//   DRAWS  how often each harmless change is drawn; 100 unless given
//   NAME   only these changes
// Exit code 1 where a regression was missed or a harmless change failed, 2 where something broke.
// "another run" decides nothing: the tests promise a rate of alarms for it, not none.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "core/print.h"
#include "core/say.h"
#include "tests/cli/planted/planted_table.h"

namespace {

using namespace asbench::testing;  // NOLINT: a program of one file

struct Wanted {
  int draws = 100;
  std::vector<std::string> names;  ///< empty: all
  [[nodiscard]] bool has(const std::string& name) const {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
  }
};

bool tell(const CaughtRow& row) {
  bool caught = true;
  for (const auto& answer : row.answers) {
    asbench::say(
        fmt::format("{}: exit code {}: {}\n", row.change.name, answer.exit_code, answer.said));
    caught = caught && answer.exit_code == 1;
  }
  return caught;
}

bool tell(const PassedRow& row) {
  asbench::say(
      fmt::format("{}: {} draws, {} alarms\n", row.change.name, row.draws, row.alarms.size()));
  for (const auto& alarm : row.alarms) asbench::say("  " + alarm + "\n");
  return row.alarms.empty();
}

/// @returns whether all is as it must be
bool run(const Wanted& wanted) {
  PlantedWorld world;
  bool good = true;
  std::vector<CaughtRow> caught;
  for (const auto& change : planted_regressions()) {
    if (!wanted.has(change.name)) continue;
    caught.push_back(try_regression(world, change));
    good = tell(caught.back()) && good;
  }
  std::vector<PassedRow> passed;
  for (const auto& change : harmless_changes()) {
    if (!wanted.has(change.name)) continue;
    passed.push_back(try_harmless(world, change, wanted.draws));
    good = tell(passed.back()) && good;
  }
  if (wanted.has(another_run().name)) {
    passed.push_back(try_harmless(world, another_run(), wanted.draws));
    static_cast<void>(tell(passed.back()));
  }
  asbench::print_prepared(stdout, caught_table(caught) + "\n" + passed_table(passed));
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Wanted wanted;
    if (argc > 1) wanted.draws = std::atoi(argv[1]);
    for (int i = 2; i < argc; ++i) wanted.names.emplace_back(argv[i]);
    return run(wanted) ? 0 : 1;
  } catch (const std::exception& error) {
    asbench::say(fmt::format("asbench_planted_changes: {}\n", error.what()));
    return 2;
  }
}
