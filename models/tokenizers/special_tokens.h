#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "models/tokenizers/byte_level_bpe.h"

namespace asbench::models {

/// A token that is looked for in the text itself and never goes through byte-pair encoding.
struct AddedToken {
  std::string content;
  std::int64_t id = 0;
  /// Looked for in the normalised text (and itself normalised first: `<|ENDOFTEXT|>` then counts as
  /// `<|endoftext|>`); else in the raw text.
  bool normalised = false;
  bool special = true;
};

/// The tokens with a role, and everything that must be looked for in texts.
struct SpecialTokens {
  std::int64_t bos_id = 0;
  std::int64_t eos_id = 0;
  std::int64_t pad_id = 0;    ///< the end token where the files name none
  std::string unknown_token;  ///< stands for bytes that the vocabulary lacks
  std::vector<AddedToken> tokens;
  std::optional<std::int64_t> model_max_length;  ///< of tokenizer_config.json
};

/// The JSON documents beside a vocabulary; null where there is no such file.
struct TokenizerConfiguration {
  Json tokenizer_config;          ///< tokenizer_config.json
  Json special_tokens_map;        ///< special_tokens_map.json
  Json added_tokens_json;         ///< added_tokens.json
  Json tokenizer_json_additions;  ///< `added_tokens` of tokenizer.json

  /// Reads the first three. @throws BadInput when one exists and is no JSON object.
  [[nodiscard]] static TokenizerConfiguration read(const std::filesystem::path& folder);
};

/// Decides the special tokens of a CLIP tokenizer as the class `CLIPTokenizer` of transformers
/// 5.23.0 does: defaults <|startoftext|>, <|endoftext|> (also unknown and padding);
/// tokenizer_config.json; unless that has `added_tokens_decoder`, then special_tokens_map.json over
/// it, added_tokens.json and tokenizer.json's list. Tokens listed by id are as that list says; of
/// several different descriptions of another the last counts, in the order bos, eos, unk, sep, pad,
/// cls, mask, other `*_token`s, extra special tokens (equal ones count where they come first).
/// Stricter than there: a token that is in no vocabulary and has no listed id would get an id for
/// which the network has no row, so it is refused; so are `single_word` tokens (not supported).
/// @param where  the folder, for messages
/// @throws BadInput as said, and for values of the wrong type.
[[nodiscard]] SpecialTokens resolve_special_tokens(const TokenizerConfiguration& configuration,
                                                   const Vocabulary& vocabulary,
                                                   std::string_view where);

/// The tokens that a Qwen2 tokenizer looks for in texts, as the class `Qwen2Tokenizer` of
/// transformers 5.23.0 decides them: the same files in the same order; the default of unknown, end
/// and padding token is <|endoftext|>, and there is no start token. Tokens with a role that the
/// vocabulary lacks and no file lists follow the vocabulary. Stricter than there: `single_word`,
/// `lstrip` and `rstrip` tokens and `add_bos_token` are not supported and refused.
/// @throws BadInput as said, and for values of the wrong type.
[[nodiscard]] std::vector<AddedToken> resolve_qwen2_tokens(
    const TokenizerConfiguration& configuration, const Vocabulary& vocabulary,
    std::string_view where);

}  // namespace asbench::models
