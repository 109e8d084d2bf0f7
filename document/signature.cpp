#include "document/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace asbench::document {
namespace {

constexpr std::string_view kBetween = " | ";
constexpr std::string_view kEncoder = "enc";
constexpr std::string_view kProfile = "prep";
constexpr std::string_view kDemoMark = " (demo encoder)";
constexpr std::size_t kHashDigits = 8;

struct Field {
  std::string_view name;
  std::string Signature::*text;
};

/// Behind the encoders, in the order of the line; the thresholds stand between the two lists.
constexpr Field kBeforeThresholds[] = {
    {"frames", &Signature::frames},   {"bg", &Signature::background},
    {"refs", &Signature::references}, {"text", &Signature::text},
    {"agg", &Signature::aggregation},
};
constexpr Field kAfterThresholds[] = {
    {"missing", &Signature::missing}, {"dtype", &Signature::dtype},
    {"train", &Signature::training},  {"real", &Signature::real},
    {"N", &Signature::counts},        {"clip", &Signature::clip},
    {"ddof", &Signature::ddof},       {"k", &Signature::neighbours},
    {"subset", &Signature::subset},
};

const Field* field_of(std::string_view name) {
  for (const auto& field : kBeforeThresholds) {
    if (field.name == name) return &field;
  }
  for (const auto& field : kAfterThresholds) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string encoder_text(const Signature::Encoder& encoder) {
  return fmt::format("{}#{}{}", encoder.id, encoder.weights_sha256.substr(0, kHashDigits),
                     encoder.demo_only ? kDemoMark : "");
}

/// Nothing when the text is not what encoder_text() writes.
std::optional<Signature::Encoder> encoder_of(std::string_view text) {
  Signature::Encoder encoder;
  encoder.demo_only = text.ends_with(kDemoMark);
  if (encoder.demo_only) text.remove_suffix(kDemoMark.size());
  const auto hash = text.rfind('#');
  if (hash == std::string_view::npos || text.size() - hash - 1 > kHashDigits) return std::nullopt;
  encoder.id = text.substr(0, hash);
  encoder.weights_sha256 = text.substr(hash + 1);
  return encoder;
}

/// Calls visit(name, text) for every named field that has a text, in the order of the line.
template <class Visit>
void visit_fields(const Signature& signature, Visit visit) {
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) visit(name, text);
  };
  for (const auto& encoder : signature.encoders) {
    add(kEncoder, encoder_text(encoder));
    add(kProfile, encoder.profile);
  }
  for (const auto& field : kBeforeThresholds) add(field.name, signature.*field.text);
  for (const auto& [name, value] : signature.thresholds) add(name, value);
  for (const auto& field : kAfterThresholds) add(field.name, signature.*field.text);
}

/// False when the signature has no place for the field.
bool take(Signature& signature, std::string_view name, std::string_view text) {
  if (text.empty()) return false;
  if (name == kEncoder) {
    auto encoder = encoder_of(text);
    if (!encoder) return false;
    signature.encoders.push_back(std::move(*encoder));
    return true;
  }
  if (name == kProfile) {
    if (signature.encoders.empty() || !signature.encoders.back().profile.empty()) return false;
    signature.encoders.back().profile = text;
    return true;
  }
  if (const Field* field = field_of(name)) {
    if (!(signature.*field->text).empty()) return false;
    signature.*field->text = text;
    return true;
  }
  signature.thresholds.emplace_back(name, text);
  return true;
}

}  // namespace

std::string Signature::line() const {
  std::string line = metric;
  visit_fields(*this, [&](std::string_view name, const std::string& value) {
    line += fmt::format("{}{}={}", kBetween, name, value);
  });
  for (const auto& part : odd) line += fmt::format("{}{}", kBetween, part);
  return line;
}

Signature Signature::parse(std::string_view line) {
  Signature signature;
  for (bool first = true; !line.empty(); first = false) {
    const auto end = std::min(line.find(kBetween), line.size());
    const std::string_view part = line.substr(0, end);
    line.remove_prefix(std::min(end + kBetween.size(), line.size()));
    if (first) {
      signature.metric = part;
      continue;
    }
    const auto equals = part.find('=');
    if (equals == std::string_view::npos ||
        !take(signature, part.substr(0, equals), part.substr(equals + 1)))
      signature.odd.emplace_back(part);
  }
  return signature;
}

std::vector<std::string_view> Signature::field_names() {
  std::vector<std::string_view> names = {kEncoder, kProfile};
  for (const auto& field : kBeforeThresholds) names.push_back(field.name);
  for (const auto& field : kAfterThresholds) names.push_back(field.name);
  return names;
}

std::map<std::string, std::string> Signature::by_name() const {
  std::map<std::string, std::string> fields;
  if (!metric.empty()) fields["version"] = metric;
  visit_fields(*this, [&](std::string_view name, const std::string& value) {
    fields[std::string(name)] += value;
  });
  for (const auto& part : odd) {
    const auto equals = part.find('=');
    fields[part.substr(0, equals)] += equals == std::string::npos ? part : part.substr(equals + 1);
  }
  return fields;
}

}  // namespace asbench::document
