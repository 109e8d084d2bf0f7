#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace asbench {

/// "1 story", "16 stories": the noun in the number that fits. Irregular plurals are given.
[[nodiscard]] std::string counted(std::int64_t number, std::string_view one, std::string_view many);

/// The text with every `place` in it replaced. @param place  not empty
[[nodiscard]] std::string replaced(std::string_view text, std::string_view place,
                                   std::string_view by);

/// "812 bytes", "1.5 MB", "3 GB": powers of 1024, four digits.
[[nodiscard]] std::string size_in_words(std::size_t bytes);

/// "45 s", "3 min 20 s", "2 h 5 min": rounded up to whole seconds, from an hour on to minutes.
[[nodiscard]] std::string duration_in_words(double seconds);

}  // namespace asbench
