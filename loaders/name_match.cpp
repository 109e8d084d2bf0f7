#include "loaders/name_match.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "core/error.h"
#include "loaders/outputs/layout_template.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kLongestCompared = 200;  ///< bytes; the comparison takes quadratic time

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

const icu::Normalizer2& normaliser() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status) != 0) {
    throw InternalError(
        fmt::format("ICU has no data for normalisation form C: {}", u_errorName(status)));
  }
  return *instance;
}

icu::UnicodeString normalised(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString result = normaliser().normalize(text, status);
  if (U_FAILURE(status) != 0)
    throw InternalError(fmt::format("ICU can't normalise a name: {}", u_errorName(status)));
  return result;
}

icu::UnicodeString utf16(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

/// fromUTF8 puts U+FFFD in the place of what is not UTF-8: such a text doesn't come back.
bool is_utf8(std::string_view text, const icu::UnicodeString& converted) {
  std::string back;
  converted.toUTF8String(back);
  return back == text;
}

std::string folded_case(std::string_view text) {
  if (is_ascii(text)) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
  }
  icu::UnicodeString converted = utf16(text);
  if (!is_utf8(text, converted)) return std::string(text);
  converted = normalised(converted);
  converted = normalised(converted.foldCase());
  std::string folded;
  converted.toUTF8String(folded);
  return folded;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  const icu::UnicodeString converted = utf16(text);
  if (!is_utf8(text, converted)) return std::string(text);
  std::string result;
  normalised(converted).toUTF8String(result);
  return result;
}

std::string loose_name(std::string_view relative) {
  if (has_video_ending(relative)) relative = relative.substr(0, relative.rfind('.'));
  const std::string folded = folded_case(relative);
  std::string name;
  for (std::size_t at = 0; at < folded.size(); ++at) {
    const bool leading_zero = folded[at] == '0' && (at == 0 || !is_digit(folded[at - 1]));
    if (leading_zero) {
      while (at + 1 < folded.size() && folded[at] == '0' && is_digit(folded[at + 1])) ++at;
    }
    name += folded[at];
  }
  return name;
}

std::string nearest_name(std::string_view text, const std::vector<std::string>& candidates) {
  const std::string wanted = folded_case(text.substr(0, kLongestCompared));
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(wanted.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates) {
    const std::string other = folded_case(std::string_view(candidate).substr(0, kLongestCompared));
    const std::size_t difference =
        other.size() > wanted.size() ? other.size() - wanted.size() : wanted.size() - other.size();
    if (difference >= best_distance) continue;
    const std::size_t distance = edit_distance(wanted, other);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string did_you_mean(std::string_view text, const std::vector<std::string>& candidates) {
  const std::string near = nearest_name(text, candidates);
  return near.empty() ? "" : fmt::format(" Did you mean {}?", near);
}

}  // namespace asbench::loaders
