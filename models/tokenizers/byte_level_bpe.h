#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace asbench::models {

/// Lets maps keyed by strings be searched with a view.
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

/// Token text (in the byte alphabet) to id.
using Vocabulary = std::unordered_map<std::string, std::int64_t, StringHash, std::equal_to<>>;

/// Pairs of token texts, the most urgent first.
using Merges = std::vector<std::pair<std::string, std::string>>;

/// GPT-2's byte alphabet: the character (as UTF-8) that stands for each byte in vocabularies.
/// Printable Latin-1 bytes stand for themselves, the other 68 for U+0100 and up, in order.
[[nodiscard]] const std::array<std::string, 256>& byte_alphabet();

struct ByteLevelBpeOptions {
  /// Appended to the symbol of a word's last byte before merging: "</w>" for CLIP, "" for Qwen2.
  std::string end_of_word_suffix;
  /// Stands for each byte that has no symbol in the vocabulary. Without one such bytes are dropped,
  /// as the published implementation does.
  std::optional<std::string> unknown_token;
};

/// Byte-pair encoding of one word at a time: the bytes become symbols, then the adjacent pair with
/// the lowest rank (the leftmost of several) is merged until none has a rank. Knows nothing of
/// normalisation, word boundaries or special tokens. Same ids as the BPE model of the `tokenizers`
/// package 0.23.3 without dropout. Immutable after construction: any number of threads may encode.
class ByteLevelBpe {
 public:
  /// @param where  what to call the vocabulary in messages, usually its folder
  /// @throws BadInput when two tokens share an id, an id is outside [0, 2^31), a merge names a
  /// token that the vocabulary lacks or makes one, or bytes have no symbol and there is no unknown
  /// token in the vocabulary to stand for them. Of a merge listed twice the later rank counts (as
  /// published).
  ByteLevelBpe(Vocabulary vocabulary, const Merges& merges, const ByteLevelBpeOptions& options,
               std::string_view where);

  /// Appends the ids of a word of any bytes. O(n log n) in its length, also for hostile words.
  void encode_word(std::string_view bytes, std::vector<std::int64_t>& ids) const;

  [[nodiscard]] std::optional<std::int64_t> id_of(std::string_view token) const;
  [[nodiscard]] std::size_t vocabulary_size() const { return vocabulary_.size(); }
  [[nodiscard]] const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  using Symbol = std::int32_t;
  static constexpr Symbol kNoSymbol = -1;
  static constexpr std::uint32_t kNoRank = UINT32_MAX;

  struct Merge {
    std::uint64_t pair;  // left id << 32 | right id
    std::uint32_t rank = kNoRank;
    Symbol merged = kNoSymbol;
  };

  void check_ids(std::string_view where) const;
  void read_symbols(std::string_view where, const ByteLevelBpeOptions& options);
  void read_merges(const Merges& merges, std::string_view where);
  [[nodiscard]] const Merge& find_merge(Symbol left, Symbol right) const;
  void merge_short(std::vector<Symbol>& symbols) const;
  void merge_long(std::vector<Symbol>& symbols) const;

  Vocabulary vocabulary_;
  std::array<Symbol, 256> inner_{};  // symbol of a byte inside a word
  std::array<Symbol, 256> last_{};   // symbol of a word's last byte
  std::vector<Merge> table_;         // open addressing, power of two, at most half full
};

}  // namespace asbench::models
