#include "models/encoders/config_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "core/error.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kLargestSize = 10'000'000;

std::optional<std::int64_t> positive_integer(const Json& value) {
  // Some writers store integers as 768.0.
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (!(number >= 1.0 && number <= static_cast<double>(kLargestSize)) ||
      number != std::floor(number)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace

ConfigReader::ConfigReader(const Json& object, std::string where, std::string path)
    : object_(object), where_(std::move(where)), path_(std::move(path)) {
  if (!object_.is_object()) {
    throw BadInput(fmt::format("{}: {} must be an object, not {}", where_,
                               path_.empty() ? "the document" : path_.substr(0, path_.size() - 1),
                               object_.type_name()));
  }
}

const Json* ConfigReader::find(const char* field) const {
  const auto found = object_.find(field);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::int64_t ConfigReader::size(const char* field, std::int64_t fallback) const {
  const Json* const value = find(field);
  if (value == nullptr) return fallback;
  const auto size = positive_integer(*value);
  if (!size) refuse(field, fmt::format("an integer from 1 to {} is needed", kLargestSize));
  return *size;
}

std::int64_t ConfigReader::side(const char* field, std::int64_t fallback) const {
  const Json* const value = find(field);
  if (value == nullptr || !value->is_array()) return size(field, fallback);
  const auto side = value->size() == 2 ? positive_integer((*value)[0]) : std::nullopt;
  if (!side || (*value)[0] != (*value)[1]) {
    refuse(field, "only squares are supported: a number, or the same number twice");
  }
  return *side;
}

double ConfigReader::number(const char* field, double fallback) const {
  const Json* const value = find(field);
  if (value == nullptr) return fallback;
  if (!value->is_number() || !(value->get<double>() >= 0.0) || std::isinf(value->get<double>())) {
    refuse(field, "a number of at least 0 is needed");
  }
  return value->get<double>();
}

bool ConfigReader::flag(const char* field, bool fallback) const {
  const Json* const value = find(field);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse(field, "true or false is needed");
  return value->get<bool>();
}

std::string ConfigReader::text(const char* field, std::string_view fallback) const {
  const Json* const value = find(field);
  if (value == nullptr) return std::string(fallback);
  if (!value->is_string()) refuse(field, "a text is needed");
  return value->get<std::string>();
}

void ConfigReader::refuse_quantised() const {
  if (find("quantization_config") != nullptr)
    refuse("quantization_config", "quantised weights are not supported");
}

void ConfigReader::refuse(const char* field, std::string_view expected) const {
  const Json* const value = find(field);
  throw BadInput(fmt::format("{}: {}{} is {}; {}", where_, path_, field,
                             value == nullptr ? "absent" : value->dump().substr(0, 200), expected));
}

}  // namespace asbench::models
