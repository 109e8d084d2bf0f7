#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/cli/planted/planted_world.h"

namespace asbench::testing {

/// The documents of one comparison.
struct PlantedPair {
  std::filesystem::path base, candidate;
};

/// Something that is done to the ground truth of the drawn world.
struct PlantedChange {
  std::string name;  ///< "blur"
  std::string what;  ///< what is done, and how large it is
  /// Does it, and scores. @param draw  seed of what varies; a regression has nothing that varies
  std::function<PlantedPair(PlantedWorld& world, std::uint64_t draw)> make;
};

/// Twelve that a gate must catch, whichever the draw.
[[nodiscard]] std::vector<PlantedChange> planted_regressions();

/// Eight that a gate must let pass, in every draw.
[[nodiscard]] std::vector<PlantedChange> harmless_changes();

/// Two runs of one system with different seeds, which differ in all that captions leave open: the
/// rate of false alarms that the gate's tests promise is measured with it, none is promised away.
[[nodiscard]] PlantedChange another_run();

}  // namespace asbench::testing
