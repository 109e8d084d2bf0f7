#include "loaders/annotations/shot_times.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace asbench::loaders {
namespace {

constexpr double kMostSeconds = 1e7;  // 115 days; frames of them are exact in a double

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kSpaces), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

/// Digits alone; at most nine, so that the number is exact.
std::optional<double> whole_number(std::string_view text) {
  if (text.empty() || text.size() > 9 || !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Digits, and a fraction or none. std::from_chars takes exponents and "inf" too.
std::optional<double> decimal_number(std::string_view text) {
  const std::size_t point = text.find('.');
  if (!whole_number(text.substr(0, point))) return std::nullopt;
  if (point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || !std::all_of(fraction.begin(), fraction.end(), is_digit))
      return std::nullopt;
  }
  double number = 0.0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Two digits and a fraction or none, below 60. "1:5" may mean 1:05 or 1:50.
std::optional<double> sixtieth(std::string_view text) {
  const auto number = decimal_number(text);
  if (!number || text.substr(0, text.find('.')).size() != 2 || *number >= 60.0) return std::nullopt;
  return number;
}

std::int64_t frame_at(double seconds, double fps) {
  return static_cast<std::int64_t>(std::floor(seconds * fps + 0.5));
}

}  // namespace

std::optional<double> seconds_of(std::string_view text) {
  const auto parts = parts_of(trimmed(text));
  double seconds = 0.0;
  if (parts.size() == 1) {
    const auto number = decimal_number(parts[0]);
    if (!number) return std::nullopt;
    seconds = *number;
  } else if (parts.size() <= 3) {
    const auto leading = whole_number(parts.front());
    const auto last = sixtieth(parts.back());
    if (!leading || !last) return std::nullopt;
    seconds = *leading;
    if (parts.size() == 3) {
      const auto minutes = whole_number(parts[1]);
      if (!minutes || parts[1].size() != 2 || *minutes >= 60.0) return std::nullopt;
      seconds = seconds * 60.0 + *minutes;
    }
    seconds = seconds * 60.0 + *last;
  } else {
    return std::nullopt;
  }
  if (seconds > kMostSeconds) return std::nullopt;
  return seconds;
}

std::optional<double> seconds_of_value(const Json& value) {
  if (value.is_string()) return seconds_of(std::string_view(value.get_ref<const std::string&>()));
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (!(number >= 0.0 && number <= kMostSeconds)) return std::nullopt;
  return number;
}

std::optional<SecondsRange> seconds_range_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto start = seconds_of(text.substr(0, dash));
  const auto end = seconds_of(text.substr(dash + 1));
  if (!start || !end || *end <= *start) return std::nullopt;
  return SecondsRange{*start, *end};
}

std::optional<FrameRange> frames_of(const SecondsRange& seconds, const FrameRange& segment,
                                    double fps) {
  // Wide: a time may lie far beyond its segment.
  const std::int64_t begin = segment.begin_frame + frame_at(seconds.start, fps);
  const std::int64_t end = segment.begin_frame + frame_at(seconds.end, fps);
  const std::int64_t last = segment.end_frame;
  if (begin >= std::min(end, last)) return std::nullopt;
  return FrameRange{static_cast<int>(begin), static_cast<int>(std::min(end, last))};
}

}  // namespace asbench::loaders
