#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asbench {

/// The files below configs/ (protocols, encoder profiles, schemas, ...), compiled into the program
/// so that it does not depend on the current folder. Names are paths relative to configs/, as
/// "protocols/animeshooter-v1.json".
/// @returns the text, or nothing when there is no such file. Thread-safe.
[[nodiscard]] std::optional<std::string_view> config_file(std::string_view name);

/// All names that begin with `prefix`, in byte order.
[[nodiscard]] std::vector<std::string> config_file_names(std::string_view prefix);

}  // namespace asbench
