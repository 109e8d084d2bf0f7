#include "models/tokenizers/qwen2_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error.h"
#include "models/tokenizers/qwen2_words.h"
#include "models/tokenizers/unicode.h"
#include "models/tokenizers/vocabulary_files.h"

namespace asbench::models {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{256} << 20U;
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

}  // namespace

Qwen2Tokenizer Qwen2Tokenizer::load(const std::filesystem::path& folder) {
  VocabularyFiles files = read_vocabulary_files(folder, TokenizerKind::qwen2);
  TokenizerConfiguration configuration = TokenizerConfiguration::read(folder);
  configuration.tokenizer_json_additions = std::move(files.added_tokens);
  const std::vector<AddedToken> tokens =
      resolve_qwen2_tokens(configuration, files.vocabulary, folder.string());
  return {
      ByteLevelBpe(std::move(files.vocabulary), files.merges, {"", std::nullopt}, folder.string()),
      tokens};
}

Qwen2Tokenizer::Qwen2Tokenizer(ByteLevelBpe bpe, const std::vector<AddedToken>& tokens)
    : bpe_(std::move(bpe)), tokens_(tokens) {
  for (const AddedToken& token : tokens_) {
    if (token.normalised) {
      normalised_tokens_.add(normalise_nfc(token.content), token.id);
    } else {
      raw_tokens_.add(token.content, token.id);
    }
    id_limit_ = std::max(id_limit_, token.id + 1);
  }
  for (const auto& [token, id] : bpe_.vocabulary()) id_limit_ = std::max(id_limit_, id + 1);
}

std::vector<std::int64_t> Qwen2Tokenizer::encode(std::string_view utf8) const {
  if (utf8.size() > kMaxTextBytes) {
    throw BadInput(
        fmt::format("a text of {} bytes; at most {} are tokenised", utf8.size(), kMaxTextBytes));
  }
  require_utf8(utf8, "text");
  std::vector<std::int64_t> ids;
  split_at_tokens(raw_tokens_, utf8, kNoLimit, ids, [&](std::string_view raw) {
    const std::string text = normalise_nfc(raw);
    split_at_tokens(normalised_tokens_, text, kNoLimit, ids,
                    [&](std::string_view piece) { encode_words(piece, ids); });
  });
  return ids;
}

void Qwen2Tokenizer::encode_words(std::string_view text, std::vector<std::int64_t>& ids) const {
  Qwen2Words words(text);
  while (const auto word = words.next()) bpe_.encode_word(*word, ids);
}

std::optional<std::int64_t> Qwen2Tokenizer::id_of(std::string_view token) const {
  for (const AddedToken& added : tokens_) {
    if (added.content == token) return added.id;
  }
  return bpe_.id_of(token);
}

}  // namespace asbench::models
