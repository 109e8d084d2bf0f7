#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

// Prompts as people have them, before they are a split. Not for other modules: make_split().
namespace asbench::loaders {

/// One shot as a file states it.
struct PromptShot {
  std::optional<int> number;  ///< as written, from 0 or 1
  std::optional<std::string> caption = {};
  std::optional<std::string> descriptive_caption = {};
  std::optional<std::string> audio_prompt = {};
  std::string where = {};  ///< "prompts.csv, line 4", for messages
};

/// A story, or one row of it.
struct PromptStory {
  std::optional<std::string> ip = {};
  std::optional<std::string> name = {};  ///< of the IP, for people
  std::optional<std::string> story = {};
  /// A key of a JSON object that may be an IP or a story: what references are there decides.
  std::optional<std::string> ip_or_story = {};
  std::vector<std::string> references = {};
  std::vector<PromptShot> shots = {};
  std::string where = {};
};

/// What a file of prompts says.
struct PromptFile {
  std::string form;                   ///< "a table separated by commas"
  std::vector<PromptStory> stories;   ///< in the file's order
  bool one_row_a_shot = false;        ///< the stories are rows that have to be put together
  bool shots_from_zero = false;       ///< the file says so: a column shot0
  std::vector<std::string> used;      ///< "caption (column text)"
  std::vector<std::string> not_used;  ///< columns and keys that are not read
  std::vector<std::string> notes;     ///< what was understood beyond the letter
};

/// Reads prompts by the file's ending: .csv and .tsv tables, .jsonl and .ndjson JSON Lines, .json,
/// .txt (blocks of lines, or a table separated by tabs).
/// @throws UsageError for a folder or another ending; BadInput with the cause, the line and what to
///   do; SystemFault.
[[nodiscard]] PromptFile read_prompts(const std::filesystem::path& file);

/// The same of texts in UTF-8; `where` names them in messages.
[[nodiscard]] PromptFile prompts_of_table(std::string_view text, std::string_view where);
[[nodiscard]] PromptFile prompts_of_lines(std::string_view text, std::string_view where);
[[nodiscard]] PromptFile prompts_of_json(const Json& document, std::string_view where);
[[nodiscard]] PromptFile prompts_of_json_lines(std::string_view text, std::string_view where);

}  // namespace asbench::loaders
