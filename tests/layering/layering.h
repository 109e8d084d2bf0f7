#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace asbench::testing {

/// A line that the architecture does not allow.
struct Violation {
  std::string file;  ///< path from the root
  int line = 0;
  std::string what;  ///< "includes core/json.h" or "uses models::"
  std::string rule;  ///< what it breaks
};

/// Top folders whose dependencies are checked, whether they exist yet or not.
[[nodiscard]] const std::vector<std::string>& room_names();

/// Reads every .h and .cpp of the modules below `root` and checks its include lines and the
/// namespaces that it names:
/// - `"module/..."` only along the edges of the architecture's picture, or within the module;
/// - includes in quotes are written from the root and name a module (not tests, not benchmarks);
/// - no tensor library in core, document, loaders, metrics, reports and the parts of models that
///   stand without it; no OpenCV in core, document, metrics, models, reports; no files in metrics;
/// - `module::` only along the same edges, so that a call through a header that another header
///   includes is seen too;
/// - a file that names a module's namespace includes a header of that module, itself or in the
/// header
///   of its own name.
/// Comments and string literals are not read.
/// @param files_read  if given, receives the number of files that were read
[[nodiscard]] std::vector<Violation> find_violations(const std::filesystem::path& root,
                                                     int* files_read = nullptr);

/// Every header of core/ with the other modules that include it directly.
[[nodiscard]] std::map<std::string, std::set<std::string>> users_of_core(
    const std::filesystem::path& root);

}  // namespace asbench::testing
