#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/json.h"
#include "models/tokenizers/byte_level_bpe.h"
#include "models/tokenizers/tokenizer_kind.h"

namespace asbench::models {

/// What a tokenizer folder says about byte-pair encoding.
struct VocabularyFiles {
  Vocabulary vocabulary;
  Merges merges;
  /// `added_tokens` of tokenizer.json: an array of objects; null where there is no such file.
  Json added_tokens;
};

/// Reads `tokenizer.json` where there is one, as the published tokenizers do, else `vocab.json` and
/// `merges.txt`. @throws BadInput naming the file and what is wrong with it, or the folder and the
/// files it should hold.
[[nodiscard]] VocabularyFiles read_vocabulary_files(const std::filesystem::path& folder,
                                                    TokenizerKind kind = TokenizerKind::clip);

/// vocab.json: one JSON object, token to unsigned id. Unlike the published reader, which takes the
/// last of two equal keys and skips ids that are no numbers, this one refuses both.
/// @throws BadInput beginning with `where`.
[[nodiscard]] Vocabulary parse_vocabulary(std::string_view json, std::string_view where);

/// merges.txt: a pair of tokens a line, one space between. As published: lines that begin with
/// `#version` are skipped wherever they stand, none is needed, a line may end in CR LF, and any
/// other line (an empty one, too) must be a pair. @throws BadInput with `where` and the line.
[[nodiscard]] Merges parse_merges(std::string_view text, std::string_view where);

/// tokenizer.json: `model.vocab`, `model.merges` ("a b" or ["a", "b"]) and `added_tokens`; its
/// normaliser and pre-tokeniser are not read, because the published classes build their own.
/// @throws BadInput beginning with `where`, also when the model isn't BPE with the kind's suffix of
///         words ("</w>" CLIP, none Qwen2), or for Qwen2 has options that change its ids.
[[nodiscard]] VocabularyFiles parse_tokenizer_json(std::string_view json, std::string_view where,
                                                   TokenizerKind kind = TokenizerKind::clip);

}  // namespace asbench::models
