#include "loaders/name_match.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "core/error.h"
#include "core/nearest_name.h"
#include "loaders/outputs/layout_template.h"

namespace asbench::loaders {
namespace {

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

}  // namespace

std::string nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  const icu::UnicodeString converted = utf16(text);
  if (!is_utf8(text, converted)) return std::string(text);
  std::string result;
  normalised(converted).toUTF8String(result);
  return result;
}

std::string folded_case(std::string_view text) {
  if (is_ascii(text)) return ascii_lower(text);
  icu::UnicodeString converted = utf16(text);
  if (!is_utf8(text, converted)) return std::string(text);
  converted = normalised(converted);
  converted = normalised(converted.foldCase());
  std::string folded;
  converted.toUTF8String(folded);
  return folded;
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
  return asbench::nearest_name(text, candidates, folded_case);
}

std::string did_you_mean(std::string_view text, const std::vector<std::string>& candidates) {
  return asbench::did_you_mean(text, candidates, folded_case);
}

}  // namespace asbench::loaders
