#pragma once

#include <string>
#include <string_view>

#include "core/image.h"

namespace asbench::baselines {

/// A plain light card with the text in dark letters, wrapped and as large as fits. The font knows
/// ASCII: accents are dropped
/// ("café" becomes "cafe"), typographic quotes and dashes become plain ones, other signs a question
/// mark.
[[nodiscard]] Image draw_text_card(std::string_view text, int width, int height);

/// The text in the letters that the card has.
[[nodiscard]] std::string plain_letters(std::string_view text);

}  // namespace asbench::baselines
