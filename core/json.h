#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "core/write_file.h"

namespace asbench {

/// Documents keep their keys in the order they were written, so that a result is readable from top
/// to bottom.
using Json = nlohmann::ordered_json;

/// Limits on the JSON texts that are accepted.
struct JsonLimits {
  std::size_t max_bytes = 1ULL << 30;
  int max_depth = 64;  ///< deeper nesting is refused before it can exhaust the stack
  bool refuse_duplicate_keys = false;  ///< if false, the last value counts and parse_json reports
                                       ///< the key in `duplicate_keys`
};

/// Parses UTF-8 JSON.
/// @param where  what to call the text in messages, usually its path
/// @param duplicate_keys  if given, receives the name of every key that occurs twice in one object
/// @throws BadInput with `where`, line and column.
[[nodiscard]] Json parse_json(std::string_view text, std::string_view where,
                              const JsonLimits& limits = {},
                              std::vector<std::string>* duplicate_keys = nullptr);

/// Reads and parses a file; the same errors, and those of read_text_file() (core/files.h).
[[nodiscard]] Json read_json_file(const std::filesystem::path& path, const JsonLimits& limits = {},
                                  std::vector<std::string>* duplicate_keys = nullptr);

/// Writes `value` beside `path` under a temporary name, syncs and renames: readers see the old file
/// or the new one. Numbers are written with the digits that read back to the same double. @throws
/// what write_file_atomically() throws, InternalError when the value contains a NaN or an infinity.
void write_json_file(const std::filesystem::path& path, const Json& value);

}  // namespace asbench
