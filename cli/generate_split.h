#pragma once

#include "baselines/generate.h"
#include "cli/generate_options.h"
#include "loaders/split.h"

namespace asbench::cli {

// What the two halves of `generate` share: the one that draws and copies is in the media module,
// that of the networks in the engine module.

struct GenerateSplit {
  loaders::Split whole;
  loaders::Split part;  ///< the chosen stories
};

/// @throws BadInput when the chosen stories lost something: their videos would look complete.
[[nodiscard]] GenerateSplit read_generate_split(const GenerateOptions& options);

/// Says what was written and how to score it. @returns the exit code
/// @throws BadInput when there is no video.
int tell_generated(const GenerateOptions& options, const baselines::GenerateReport& report);

}  // namespace asbench::cli
