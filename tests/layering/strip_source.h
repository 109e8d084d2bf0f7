#pragma once

#include <string>
#include <string_view>

namespace asbench::testing {

/// C++ source text with comments and the contents of string and character literals replaced by
/// spaces; raw strings too. Quotes and line breaks stay, so that line numbers and columns are those
/// of the source. A digit separator (`1'000`) does not begin a literal.
[[nodiscard]] std::string strip_comments_and_strings(std::string_view source);

}  // namespace asbench::testing
