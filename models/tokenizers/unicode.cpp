#include "models/tokenizers/unicode.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "models/tokenizers/unicode_tables.h"

namespace asbench::models {
namespace {

constexpr unsigned char kLeadByteOfFirstMark = 0xCC;  // below U+0300 all is in form C
constexpr char32_t kCapitalIWithDot = 0x130;
constexpr int kNormalisationVersion = 9;  // the Unicode version of the reference's normaliser

template <typename Range>
const Range* find_range(std::span<const Range> ranges, char32_t character) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), character,
                       [](char32_t wanted, const Range& range) { return wanted < range.first; });
  if (after == ranges.begin()) return nullptr;
  const Range& range = *(after - 1);
  return character <= range.last ? &range : nullptr;
}

// One character of the canonical decomposition.
struct Unit {
  char32_t character;
  std::uint8_t combining_class;
  bool known;  // to Unicode 9; others neither decompose, nor move, nor compose
};

const icu::Normalizer2& icu_nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status) != 0) {
    throw InternalError(
        fmt::format("ICU has no data for normalisation form C: {}", u_errorName(status)));
  }
  return *instance;
}

bool known_to_reference(char32_t character) {
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(character), age);
  return age[0] <= kNormalisationVersion;
}

std::vector<Unit> decompose(const icu::Normalizer2& nfc, std::string_view text) {
  std::vector<Unit> units;
  units.reserve(text.size());
  icu::UnicodeString decomposition;
  for (std::size_t offset = 0; offset < text.size();) {
    const char32_t character = next_character(text, offset);
    const auto icu_character = static_cast<UChar32>(character);
    if (!known_to_reference(character)) {
      units.push_back({character, 0, false});
    } else if (nfc.getDecomposition(icu_character, decomposition) != 0) {
      for (int i = 0; i < decomposition.length(); i = decomposition.moveIndex32(i, 1)) {
        const UChar32 part = decomposition.char32At(i);
        units.push_back({static_cast<char32_t>(part), nfc.getCombiningClass(part), true});
      }
    } else {
      units.push_back({character, nfc.getCombiningClass(icu_character), true});
    }
  }
  return units;
}

void sort_marks(std::vector<Unit>& units) {
  const auto is_mark = [](const Unit& unit) { return unit.combining_class != 0; };
  for (auto begin = units.begin(); begin != units.end();) {
    begin = std::find_if(begin, units.end(), is_mark);
    const auto end = std::find_if_not(begin, units.end(), is_mark);
    std::stable_sort(begin, end, [](const Unit& a, const Unit& b) {
      return a.combining_class < b.combining_class;
    });
    begin = end;
  }
}

// Canonical composition in place: a character joins the last starter unless something between
// them blocks it.
void compose(const icu::Normalizer2& nfc, std::vector<Unit>& units) {
  constexpr auto kNone = static_cast<std::size_t>(-1);
  std::size_t starter = kNone;
  std::size_t size = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const Unit unit = units[i];
    if (starter != kNone && unit.known && units[starter].known) {
      const bool adjacent = starter + 1 == size;
      if (adjacent || units[size - 1].combining_class < unit.combining_class) {
        const UChar32 composite = nfc.composePair(static_cast<UChar32>(units[starter].character),
                                                  static_cast<UChar32>(unit.character));
        if (composite >= 0) {
          units[starter].character = static_cast<char32_t>(composite);
          continue;
        }
      }
    }
    if (unit.combining_class == 0) starter = size;
    units[size++] = unit;
  }
  units.resize(size);
}

// Bytes of the character at the beginning (Unicode 16, table 3-7); 0 if it is ill-formed.
std::size_t well_formed_length(std::string_view text) {
  const auto in = [&](std::size_t i, unsigned first, unsigned last) {
    return i < text.size() && static_cast<unsigned char>(text[i]) >= first &&
           static_cast<unsigned char>(text[i]) <= last;
  };
  const unsigned lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const unsigned first = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned last = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!in(1, first, last)) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  for (std::size_t i = 2; i < length; ++i) {
    if (!in(i, 0x80, 0xBF)) return 0;
  }
  return length;
}

}  // namespace

void require_utf8(std::string_view text, std::string_view what) {
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t length = well_formed_length(text.substr(offset));
    if (length == 0) {
      throw BadInput(
          fmt::format("{}: byte {} (0x{:02X}) begins no well-formed UTF-8 character; texts must be "
                      "UTF-8",
                      what, offset, static_cast<unsigned char>(text[offset])));
    }
    offset += length;
  }
}

char32_t next_character(std::string_view text, std::size_t& offset) {
  const auto byte = [&] { return static_cast<unsigned char>(text[offset++]); };
  const unsigned lead = byte();
  if (lead < 0x80) return lead;
  const int continuations = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t character = lead & (0x3FU >> continuations);
  for (int i = 0; i < continuations; ++i) character = character << 6U | (byte() & 0x3FU);
  return character;
}

void append_character(char32_t character, std::string& text) {
  const auto add = [&](unsigned byte) { text.push_back(static_cast<char>(byte)); };
  const auto continuation = [&](unsigned shift) { add(0x80U | (character >> shift & 0x3FU)); };
  if (character < 0x80) {
    add(character);
  } else if (character < 0x800) {
    add(0xC0U | character >> 6U);
    continuation(0);
  } else if (character < 0x10000) {
    add(0xE0U | character >> 12U);
    continuation(6);
    continuation(0);
  } else {
    add(0xF0U | character >> 18U);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

bool is_letter(char32_t character) {
  if (character < 0x80) return (character | 0x20U) >= 'a' && (character | 0x20U) <= 'z';
  return find_range(letter_ranges(), character) != nullptr;
}

bool is_number(char32_t character) {
  if (character < 0x80) return character >= '0' && character <= '9';
  return find_range(number_ranges(), character) != nullptr;
}

bool is_white_space(char32_t character) {
  if (character < 0x80) return character == ' ' || (character >= '\t' && character <= '\r');
  return find_range(white_space_ranges(), character) != nullptr;
}

void append_lower_case(char32_t character, std::string& text) {
  if (character < 0x80) {
    const bool upper = character >= 'A' && character <= 'Z';
    text.push_back(static_cast<char>(upper ? character + 0x20 : character));
    return;
  }
  if (character == kCapitalIWithDot) {
    text += "i\u0307";
    return;
  }
  const LowerCaseRange* range = find_range(lower_case_ranges(), character);
  if (range != nullptr && (character - range->first) % range->step == 0) {
    character = static_cast<char32_t>(static_cast<int>(character) + range->delta);
  }
  append_character(character, text);
}

std::string normalise_nfc(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char byte) {
    return static_cast<unsigned char>(byte) < kLeadByteOfFirstMark;
  });
  if (plain) return std::string(text);
  const icu::Normalizer2& nfc = icu_nfc();
  // Most texts are in form C already. ICU's answer covers more characters than the reference knows,
  // which can only turn a yes into a maybe; the quick check, unlike the full one, never sorts.
  UErrorCode status = U_ZERO_ERROR;
  const auto size = static_cast<std::int32_t>(text.size());
  const icu::UnicodeString utf16 = icu::UnicodeString::fromUTF8({text.data(), size});
  if (nfc.quickCheck(utf16, status) == UNORM_YES && U_SUCCESS(status) != 0) {
    return std::string(text);
  }
  std::vector<Unit> units = decompose(nfc, text);
  sort_marks(units);
  compose(nfc, units);
  std::string normalised;
  normalised.reserve(text.size());
  for (const Unit& unit : units) append_character(unit.character, normalised);
  return normalised;
}

}  // namespace asbench::models
