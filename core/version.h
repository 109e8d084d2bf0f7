#pragma once

#include <string>

namespace asbench {

/// What this program was built from; goes into every result's provenance.
struct BuildInfo {
  std::string version;  ///< "0.1.0"
  std::string commit;   ///< 40 hexadecimal digits, or "unknown" outside a git checkout
  bool dirty = false;   ///< the checkout had uncommitted changes when it was configured
  std::string compiler;
  std::string build_type;
};

[[nodiscard]] const BuildInfo& build_info();

}  // namespace asbench
