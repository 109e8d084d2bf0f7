#include "core/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/files.h"
#include "core/json_shape.h"
#include "core/text.h"
#include "core/words.h"

namespace asbench {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// First pass over a text: errors, nesting and duplicate keys, without building a tree.
class Inspector : public nlohmann::json_sax<Json> {
 public:
  explicit Inspector(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t value, const string_t& text) override {
    if (std::isfinite(value)) return true;
    problem = fmt::format("the number {} is out of range", excerpt(text));
    return false;
  }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return enter();
  }
  bool end_object() override {
    note_duplicates(keys_.back());
    keys_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(string_t& name) override {
    keys_.back().push_back(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string& last_read,
                   const nlohmann::detail::exception& error) override {
    problem = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..." -> from "parse error"
    // on
    if (const auto cut = problem.find("] "); cut != std::string::npos) problem.erase(0, cut + 2);
    // The message quotes what was read of the token, however long that is.
    if (const auto quote = problem.find(last_read); !last_read.empty() && quote != problem.npos)
      problem.replace(quote, last_read.size(), end_of(last_read));
    return false;
  }

  std::string problem;
  std::vector<std::string> duplicates;

 private:
  static constexpr std::size_t kMostDuplicates = 100;

  /// The end of a token, where the error is.
  static std::string end_of(std::string_view token) {
    constexpr std::size_t kShown = 60;
    if (token.size() <= kShown) return excerpt(token);
    std::size_t begin = token.size() - kShown;
    while (begin < token.size() && (static_cast<unsigned char>(token[begin]) & 0xC0U) == 0x80U)
      ++begin;
    return "..." + excerpt(token.substr(begin), 77);
  }

  void note_duplicates(std::vector<std::string>& keys) {
    std::sort(keys.begin(), keys.end());
    for (auto key = std::adjacent_find(keys.begin(), keys.end());
         key != keys.end() && duplicates.size() < kMostDuplicates;
         key = std::adjacent_find(key, keys.end())) {
      duplicates.push_back(excerpt(*key));
      key = std::upper_bound(key, keys.end(), *key);
    }
  }

  bool enter() {
    if (++depth_ <= max_depth_) return true;
    problem = fmt::format("nested deeper than {} levels", max_depth_);
    return false;
  }

  int max_depth_;
  int depth_ = 0;
  std::vector<std::vector<std::string>> keys_;  ///< of the objects that are open
};

/// Everything that parse_json() promises, without building a tree.
void check_json(std::string_view text, std::string_view where, const JsonLimits& limits,
                std::vector<std::string>* duplicate_keys) {
  if (text.size() > limits.max_bytes) {
    throw BadInput(fmt::format("{}: {}; {} may have at most {}", where, size_in_words(text.size()),
                               limits.kind, size_in_words(limits.max_bytes)));
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (const std::string problem = problem_with_shape(text, limits); !problem.empty())
    throw BadInput(fmt::format("{}: {}", where, problem));
  Inspector inspector(limits.max_depth);
  if (!Json::sax_parse(text.begin(), text.end(), &inspector)) {
    throw BadInput(fmt::format("{}: not valid JSON: {}", where, inspector.problem));
  }
  if (limits.refuse_duplicate_keys && !inspector.duplicates.empty()) {
    throw BadInput(fmt::format("{}: the key \"{}\" occurs twice in one object", where,
                               inspector.duplicates.front()));
  }
  if (duplicate_keys != nullptr) *duplicate_keys = std::move(inspector.duplicates);
}

/// A file's bytes in turn, for the parser. A fault of the system is thrown through it.
class FileBytes {
 public:
  explicit FileBytes(const std::filesystem::path& path) : file_(path) { fill(); }
  [[nodiscard]] bool at_end() const { return at_ == size_; }
  [[nodiscard]] char current() const { return static_cast<char>(buffer_[at_]); }
  void advance() {
    if (++at_ == size_) fill();
  }

 private:
  void fill() {
    size_ = file_.read(buffer_);
    at_ = 0;
  }

  InputFile file_;
  std::array<std::byte, 1 << 16> buffer_{};
  std::size_t at_ = 0;
  std::size_t size_ = 0;
};

/// Iterates over FileBytes; without them it is the end.
struct FileBytesIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  FileBytes* bytes = nullptr;

  char operator*() const { return bytes->current(); }
  FileBytesIterator& operator++() {
    bytes->advance();
    return *this;
  }
  bool operator==(const FileBytesIterator& other) const {
    return (bytes == nullptr || bytes->at_end()) ==
           (other.bytes == nullptr || other.bytes->at_end());
  }
};

/// Reads a file again that check_json() accepted, without its text in memory.
Json parse_from_disk(const std::filesystem::path& path) {
  FileBytes bytes(path);
  try {
    return Json::parse(FileBytesIterator{&bytes}, FileBytesIterator{});
  } catch (const Json::exception&) {
    throw BadInput(fmt::format("{}: changed while it was read", path.string()));
  }
}

void check_finite(const Json& value, std::string& where) {
  const auto descend = [&](const std::string& step, const Json& child) {
    const std::size_t length = where.size();
    where += step;
    check_finite(child, where);
    where.resize(length);
  };
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    throw InternalError(
        fmt::format("a document must not contain {} (at {})", value.get<double>(), where));
  }
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) descend("/" + key, child);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) descend(fmt::format("/{}", i), value[i]);
  }
}

}  // namespace

Json parse_json(std::string_view text, std::string_view where, const JsonLimits& limits,
                std::vector<std::string>* duplicate_keys) {
  check_json(text, where, limits, duplicate_keys);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Json::parse(text.begin(), text.end());
}

Json read_json_file(const std::filesystem::path& path, const JsonLimits& limits,
                    std::vector<std::string>* duplicate_keys) {
  constexpr std::size_t kLarge = std::size_t{8} << 20;
  std::string text = read_text_file(path, limits.max_bytes, limits.kind);
  if (text.size() < kLarge) return parse_json(text, path.string(), limits, duplicate_keys);
  check_json(text, path.string(), limits, duplicate_keys);
  text = std::string();
  return parse_from_disk(path);
}

void write_json_file(const std::filesystem::path& path, const Json& value) {
  std::string where;
  check_finite(value, where);
  // File names may contain bytes that are not UTF-8; they become U+FFFD, so that the document can
  // still be written.
  write_file_atomically(path, value.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace asbench
