#pragma once

#include <string>
#include <string_view>

namespace asbench::reports {

/// latex_text() of a sentence that holds signatures, ids and hashes: a line may end after their
/// punctuation, and within what is long all the same.
[[nodiscard]] std::string latex_note(std::string_view text);

}  // namespace asbench::reports
