#pragma once

#include <string>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// One shot in both documents, which own it.
struct SharedShot {
  const document::ResultStory* story = nullptr;  ///< the base's
  const document::ResultShot* base = nullptr;
  const document::ResultShot* candidate = nullptr;
  /// "fox/0 shot 2"
  [[nodiscard]] std::string name() const;
};

/// The shots that both documents list, missing ones included, in the base's order.
[[nodiscard]] std::vector<SharedShot> shared_shots(const document::Result& base,
                                                   const document::Result& candidate);

}  // namespace asbench::reports
