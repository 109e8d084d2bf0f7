#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "models/tokenizers/byte_level_bpe.h"
#include "models/tokenizers/special_tokens.h"
#include "models/tokenizers/token_matcher.h"

namespace asbench::models {

/// Qwen2's tokeniser (docs/design/animeshootergen.md 4.5): special tokens are split off, the rest
/// is brought to form C, cut into words and encoded byte-level. No token is put before or behind a
/// text. Ids are those of `Qwen2Tokenizer` of transformers 5.23.0 (tokenizers 0.23.3), exactly;
/// tests/golden/qwen2_tokenizer says what was compared. Immutable after construction: any number of
/// threads may encode at once.
class Qwen2Tokenizer {
 public:
  /// Reads `tokenizer.json`, else `vocab.json` and `merges.txt`, and where they exist
  /// `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.
  /// @throws BadInput naming the file and what is wrong, or the files that are missing.
  [[nodiscard]] static Qwen2Tokenizer load(const std::filesystem::path& folder);

  /// From parts already read.
  Qwen2Tokenizer(ByteLevelBpe bpe, const std::vector<AddedToken>& tokens);

  /// The ids of a text, none for an empty one. Special tokens that the text spells out become their
  /// ids. Takes O(n log n) time, hostile texts included. @throws BadInput naming the byte offset
  /// when the text isn't UTF-8, and for texts above 256 MiB.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view utf8) const;

  /// Of a token as the vocabulary or a list of added tokens spells it.
  [[nodiscard]] std::optional<std::int64_t> id_of(std::string_view token) const;
  /// Every id is below this; the network's embedding table needs at least as many rows.
  [[nodiscard]] std::int64_t id_limit() const { return id_limit_; }

 private:
  void encode_words(std::string_view text, std::vector<std::int64_t>& ids) const;

  ByteLevelBpe bpe_;
  TokenMatcher raw_tokens_, normalised_tokens_;
  std::vector<AddedToken> tokens_;
  std::int64_t id_limit_ = 0;
};

}  // namespace asbench::models
