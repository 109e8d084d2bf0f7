#include "models/tokenizers/byte_level_bpe.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <queue>

#include "core/error.h"
#include "models/tokenizers/unicode.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kMaxId = INT32_MAX;
/// Up to here looking at every pair for each merge beats keeping a heap (measured on captions).
constexpr std::size_t kShortWord = 48;

std::array<std::string, 256> make_byte_alphabet() {
  std::array<std::string, 256> alphabet;
  char32_t stand_in = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    append_character(printable ? static_cast<char32_t>(byte) : stand_in++, alphabet[byte]);
  }
  return alphabet;
}

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U |
         static_cast<std::uint32_t>(right);
}

std::size_t slot_of(std::uint64_t pair, std::size_t mask) {
  pair ^= pair >> 32U;
  pair *= 0x9E3779B97F4A7C15ULL;
  return static_cast<std::size_t>(pair >> 32U) & mask;
}

}  // namespace

const std::array<std::string, 256>& byte_alphabet() {
  static const std::array<std::string, 256> alphabet = make_byte_alphabet();
  return alphabet;
}

ByteLevelBpe::ByteLevelBpe(Vocabulary vocabulary, const Merges& merges,
                           const ByteLevelBpeOptions& options, std::string_view where)
    : vocabulary_(std::move(vocabulary)) {
  check_ids(where);
  read_symbols(where, options);
  read_merges(merges, where);
}

void ByteLevelBpe::check_ids(std::string_view where) const {
  std::vector<std::pair<std::int64_t, std::string_view>> by_id;
  by_id.reserve(vocabulary_.size());
  for (const auto& [token, id] : vocabulary_) {
    if (id < 0 || id > kMaxId) {
      throw BadInput(fmt::format("{}: the token \"{}\" has the id {}; ids lie between 0 and {}",
                                 where, token, id, kMaxId));
    }
    by_id.emplace_back(id, token);
  }
  std::sort(by_id.begin(), by_id.end());
  const auto same = std::adjacent_find(
      by_id.begin(), by_id.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
  if (same != by_id.end()) {
    throw BadInput(fmt::format(
        "{}: the tokens \"{}\" and \"{}\" share the id {}; each id belongs to one token", where,
        same->second, (same + 1)->second, same->first));
  }
}

void ByteLevelBpe::read_symbols(std::string_view where, const ByteLevelBpeOptions& options) {
  Symbol unknown = kNoSymbol;
  if (options.unknown_token.has_value()) {
    unknown = static_cast<Symbol>(id_of(*options.unknown_token).value_or(kNoSymbol));
  }
  const auto symbol_of = [&](const std::string& text) {
    const auto id = id_of(text);
    if (id.has_value()) return static_cast<Symbol>(*id);
    if (unknown == kNoSymbol && options.unknown_token.has_value()) {
      throw BadInput(fmt::format(
          "{}: the vocabulary lacks the byte symbol \"{}\" and also the unknown token \"{}\" that "
          "would stand for it",
          where, text, *options.unknown_token));
    }
    return unknown;
  };
  for (std::size_t byte = 0; byte < inner_.size(); ++byte) {
    inner_[byte] = symbol_of(byte_alphabet()[byte]);
    last_[byte] = symbol_of(byte_alphabet()[byte] + options.end_of_word_suffix);
  }
}

void ByteLevelBpe::read_merges(const Merges& merges, std::string_view where) {
  if (merges.size() >= kNoRank / 4) {
    throw BadInput(fmt::format("{}: {} merges are too many", where, merges.size()));
  }
  table_.resize(std::bit_ceil(std::max<std::size_t>(2 * merges.size(), 2)));
  const std::size_t mask = table_.size() - 1;
  std::uint32_t rank = 0;
  for (const auto& merge : merges) {
    const std::string& left = merge.first;
    const std::string& right = merge.second;
    const auto id = [&](const std::string& token) {
      const auto found = id_of(token);
      if (found.has_value()) return static_cast<Symbol>(*found);
      throw BadInput(fmt::format(
          "{}: merge {} (\"{} {}\") needs the token \"{}\", which the vocabulary lacks; "
          "vocabulary and merges must come from the same training",
          where, rank + 1, left, right, token));
    };
    const std::uint64_t pair = pair_key(id(left), id(right));
    std::size_t slot = slot_of(pair, mask);
    while (table_[slot].rank != kNoRank && table_[slot].pair != pair) slot = (slot + 1) & mask;
    table_[slot] = {pair, rank, id(left + right)};
    ++rank;
  }
}

const ByteLevelBpe::Merge& ByteLevelBpe::find_merge(Symbol left, Symbol right) const {
  static constexpr Merge kNone{0, kNoRank, kNoSymbol};
  const std::uint64_t pair = pair_key(left, right);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = slot_of(pair, mask); table_[slot].rank != kNoRank;
       slot = (slot + 1) & mask) {
    if (table_[slot].pair == pair) return table_[slot];
  }
  return kNone;
}

