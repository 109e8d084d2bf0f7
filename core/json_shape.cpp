#include "core/json_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "core/words.h"

namespace asbench {
namespace {

// Bytes that Json (nlohmann::ordered_json with libstdc++) takes: a value; a key with its value; a
// list or an object; a text, which lives on the heap. Vectors grow to powers of two.
constexpr std::size_t kValueBytes = 16;
constexpr std::size_t kMemberBytes = 48;
constexpr std::size_t kContainerBytes = 40;
constexpr std::size_t kStringBytes = 48;
constexpr std::size_t kShortString = 15;  ///< longer ones take a second block

/// The tree of a split of 100,000 stories, whose values are small, takes half of it.
constexpr std::size_t kAlwaysAllowed = std::size_t{256} << 20;
constexpr std::size_t kLargestGrowth = 4;
constexpr std::size_t kLongestToken = std::size_t{1} << 20;
/// Json compares each new key with those before it. This many comparisons take a few seconds.
constexpr double kMostComparisons = 2e9;

struct Container {
  bool is_object = false;
  std::size_t commas = 0;
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class Scan {
 public:
  Scan(std::string_view text, const JsonLimits& limits)
      : text_(text),
        max_depth_(static_cast<std::size_t>(limits.max_depth)),
        most_bytes_(std::max(kAlwaysAllowed, kLargestGrowth * text.size())) {}

  std::string problem() {
    while (at_ < text_.size() && problem_.empty()) {
      const char c = text_[at_];
      if (c == '"')
        string();
      else if (c == '{' || c == '[')
        open(c == '{');
      else if (c == '}' || c == ']')
        close();
      else if (c == ',')
        comma();
      else if (is_space(c) || c == ':')
        ++at_;
      else
        token();
    }
    while (problem_.empty() && !open_.empty()) close();  // a text that was cut off
    return problem_;
  }

 private:
  void string() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    const std::size_t length = at_ - begin;
    ++at_;
    if (length > kLongestToken) problem_ = too_long("text", length);
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    const bool is_key = at_ < text_.size() && text_[at_] == ':';  // stands in the member itself
    take((is_key ? 0 : kStringBytes) + (length > kShortString ? length + kValueBytes : 0));
  }

  void token() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_space(text_[at_]) &&
           std::string_view("\"{}[],:").find(text_[at_]) == std::string_view::npos)
      ++at_;
    if (at_ - begin > kLongestToken) problem_ = too_long("number or word", at_ - begin);
  }

  void open(bool is_object) {
    if (open_.size() == max_depth_)
      problem_ = fmt::format("nested deeper than {} levels", max_depth_);
    open_.push_back({is_object, 0});
    take(kContainerBytes);
    ++at_;
  }

  void close() {
    if (!open_.empty()) {
      const Container& closed = open_.back();
      const std::size_t children = closed.commas + 1;
      take(std::bit_ceil(children) * bytes_of_child(closed) -
           closed.commas * bytes_of_child(closed));
      if (closed.is_object) {
        comparisons_ += 0.5 * static_cast<double>(children) * static_cast<double>(children);
        if (comparisons_ > kMostComparisons)
          problem_ = fmt::format("an object has {} keys, too many to read", children);
      }
      open_.pop_back();
    }
    ++at_;
  }

  void comma() {
    if (!open_.empty()) {
      ++open_.back().commas;
      take(bytes_of_child(open_.back()));
    }
    ++at_;
  }

  static std::size_t bytes_of_child(const Container& container) {
    return container.is_object ? kMemberBytes : kValueBytes;
  }

  void take(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ > most_bytes_ && problem_.empty())
      problem_ = fmt::format(
          "its many small values would take more than {} of memory, more than {} times its size",
          size_in_words(most_bytes_), kLargestGrowth);
  }

  static std::string too_long(std::string_view what, std::size_t length) {
    return fmt::format("a {} of {}; at most {} are allowed", what, size_in_words(length),
                       size_in_words(kLongestToken));
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t most_bytes_;
  std::size_t at_ = 0;
  std::size_t bytes_ = 0;
  double comparisons_ = 0.0;
  std::vector<Container> open_;
  std::string problem_;
};

}  // namespace

std::string problem_with_shape(std::string_view text, const JsonLimits& limits) {
  return Scan(text, limits).problem();
}

}  // namespace asbench
