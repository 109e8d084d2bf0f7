#pragma once

// Results to JSON; not a public header.

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "document/fields.h"
#include "document/result.h"

namespace asbench::document {

/// The archive that makes a JSON object of a value (document/fields.h).
class JsonWriter {
 public:
  void constant(std::string_view name, std::string_view text) { put(name, std::string(text)); }

  template <class T>
  void required(std::string_view name, const T& value) {
    put(name, json_of(value));
  }

  /// There may be very many: they are written one by one.
  void required(std::string_view name, const std::vector<ResultStory>& /*stories*/) {
    put(name, Json::array());
  }

  template <class T>
  void when(bool written, std::string_view name, const T& value) {
    if (written) put(name, json_of(value));
  }

  template <class T>
  void optional(std::string_view name, const std::optional<T>& value) {
    if (value) put(name, json_of(*value));
  }

  template <class T>
  void flagged(std::string_view name, bool present, const T& value) {
    if (present) put(name, json_of(value));
  }

  template <class Visit>
  void object(std::string_view name, Visit visit) {
    JsonWriter inner;
    visit(inner);
    put(name, std::move(inner.object_));
  }

  template <class Item>
  void keyed(std::string_view name, const std::vector<Item>& items, std::string Item::*id) {
    Json json = Json::object();
    for (const auto& item : items) {
      if (!json.emplace(item.*id, json_of(item)).second)
        throw InternalError(fmt::format("{}: '{}' occurs twice", name, item.*id));
    }
    put(name, std::move(json));
  }

  void bounds(std::string_view name, const ResultValue& low, const ResultValue& high) {
    put(name, Json::array({json_of(low), json_of(high)}));
  }

  void parts(const ResultParts& parts) {
    for (const auto& [name, value] : parts) {
      const bool count = name.starts_with("n_") && value && *value == std::floor(*value);
      put(name, count ? Json(static_cast<std::int64_t>(*value)) : json_of(value));
    }
  }

  void rest(const Json& json) {
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) put(name, value);
  }

  template <class Struct>
  static Json object_of(const Struct& value) {
    JsonWriter writer;
    fields(writer, value);
    return std::move(writer.object_);
  }

 private:
  void put(std::string_view name, Json json) {
    if (!object_.emplace(name, std::move(json)).second) {
      throw InternalError(fmt::format(
          "the result document would have two values named '{}' in one object: a part may not have "
          "the name of a field (document/fields.h), and a metric is listed once",
          name));
    }
  }

  static Json json_of(const std::string& text) { return text; }
  static Json json_of(bool value) { return value; }
  static Json json_of(int value) { return value; }
  static Json json_of(std::int64_t value) { return value; }
  static Json json_of(double value) { return value; }
  static Json json_of(const Json& json) { return json; }
  static Json json_of(ResultKind kind) { return to_string(kind); }
  static Json json_of(ResultDirection direction) { return to_string(direction); }
  static Json json_of(MetricKind kind) { return to_string(kind); }
  static Json json_of(const Interval& interval) {
    return Json::array({interval.low, interval.high});
  }
  template <class T>
  static Json json_of(const std::optional<T>& value) {
    return value ? json_of(*value) : Json(nullptr);
  }
  template <class T>
  static Json json_of(const std::vector<T>& values) {
    Json array = Json::array();
    for (const auto& value : values) array.push_back(json_of(value));
    return array;
  }
  template <class T>
  static Json json_of(const OrderedMap<T>& values) {
    Json object = Json::object();
    for (const auto& [name, value] : values) object[name] = json_of(value);
    return object;
  }
  template <class Struct>
  static Json json_of(const Struct& value) {
    return object_of(value);
  }

  Json object_ = Json::object();
};

/// File names and cells of a CSV layout may hold bytes that are not UTF-8, which JSON can't: they
/// become U+FFFD.
[[nodiscard]] inline Json with_valid_text(const Json& json) {
  return Json::parse(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// What messages call a document that is being written.
inline constexpr std::string_view kWrittenDocument = "the result document";

}  // namespace asbench::document
