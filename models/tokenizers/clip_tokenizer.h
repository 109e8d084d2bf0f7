#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/tokenizers/byte_level_bpe.h"
#include "models/tokenizers/special_tokens.h"
#include "models/tokenizers/token_matcher.h"

namespace asbench::models {

/// One text as ids: start token, content, end token; never padded, at most the context length.
struct TokenizedText {
  std::vector<std::int64_t> ids;
  bool truncated = false;  ///< content was left out; the end token is the last id all the same
};

/// CLIP's tokeniser (docs/design/metrics.md 3.1). Ids are those of `CLIPTokenizerFast` of
/// transformers 5.23.0 (tokenizers 0.23.3) called with `truncation=True, max_length=<context
/// length>`, exactly; tests/golden/clip_tokenizer says what was compared. Immutable after
/// construction: any number of threads may encode at once.
class ClipTokenizer {
 public:
  static constexpr int kDefaultContextLength = 77;

  /// Reads `tokenizer.json`, else `vocab.json` and `merges.txt`, and where they exist
  /// `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.
  /// @param context_length  ids a text may have, both end tokens included: the network's number of
  ///   positions. Without it, `model_max_length` of tokenizer_config.json if that is below 2^31,
  ///   else 77.
  /// @throws BadInput naming the file and what is wrong, or the files that are missing.
  [[nodiscard]] static ClipTokenizer load(const std::filesystem::path& folder,
                                          std::optional<int> context_length = std::nullopt);

  /// From parts already read. @throws BadInput when the context length is below 2.
  ClipTokenizer(ByteLevelBpe bpe, const SpecialTokens& special, int context_length);

  /// The ids of one text; an empty text gives start and end token. Special tokens that the text
  /// spells out become their ids, as in the published tokeniser. Takes O(n log n) time, hostile
  /// texts included. @throws BadInput naming the byte offset when the text isn't UTF-8, and for
  /// texts above 256 MiB.
  [[nodiscard]] TokenizedText encode(std::string_view utf8) const;

  /// `texts` row by row in one block of `length` columns, filled up with pad_id(): [N, length].
  /// @throws InternalError when a text is longer than `length`.
  [[nodiscard]] std::vector<std::int64_t> pad(std::span<const TokenizedText> texts,
                                              std::size_t length) const;

  [[nodiscard]] std::int64_t bos_id() const { return bos_id_; }
  [[nodiscard]] std::int64_t eos_id() const { return eos_id_; }
  [[nodiscard]] std::int64_t pad_id() const { return pad_id_; }
  [[nodiscard]] int context_length() const { return context_length_; }
  /// Every id is below this; the network's embedding table needs at least as many rows.
  [[nodiscard]] std::int64_t id_limit() const { return id_limit_; }

 private:
  void encode_piece(std::string_view raw, std::size_t limit, std::vector<std::int64_t>& ids) const;
  void encode_words(std::string_view text, std::size_t limit, std::vector<std::int64_t>& ids) const;

  ByteLevelBpe bpe_;
  TokenMatcher raw_tokens_, normalised_tokens_;
  std::int64_t bos_id_, eos_id_, pad_id_, id_limit_ = 0;
  int context_length_;
};

}  // namespace asbench::models
