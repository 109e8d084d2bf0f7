#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/json.h"

namespace asbench {

/// What a JSON text would take, measured in one pass over its bytes before a parser sees it. The
/// text need not be valid: its parser will tell.
/// @returns why the text is refused: it is nested too deeply, has a string or a number of more than
/// 1 MB or an object of too many keys, or its tree would take more than four times the text's
/// size (256 MB are always allowed). Empty: it may be parsed.
[[nodiscard]] std::string problem_with_shape(std::string_view text, const JsonLimits& limits);

}  // namespace asbench
