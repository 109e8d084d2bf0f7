#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loaders/split.h"

namespace asbench::loaders {

/// Where prompts and references lie, in whatever form people have them.
struct PromptSource {
  /// A table (.csv, .tsv), JSON Lines (.jsonl, .ndjson), JSON, or a text (.txt) with a block of
  /// lines a story: docs/splits.md, "From a table, JSON or a text".
  std::filesystem::path prompts;
  std::optional<std::filesystem::path> references =
      {};                                ///< folder of pictures, found by IPs' names
  std::optional<std::string> name = {};  ///< of the split; else the file's
  bool without_references = false;       ///< an IP may have none
};

/// A split, and how the file was understood.
struct MadeSplit {
  Split split;
  std::string form;                   ///< "a table separated by commas, 24 rows"
  std::vector<std::string> used;      ///< columns or keys: "caption (column \"text\")"
  std::vector<std::string> not_used;  ///< columns or keys that are not read
  std::vector<std::string> notes;     ///< what was understood beyond the letter, one sentence each
};

/// Makes a split of prompts and reference pictures. The order is the file's. Nothing is written.
/// @throws UsageError for a folder or another kind of file; BadInput with cause, line and remedy
///   for what is missing, doubled or may mean two things; SystemFault. Thread-safe.
[[nodiscard]] MadeSplit make_split(const PromptSource& source);

}  // namespace asbench::loaders
