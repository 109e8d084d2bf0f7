#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace asbench::testing {

/// An include line that the architecture does not allow.
struct Violation {
  std::string file;  ///< path from the root
  int line = 0;
  std::string included;
  std::string rule;  ///< what it breaks
};

/// Folders of the tree that are rooms (shared/design/architecture.md), whether there yet or not.
[[nodiscard]] const std::vector<std::string>& room_names();

/// Reads every .h and .cpp of the rooms below `root` and checks its include lines:
/// - `"room/..."` only along the edges of the architecture's picture, or within the room;
/// - includes in quotes are written from the root and name a room (not tests, not benchmarks);
/// - no tensor library in core, loaders, metrics, reports, models/preprocess, models/tokenizers;
/// - no OpenCV in core, metrics, models, reports;
/// - no files in metrics.
/// @param files_read  if given, receives the number of files that were read
[[nodiscard]] std::vector<Violation> find_violations(const std::filesystem::path& root,
                                                     int* files_read = nullptr);

}  // namespace asbench::testing
