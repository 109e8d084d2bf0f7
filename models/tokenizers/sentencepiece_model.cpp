#include "models/tokenizers/sentencepiece_model.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "core/error.h"

namespace asbench::models {
namespace {

/// Fields of sentencepiece_model.proto that are read here.
constexpr std::uint64_t kPieces = 1;
constexpr std::uint64_t kTrainerSpec = 2;
constexpr std::uint64_t kNormalizerSpec = 3;
constexpr std::uint64_t kDenormalizerSpec = 5;
constexpr std::uint64_t kPieceScore = 2;
constexpr std::uint64_t kModelType = 3;
constexpr std::uint64_t kCharsMap = 2;

constexpr std::uint64_t kUnigram = 1;

struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  ///< of a number, whatever its encoding
  bool is_text = false;
  std::string_view text;
};

/// The fields of one message in the protocol buffers' wire format, in order.
class FieldReader {
 public:
  FieldReader(std::string_view bytes, std::string_view where) : bytes_(bytes), where_(where) {}

  std::optional<Field> next() {
    if (at_ == bytes_.size()) return std::nullopt;
    const std::uint64_t key = variable_length();
    Field field;
    field.number = key >> 3U;
    switch (key & 7U) {
      case 0:
        field.value = variable_length();
        break;
      case 1:
        field.value = fixed(8);
        break;
      case 2:
        field.is_text = true;
        field.text = take(variable_length());
        break;
      case 5:
        field.value = fixed(4);
        break;
      default:
        refuse();
    }
    return field;
  }

  [[noreturn]] void refuse() const {
    throw BadInput(fmt::format("{}: not a SentencePiece model, or a damaged one", where_));
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) refuse();
    const std::string_view part = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += part.size();
    return part;
  }

  std::uint64_t fixed(std::size_t size) {
    std::uint64_t value = 0;
    std::uint64_t shift = 0;
    for (const char byte : take(size)) {
      value |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
      shift += 8;
    }
    return value;
  }

  std::uint64_t variable_length() {
    std::uint64_t value = 0;
    for (std::uint64_t shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80U) return value;
    }
    refuse();
  }

  std::string_view bytes_;
  std::string_view where_;
  std::size_t at_ = 0;
};

void require_finite_score(std::string_view piece, std::string_view where) {
  FieldReader fields(piece, where);
  while (const auto field = fields.next()) {
    if (field->number != kPieceScore) continue;
    const auto score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
    if (field->is_text || !std::isfinite(score)) fields.refuse();
  }
}

void require_unigram(std::string_view trainer_spec, std::string_view where) {
  FieldReader fields(trainer_spec, where);
  while (const auto field = fields.next()) {
    if (field->number != kModelType || (!field->is_text && field->value == kUnigram)) continue;
    throw BadInput(
        fmt::format("{}: a SentencePiece model of another type than unigram; T5's is "
                    "unigram",
                    where));
  }
}

// Note [The map of characters]
// 4 bytes with the size of the double array, the double array, the replacements. A search starts at
// unit 0 and goes from a unit that is no value to base ^ byte, base = its own index ^ its offset;
// where it has a value, that is in the unit `base` and is the place of a replacement. So all places
// that a search can reach are inside when, for every unit that is no value, the 256 units about
// base exist and the value, if there is one, is a place among the replacements.
void require_sound_map(std::string_view map, std::string_view where) {
  const auto refuse = [&] {
    throw BadInput(fmt::format("{}: its map of characters to replace is damaged", where));
  };
  constexpr std::size_t kUnit = sizeof(std::uint32_t);
  const auto number_at = [&](std::size_t offset) {
    std::uint32_t number = 0;
    std::memcpy(&number, map.data() + offset, kUnit);
    return number;
  };
  if (map.size() < kUnit) refuse();
  const std::size_t array_bytes = number_at(0);
  if (array_bytes == 0 || array_bytes % kUnit != 0 || array_bytes >= map.size() - kUnit) refuse();
  const std::size_t units = array_bytes / kUnit;
  const std::size_t replacements = map.size() - kUnit - array_bytes;
  if (map.back() != '\0') refuse();
  for (std::size_t i = 0; i < units; ++i) {
    const std::uint32_t unit = number_at(kUnit + i * kUnit);
    constexpr std::uint32_t kIsValue = 1U << 31U;
    constexpr std::uint32_t kHasValue = 1U << 8U;
    if ((unit & kIsValue) != 0) continue;
    // The offset has 21 bits, and one more that multiplies it by 256.
    const std::size_t base = i ^ std::size_t{(unit >> 10U) << ((unit & (1U << 9U)) >> 6U)};
    if ((base | 0xFFU) >= units) refuse();
    if ((unit & kHasValue) != 0 && (number_at(kUnit + base * kUnit) & ~kIsValue) >= replacements) {
      refuse();
    }
  }
}

void require_sound_normaliser(std::string_view spec, std::string_view where) {
  FieldReader fields(spec, where);
  while (const auto field = fields.next()) {
    if (field->number != kCharsMap) continue;
    if (!field->is_text) fields.refuse();
    if (!field->text.empty()) require_sound_map(field->text, where);
  }
}

}  // namespace

void require_sound_unigram_model(std::string_view model, std::string_view where) {
  FieldReader fields(model, where);
  std::size_t pieces = 0;
  while (const auto field = fields.next()) {
    switch (field->number) {
      case kPieces:
      case kTrainerSpec:
      case kNormalizerSpec:
      case kDenormalizerSpec:
        if (!field->is_text) fields.refuse();
        break;
      default:
        continue;
    }
    if (field->number == kPieces) {
      ++pieces;
      require_finite_score(field->text, where);
    } else if (field->number == kTrainerSpec) {
      require_unigram(field->text, where);
    } else {
      require_sound_normaliser(field->text, where);
    }
  }
  if (pieces == 0) fields.refuse();
}

}  // namespace asbench::models
