#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "baselines/generator.h"
#include "core/progress.h"

namespace asbench::baselines {

struct GenerateRequest {
  std::string baseline;
  GeneratorInputs inputs;
  std::string source_name;  ///< of inputs.source, for generator.json
  std::filesystem::path out;
  int threads = 0;  ///< shots at the same time; 0: all cores
  Progress::Style progress = Progress::Style::automatic;
};

struct GenerateReport {
  int written = 0;
  int kept = 0;  ///< finished by an earlier run
};

/// Writes a built-in system's videos below `out` in the default output layout,
/// `{story}/shot_{shot:02}.mp4`, and `generator.json`, which says how they were made. A shot gets
/// its name when it is finished, so an interrupted run can resume. The files are the same for any
/// number of threads, byte for byte on one machine (ClipWriter).
/// @throws UsageError for an unknown baseline, for inputs that lack what it needs (says what), and
/// for a folder that holds shots
///   of other settings; BadInput when it can't be written or a donor is broken; "interrupted" after
///   SIGINT.
GenerateReport generate(const GenerateRequest& request);

/// The name of the baseline that generate() or generate_videos() (baselines/animeshooter_gen) wrote
/// into this folder, if one did.
[[nodiscard]] std::optional<std::string> generated_by(const std::filesystem::path& folder);

}  // namespace asbench::baselines
