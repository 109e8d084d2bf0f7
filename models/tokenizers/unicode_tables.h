#pragma once

#include <span>

namespace asbench::models {

/// Characters first..last, both included.
struct CharacterRange {
  char32_t first, last;
};

/// Of first..last every `step`-th character has the lower-case form "itself + delta".
struct LowerCaseRange {
  char32_t first, last;
  unsigned step;
  int delta;
};

/// General categories L* and N*, the property White_Space and the one-to-one lower-case mappings,
/// ascending. Static; generate_unicode_tables.py says where they come from.
[[nodiscard]] std::span<const CharacterRange> letter_ranges();
[[nodiscard]] std::span<const CharacterRange> number_ranges();
[[nodiscard]] std::span<const CharacterRange> white_space_ranges();
[[nodiscard]] std::span<const LowerCaseRange> lower_case_ranges();

}  // namespace asbench::models
