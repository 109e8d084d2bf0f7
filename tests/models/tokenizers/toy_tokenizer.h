#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "models/tokenizers/clip_tokenizer.h"

namespace asbench::testing {

/// A vocabulary small enough to work out ids by hand. 0..5: l o w e r n inside a word, 6..11: the
/// same at its end, then merged tokens, then the two special ones. Every other byte is unknown.
inline models::Vocabulary toy_vocabulary() {
  models::Vocabulary vocabulary;
  for (const char* token :
       {"l", "o", "w", "e", "r", "n", "l</w>", "o</w>", "w</w>", "e</w>", "r</w>", "n</w>", "lo",
        "low", "low</w>", "er</w>", "ne", "<|startoftext|>", "<|endoftext|>"}) {
    vocabulary.emplace(token, static_cast<std::int64_t>(vocabulary.size()));
  }
  return vocabulary;
}

inline constexpr std::int64_t kToyStart = 17;
inline constexpr std::int64_t kToyEnd = 18;

inline models::Merges toy_merges() {
  return {{"l", "o"}, {"lo", "w</w>"}, {"e", "r</w>"}, {"lo", "w"}, {"n", "e"}};
}

inline models::ByteLevelBpe toy_bpe() {
  return {toy_vocabulary(), toy_merges(), {"</w>", "<|endoftext|>"}, "toy"};
}

inline models::ClipTokenizer toy_tokenizer(int context_length = 77) {
  const auto special = models::resolve_special_tokens({}, toy_vocabulary(), "toy");
  return {toy_bpe(), special, context_length};
}

/// The message of the BadInput that `call` throws.
template <typename Call>
std::string bad_input_of(Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const BadInput& error) {
    return error.what();
  }
  ADD_FAILURE() << "no BadInput was thrown";
  return {};
}

}  // namespace asbench::testing
