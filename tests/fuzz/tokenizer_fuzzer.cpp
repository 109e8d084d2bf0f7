// The first byte chooses: a text through a small tokeniser, or a vocabulary, merges, a
// tokenizer.json or the files of special tokens through their readers. Links asbench::tokenizers.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/json.h"
#include "models/tokenizers/clip_tokenizer.h"
#include "models/tokenizers/vocabulary_files.h"

namespace {

using asbench::models::ByteLevelBpe;
using asbench::models::ClipTokenizer;
using asbench::models::Merges;
using asbench::models::SpecialTokens;
using asbench::models::TokenizedText;
using asbench::models::TokenizerConfiguration;
using asbench::models::Vocabulary;

constexpr int kContextLength = 16;

void require(bool holds) {
  if (!holds) std::abort();
}

Vocabulary small_vocabulary() {
  Vocabulary vocabulary;
  for (const char* token :
       {"<|startoftext|>", "<|endoftext|>", "a", "b", "e", "a</w>", "b</w>", "ab", "ab</w>", "abab",
        "\u00c3", "\u00c3\u00a9", "\u00a9", "\u00a9</w>"}) {
    vocabulary.emplace(token, static_cast<std::int64_t>(vocabulary.size()));
  }
  return vocabulary;
}

ClipTokenizer tokenizer_of(const TokenizerConfiguration& files, Vocabulary vocabulary,
                           const Merges& merges) {
  const SpecialTokens special = resolve_special_tokens(files, vocabulary, "fuzz");
  return {ByteLevelBpe(std::move(vocabulary), merges, {"</w>", special.unknown_token}, "fuzz"),
          special, kContextLength};
}

const Merges& small_merges() {
  static const Merges merges = {{"a", "b"}, {"a", "b</w>"}, {"ab", "ab"}, {"\u00c3", "\u00a9"}};
  return merges;
}

void check_encoding(const ClipTokenizer& tokenizer, std::string_view text) {
  const TokenizedText tokens = tokenizer.encode(text);
  require(tokens.ids.size() >= 2 && tokens.ids.size() <= kContextLength);
  require(tokens.ids.front() == tokenizer.bos_id() && tokens.ids.back() == tokenizer.eos_id());
  require(!tokens.truncated || tokens.ids.size() == kContextLength);
  for (const std::int64_t id : tokens.ids) require(id >= 0 && id < tokenizer.id_limit());
}

void read_vocabulary_and_merges(std::string_view bytes) {
  // Vocabulary, a zero byte, merges; either part alone is tried with the small other one.
  const std::size_t cut = bytes.find('\0');
  const std::string_view json = bytes.substr(0, cut);
  const std::string_view lines =
      cut == std::string_view::npos ? std::string_view() : bytes.substr(cut + 1);
  const Merges merges = asbench::models::parse_merges(lines, "merges.txt");
  const Vocabulary vocabulary =
      json.empty() ? small_vocabulary() : asbench::models::parse_vocabulary(json, "vocab.json");
  check_encoding(tokenizer_of({}, vocabulary, merges), "aabab \u00e9!");
}

void read_tokenizer_json(std::string_view bytes) {
  auto files = asbench::models::parse_tokenizer_json(bytes, "tokenizer.json");
  TokenizerConfiguration configuration;
  configuration.tokenizer_json_additions = files.added_tokens;
  check_encoding(tokenizer_of(configuration, std::move(files.vocabulary), files.merges), "ab");
}

void read_special_tokens(std::string_view bytes) {
  const asbench::Json value = asbench::parse_json(bytes, "special tokens");
  if (!value.is_object()) return;
  TokenizerConfiguration files;
  files.tokenizer_config = value;
  check_encoding(tokenizer_of(files, small_vocabulary(), small_merges()), "ab<|ENDOFTEXT|>ab");
  files = {};
  files.special_tokens_map = value;
  check_encoding(tokenizer_of(files, small_vocabulary(), small_merges()), "ab<|ENDOFTEXT|>ab");
  files = {};
  files.added_tokens_json = value;
  check_encoding(tokenizer_of(files, small_vocabulary(), small_merges()), "ab<|ENDOFTEXT|>ab");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ClipTokenizer tokenizer = tokenizer_of({}, small_vocabulary(), small_merges());
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % 4) {
      case 0:
        check_encoding(tokenizer, bytes);
        break;
      case 1:
        read_vocabulary_and_merges(bytes);
        break;
      case 2:
        read_tokenizer_json(bytes);
        break;
      default:
        read_special_tokens(bytes);
    }
  } catch (const asbench::BadInput&) {  // the one way to say no
  }
  return 0;
}
