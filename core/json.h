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
  std::size_t max_bytes = 64ULL << 20;
  int max_depth = 64;  ///< deeper nesting is refused before it can exhaust the stack
  bool refuse_duplicate_keys = false;  ///< if false, the last value counts and parse_json reports
                                       ///< the key in `duplicate_keys`
  std::string_view kind = "a JSON file";  ///< what the limit is for, in messages
};

/// Parses UTF-8 JSON. The text is measured before anything is built (core/json_shape.h): the tree
/// takes at most four times the text's size, or 256 MB.
/// @param where  what to call the text in messages, usually its path
/// @param duplicate_keys  if given, receives the names of keys that occur twice in one object: at
/// most 100 of them, each cut to 80 columns
/// @throws BadInput with `where`, line and column, and at most 80 columns of the text.
[[nodiscard]] Json parse_json(std::string_view text, std::string_view where,
                              const JsonLimits& limits = {},
                              std::vector<std::string>* duplicate_keys = nullptr);

/// Reads and parses a file; the same errors, and those of read_text_file() (core/files.h). A file
/// beyond the limit is refused by its size, before it is read. A large file is read twice, so that
/// its text and its tree are not in memory together.
[[nodiscard]] Json read_json_file(const std::filesystem::path& path, const JsonLimits& limits = {},
                                  std::vector<std::string>* duplicate_keys = nullptr);

/// Writes `value` beside `path` under a temporary name, syncs and renames: readers see the old file
/// or the new one. Numbers are written with the digits that read back to the same double. @throws
/// what write_file_atomically() throws, InternalError when the value contains a NaN or an infinity.
void write_json_file(const std::filesystem::path& path, const Json& value);

}  // namespace asbench
