#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// What a user may have meant by a name that does not exist. Every "unknown ..." message ends with
// did_you_mean().
namespace asbench {

/// Makes texts equal that differ in a way which doesn't count.
using Folding = std::string (*)(std::string_view);

/// ASCII letters as small ones.
[[nodiscard]] std::string ascii_lower(std::string_view text);

/// The candidate that is spelled most like `text`; empty when none is near (more than a third of
/// the letters differ) and none begins with `text` (three letters at least). @param fold  applied
/// to both before they are compared
[[nodiscard]] std::string nearest_name(std::string_view text,
                                       std::span<const std::string> candidates,
                                       Folding fold = ascii_lower);

/// " Did you mean NAME?", or nothing when no candidate is near.
[[nodiscard]] std::string did_you_mean(std::string_view text,
                                       std::span<const std::string> candidates,
                                       Folding fold = ascii_lower);

}  // namespace asbench
