#include "models/tokenizers/clip_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "models/tokenizers/clip_words.h"
#include "models/tokenizers/unicode.h"
#include "models/tokenizers/vocabulary_files.h"

namespace asbench::models {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{256} << 20U;

}  // namespace

ClipTokenizer ClipTokenizer::load(const std::filesystem::path& folder,
                                  std::optional<int> context_length) {
  VocabularyFiles files = read_vocabulary_files(folder);
  TokenizerConfiguration configuration = TokenizerConfiguration::read(folder);
  configuration.tokenizer_json_additions = std::move(files.added_tokens);
  const SpecialTokens special =
      resolve_special_tokens(configuration, files.vocabulary, folder.string());
  ByteLevelBpeOptions options{"</w>", std::nullopt};
  if (!special.unknown_token.empty()) options.unknown_token = special.unknown_token;
  ByteLevelBpe bpe(std::move(files.vocabulary), files.merges, options, folder.string());
  const auto length = static_cast<int>(special.model_max_length.value_or(kDefaultContextLength));
  return {std::move(bpe), special, context_length.value_or(length)};
}

ClipTokenizer::ClipTokenizer(ByteLevelBpe bpe, const SpecialTokens& special, int context_length)
    : bpe_(std::move(bpe)),
      bos_id_(special.bos_id),
      eos_id_(special.eos_id),
      pad_id_(special.pad_id),
      context_length_(context_length) {
  if (context_length < 2) {
    throw BadInput(fmt::format(
        "a context length of {} has no room for the start and the end token; expected at least 2",
        context_length));
  }
  for (const AddedToken& token : special.tokens) {
    if (token.normalised) {
      normalised_tokens_.add(clip_normalise(token.content), token.id);
    } else {
      raw_tokens_.add(token.content, token.id);
    }
    id_limit_ = std::max(id_limit_, token.id + 1);
  }
  for (const auto& [token, id] : bpe_.vocabulary()) id_limit_ = std::max(id_limit_, id + 1);
}

TokenizedText ClipTokenizer::encode(std::string_view utf8) const {
  if (utf8.size() > kMaxTextBytes) {
    throw BadInput(
        fmt::format("a text of {} bytes; at most {} are tokenised", utf8.size(), kMaxTextBytes));
  }
  require_utf8(utf8, "text");
  // Ids before the end token. Once there are more, the rest of the text can't change them.
  const auto limit = static_cast<std::size_t>(context_length_) - 1;
  TokenizedText result;
  result.ids.push_back(bos_id_);
  split_at_tokens(raw_tokens_, utf8, limit, result.ids,
                  [&](std::string_view piece) { encode_piece(piece, limit, result.ids); });
  if (result.ids.size() > limit) {
    result.ids.resize(limit);
    result.truncated = true;
  }
  result.ids.push_back(eos_id_);
  return result;
}

void ClipTokenizer::encode_piece(std::string_view raw, std::size_t limit,
                                 std::vector<std::int64_t>& ids) const {
  const std::string text = clip_normalise(raw);
  split_at_tokens(normalised_tokens_, text, limit, ids,
                  [&](std::string_view piece) { encode_words(piece, limit, ids); });
}

void ClipTokenizer::encode_words(std::string_view text, std::size_t limit,
                                 std::vector<std::int64_t>& ids) const {
  ClipWords words(text);
  while (ids.size() <= limit) {
    const auto word = words.next();
    if (!word.has_value()) return;
    bpe_.encode_word(*word, ids);
  }
}

std::vector<std::int64_t> ClipTokenizer::pad(std::span<const TokenizedText> texts,
                                             std::size_t length) const {
  std::vector<std::int64_t> block(texts.size() * length, pad_id_);
  for (std::size_t row = 0; row < texts.size(); ++row) {
    const auto& ids = texts[row].ids;
    if (ids.size() > length) {
      throw InternalError(
          fmt::format("a text of {} ids was to be padded to {}", ids.size(), length));
    }
    std::copy(ids.begin(), ids.end(), block.begin() + static_cast<std::ptrdiff_t>(row * length));
  }
  return block;
}

}  // namespace asbench::models
