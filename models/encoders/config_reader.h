#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace asbench::models {

/// Reads the fields of one object of a config.json, with the class default for fields that are
/// absent or null. Messages name the file, the field and what is allowed. Non-owning.
class ConfigReader {
 public:
  /// @param where  "config.json of ID"; `path` is put before field names: "vision_config."
  /// @throws BadInput when `object` is no JSON object.
  ConfigReader(const Json& object, std::string where, std::string path = {});

  /// @throws BadInput unless it is an integer in [1, 10^7].
  [[nodiscard]] std::int64_t size(const char* field, std::int64_t fallback) const;
  /// A side in pixels: a number, or [n, n]. @throws BadInput for anything else.
  [[nodiscard]] std::int64_t side(const char* field, std::int64_t fallback) const;
  /// @throws BadInput unless it is a finite number >= 0.
  [[nodiscard]] double number(const char* field, double fallback) const;
  [[nodiscard]] bool flag(const char* field, bool fallback) const;
  [[nodiscard]] std::string text(const char* field, std::string_view fallback) const;
  /// The value, or nothing when it is absent or null.
  [[nodiscard]] const Json* find(const char* field) const;

  /// Weights of fewer bits (`quantization_config`) are another network to every loader.
  /// @throws BadInput as refuse()
  void refuse_quantised() const;

  /// @throws BadInput: "WHERE: PATH.FIELD is VALUE; EXPECTED".
  [[noreturn]] void refuse(const char* field, std::string_view expected) const;

 private:
  const Json& object_;
  std::string where_;
  std::string path_;
};

}  // namespace asbench::models
