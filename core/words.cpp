#include "core/words.h"

#include <fmt/format.h>

namespace asbench {

std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string replaced(std::string_view text, std::string_view place, std::string_view by) {
  std::string result(text);
  for (auto at = result.find(place); at != std::string::npos;
       at = result.find(place, at + by.size()))
    result.replace(at, place.size(), by);
  return result;
}

}  // namespace asbench
