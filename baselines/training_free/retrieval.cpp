#include "baselines/training_free/retrieval.h"

#include <cctype>
#include <cmath>
#include <map>
#include <vector>

namespace asbench::baselines {
namespace {

using Words = std::map<std::string, double>;

/// Counts of the words; bytes beyond ASCII belong to words, so that accented letters don't cut
/// them.
Words words_of(std::string_view text) {
  Words words;
  std::string word;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const auto byte =
        i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(' ');
    if (std::isalnum(byte) != 0 || byte >= 0x80) {
      word += static_cast<char>(std::tolower(byte));
    } else if (!word.empty()) {
      words[word] += 1.0;
      word.clear();
    }
  }
  return words;
}

double cosine(const Words& a, const Words& b, const std::map<std::string, double>& weights,
              double unseen) {
  const auto weighted = [&](const auto& entry) {
    const auto weight = weights.find(entry.first);
    return entry.second * (weight == weights.end() ? unseen : weight->second);
  };
  double product = 0.0, square_a = 0.0, square_b = 0.0;
  for (const auto& entry : a) {
    square_a += weighted(entry) * weighted(entry);
    if (const auto other = b.find(entry.first); other != b.end())
      product += weighted(entry) * weighted(*other);
  }
  for (const auto& entry : b) square_b += weighted(entry) * weighted(entry);
  return square_a > 0.0 && square_b > 0.0 ? product / std::sqrt(square_a * square_b) : 0.0;
}

}  // namespace

std::size_t nearest_caption(std::span<const std::string> captions, std::string_view query) {
  std::map<std::string, double> holders;
  std::vector<Words> all;
  for (const auto& caption : captions) {
    all.push_back(words_of(caption));
    for (const auto& [word, count] : all.back()) holders[word] += 1.0;
  }
  const auto total = static_cast<double>(captions.size());
  std::map<std::string, double> weights;
  for (const auto& [word, count] : holders)
    weights[word] = std::log((1.0 + total) / (1.0 + count)) + 1.0;
  const double unseen = std::log(1.0 + total) + 1.0;
  const Words wanted = words_of(query);
  std::size_t best = 0;
  double best_value = -1.0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double value = cosine(wanted, all[i], weights, unseen);
    if (value > best_value) {
      best = i;
      best_value = value;
    }
  }
  return best;
}

}  // namespace asbench::baselines
