#include "core/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

std::string duration_in_words(double seconds) {
  constexpr std::int64_t kMinute = 60, kHour = 3600;
  const auto whole = static_cast<std::int64_t>(std::ceil(std::max(0.0, seconds)));
  if (whole < kMinute) return fmt::format("{} s", whole);
  if (whole < kHour) return fmt::format("{} min {} s", whole / kMinute, whole % kMinute);
  return fmt::format("{} h {} min", whole / kHour, whole % kHour / kMinute);
}

std::string size_in_words(std::size_t bytes) {
  if (bytes < std::size_t{1} << 20) return fmt::format("{} bytes", bytes);
  const double megabytes = static_cast<double>(bytes) / (1 << 20);
  return megabytes < 1024 ? fmt::format("{:.4g} MB", megabytes)
                          : fmt::format("{:.4g} GB", megabytes / 1024);
}

}  // namespace asbench
