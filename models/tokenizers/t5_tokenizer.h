#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "models/tokenizers/token_matcher.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace asbench::models {

/// T5's tokeniser: SentencePiece unigram pieces, then the end token
/// (docs/design/animeshootergen.md 4.5). Pieces are the SentencePiece library's own. Where
/// `T5Tokenizer` of transformers 5.23.0 (which reimplements it) gives other ids, these are
/// SentencePiece's: tests/golden/unigram says where. Special tokens that a text spells out ("</s>",
/// "<pad>", "<unk>", "<extra_id_0>", …) become their ids, as published. Immutable after
/// construction: any number of threads may encode.
class T5Tokenizer {
 public:
  static constexpr std::int64_t kPadId = 0;
  static constexpr std::int64_t kEosId = 1;

  /// Reads `spiece.model` and, where it exists, `extra_ids` (default 100) of
  /// `tokenizer_config.json`: so many `<extra_id_N>` follow the pieces, the last number first.
  /// @throws BadInput naming the file and what is wrong (sentencepiece_model.h; another type than
  ///         unigram; padding, end or unknown token that are not 0, 1 and 2); SystemFault when it
  ///         can't be read, "no such file" included.
  [[nodiscard]] static T5Tokenizer load(const std::filesystem::path& folder);

  ~T5Tokenizer();
  T5Tokenizer(T5Tokenizer&&) noexcept;
  T5Tokenizer& operator=(T5Tokenizer&&) noexcept;

  /// The ids of one text with the end token, not padded, of any length; an empty text gives the end
  /// token alone. @throws BadInput naming the byte offset when the text isn't UTF-8, and for texts
  /// above 16 MiB.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view utf8) const;

  struct Padded {
    std::vector<std::int64_t> ids;  ///< exactly as many as asked for
    bool truncated = false;         ///< content was left out; the end token is the last id
  };
  /// What the video model is given: cut or padded with 0 to `length` ids, the end token always
  /// among them. @param length  >= 1; 226 for CogVideoX. @throws as encode().
  [[nodiscard]] Padded encode_padded(std::string_view utf8, std::size_t length) const;

  /// Every id is below this; the network's table needs at least as many rows.
  [[nodiscard]] std::int64_t id_limit() const { return id_limit_; }

 private:
  explicit T5Tokenizer(std::unique_ptr<const sentencepiece::SentencePieceProcessor> pieces,
                       std::int64_t extra_ids);

  std::unique_ptr<const sentencepiece::SentencePieceProcessor> pieces_;
  TokenMatcher special_;
  std::int64_t id_limit_ = 0;
};

}  // namespace asbench::models
