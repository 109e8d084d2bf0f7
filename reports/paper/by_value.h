#pragma once

#include <functional>
#include <string>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// "a, b and c".
[[nodiscard]] std::string listed(const std::vector<std::string>& texts);

/// What `of` says about each result: once where all agree, else every answer with its systems:
/// "animeshooter-v1 (a, b) and demo (c)".
[[nodiscard]] std::string by_value(const std::vector<const document::Result*>& results,
                                   const std::function<std::string(const document::Result&)>& of);

}  // namespace asbench::reports
