#include <array>
#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/json.h"
#include "tests/support/seeded_checkpoint.h"

namespace asbench::testing {
namespace {

constexpr std::size_t kMerges = 48894;
constexpr std::string_view kEndOfWord = "</w>";

constexpr std::array<std::string_view, 64> kWords = {
    "the",    "a",     "in",        "of",      "and",        "on",       "with",    "to",
    "is",     "his",   "her",       "at",      "by",         "from",     "into",    "an",
    "while",  "as",    "character", "cat",     "dog",        "girl",     "boy",     "fox",
    "bear",   "mouse", "forest",    "house",   "kitchen",    "garden",   "night",   "day",
    "sky",    "snow",  "rain",      "river",   "table",      "window",   "door",    "hand",
    "eyes",   "face",  "smile",     "small",   "large",      "red",      "blue",    "green",
    "yellow", "brown", "white",     "black",   "stands",     "sits",     "walks",   "runs",
    "looks",  "holds", "holding",   "looking", "background", "standing", "sitting", "wearing"};

std::string utf8(unsigned code_point) {  // below U+0800
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  return {static_cast<char>(0xC0U | (code_point >> 6U)),
          static_cast<char>(0x80U | (code_point & 0x3FU))};
}

// The printable stand-in of each byte, in the order of the published vocabularies: printable
// Latin-1 bytes stand for themselves, the others for U+0100 and up.
std::vector<std::string> byte_symbols() {
  std::vector<std::string> symbols;
  const auto printable = [](unsigned byte) {
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
  };
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (printable(byte)) symbols.push_back(utf8(byte));
  }
  const std::size_t count = symbols.size();
  for (std::size_t i = 0; i < 256 - count; ++i) {
    symbols.push_back(utf8(0x100U + static_cast<unsigned>(i)));
  }
  return symbols;
}

class Merges {
 public:
  explicit Merges(std::unordered_set<std::string> known) : known_(std::move(known)) {}

  void add(const std::string& left, const std::string& right) {
    if (list_.size() < kMerges && known_.insert(left + right).second) {
      list_.emplace_back(left, right);
    }
  }
  [[nodiscard]] bool full() const { return list_.size() == kMerges; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& list() const {
    return list_;
  }

 private:
  std::unordered_set<std::string> known_;
  std::vector<std::pair<std::string, std::string>> list_;
};

void add_word(Merges& merges, std::string_view word) {
  std::string left(1, word[0]);
  for (std::size_t i = 1; i < word.size(); ++i) {
    std::string right(1, word[i]);
    if (i + 1 == word.size()) right += kEndOfWord;
    merges.add(left, right);
    left += right;
  }
}

void add_letter_pairs(Merges& merges) {
  constexpr std::string_view kLetters = "etaoinshrdlucmfwypvbgkjqxz";
  std::vector<std::string> pairs;
  for (const char first : kLetters) {
    for (const char second : kLetters) {
      const std::string left(1, first);
      const std::string right(1, second);
      merges.add(left, right);
      merges.add(left, right + std::string(kEndOfWord));
      pairs.push_back(left + right);
    }
  }
  for (const std::string& left : pairs) {
    for (const std::string& right : pairs) {
      if (merges.full()) return;
      merges.add(left, right + std::string(kEndOfWord));
    }
  }
}

}  // namespace

void write_seeded_vocabulary(const std::filesystem::path& folder) {
  std::vector<std::string> tokens = byte_symbols();
  for (std::size_t i = 0; i < 256; ++i) tokens.push_back(tokens[i] + std::string(kEndOfWord));
  Merges merges({tokens.begin(), tokens.end()});
  for (const std::string_view word : kWords) add_word(merges, word);
  add_letter_pairs(merges);

  std::string text = "#version: 0.2\n";
  for (const auto& [left, right] : merges.list()) {
    text += left + " " + right + "\n";
    tokens.push_back(left + right);
  }
  tokens.emplace_back("<|startoftext|>");
  tokens.emplace_back("<|endoftext|>");
  std::ofstream(folder / "merges.txt", std::ios::binary) << text;

  std::string vocabulary = "{";
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    vocabulary += (i == 0 ? "" : ", ") + Json(tokens[i]).dump() + ": " + std::to_string(i);
  }
  std::ofstream(folder / "vocab.json", std::ios::binary) << vocabulary << "}\n";
}

}  // namespace asbench::testing