std::optional<std::int64_t> ByteLevelBpe::id_of(std::string_view token) const {
  const auto found = vocabulary_.find(token);
  if (found == vocabulary_.end()) return std::nullopt;
  return found->second;
}

void ByteLevelBpe::encode_word(std::string_view bytes, std::vector<std::int64_t>& ids) const {
  if (bytes.empty()) return;
  std::vector<Symbol> symbols;
  symbols.reserve(bytes.size());
  const auto add = [&](Symbol symbol) {
    if (symbol != kNoSymbol) symbols.push_back(symbol);
  };
  for (const char byte : bytes.substr(0, bytes.size() - 1)) {
    add(inner_[static_cast<unsigned char>(byte)]);
  }
  add(last_[static_cast<unsigned char>(bytes.back())]);
  if (symbols.size() <= kShortWord) {
    merge_short(symbols);
  } else {
    merge_long(symbols);
  }
  ids.insert(ids.end(), symbols.begin(), symbols.end());
}

// Keeps the merge of each adjacent pair; a merge changes only the two pairs beside it.
void ByteLevelBpe::merge_short(std::vector<Symbol>& symbols) const {
  std::array<const Merge*, kShortWord> merges{};  // [i]: of symbols i and i + 1
  std::size_t pairs = symbols.empty() ? 0 : symbols.size() - 1;
  for (std::size_t i = 0; i < pairs; ++i) merges[i] = &find_merge(symbols[i], symbols[i + 1]);
  while (pairs > 0) {
    const auto end = merges.begin() + static_cast<std::ptrdiff_t>(pairs);
    const auto best = std::min_element(
        merges.begin(), end, [](const Merge* a, const Merge* b) { return a->rank < b->rank; });
    if ((*best)->rank == kNoRank) return;
    const auto i = static_cast<std::size_t>(best - merges.begin());
    symbols[i] = (*best)->merged;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    std::copy(best + 1, end, best);
    --pairs;
    if (i > 0) merges[i - 1] = &find_merge(symbols[i - 1], symbols[i]);
    if (i < pairs) merges[i] = &find_merge(symbols[i], symbols[i + 1]);
  }
}

// The same with a linked list and a heap of (rank, position); entries whose pair has changed since
// they were pushed are dropped when they come up.
void ByteLevelBpe::merge_long(std::vector<Symbol>& symbols) const {
  struct Link {
    std::size_t previous, next;
  };
  struct Entry {
    std::uint32_t rank;
    std::size_t position;
    bool operator>(const Entry& other) const {
      return rank != other.rank ? rank > other.rank : position > other.position;
    }
  };
  const std::size_t size = symbols.size();
  std::vector<Link> links(size);
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < size; ++i) {
    links[i] = {i - 1, i + 1};  // the first one's `previous` and the last one's `next` are >= size
    if (i + 1 == size) break;
    const Merge& merge = find_merge(symbols[i], symbols[i + 1]);
    if (merge.rank != kNoRank) entries.push_back({merge.rank, i});
  }
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue(std::greater<>{},
                                                                       std::move(entries));
  const auto push = [&](std::size_t left, std::size_t right) {
    const Merge& merge = find_merge(symbols[left], symbols[right]);
    if (merge.rank != kNoRank) queue.push({merge.rank, left});
  };
  while (!queue.empty()) {
    const auto [rank, left] = queue.top();
    queue.pop();
    const std::size_t right = links[left].next;
    if (symbols[left] == kNoSymbol || right >= size) continue;
    const Merge& merge = find_merge(symbols[left], symbols[right]);
    if (merge.rank != rank) continue;
    symbols[left] = merge.merged;
    symbols[right] = kNoSymbol;
    links[left].next = links[right].next;
    if (links[left].next < size) {
      links[links[left].next].previous = left;
      push(left, links[left].next);
    }
    if (links[left].previous < size) push(links[left].previous, left);
  }
  std::erase(symbols, kNoSymbol);
}

}  // namespace asbench::models
