#include "core/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"

namespace asbench {
namespace {

/// First pass over a text: nesting and duplicate keys, without building a tree, so that neither a
/// hostile depth nor a hostile size reaches the tree builder.
class Inspector : public nlohmann::json_sax<Json> {
 public:
  explicit Inspector(int max_depth) : max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t value, const string_t& text) override {
    if (std::isfinite(value)) return true;
    problem = fmt::format("the number {} is out of range", text);
    return false;
  }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return enter();
  }
  bool end_object() override {
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
    if (!keys_.back().insert(name).second) duplicates.push_back(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    problem = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..." -> from "parse error"
    // on
    if (const auto cut = problem.find("] "); cut != std::string::npos) problem.erase(0, cut + 2);
    return false;
  }

  std::string problem;
  std::vector<std::string> duplicates;

 private:
  bool enter() {
    if (++depth_ <= max_depth_) return true;
    problem = fmt::format("nested deeper than {} levels", max_depth_);
    return false;
  }

  int max_depth_;
  int depth_ = 0;
  std::vector<std::set<std::string, std::less<>>> keys_;
};

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
  if (text.size() > limits.max_bytes) {
    throw BadInput(
        fmt::format("{}: {} bytes; at most {} are allowed", where, text.size(), limits.max_bytes));
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Inspector inspector(limits.max_depth);
  if (!Json::sax_parse(text.begin(), text.end(), &inspector)) {
    throw BadInput(fmt::format("{}: not valid JSON: {}", where, inspector.problem));
  }
  if (limits.refuse_duplicate_keys && !inspector.duplicates.empty()) {
    throw BadInput(fmt::format("{}: the key \"{}\" occurs twice in one object", where,
                               inspector.duplicates.front()));
  }
  if (duplicate_keys != nullptr) *duplicate_keys = std::move(inspector.duplicates);
  return Json::parse(text.begin(), text.end());
}

Json read_json_file(const std::filesystem::path& path, const JsonLimits& limits,
                    std::vector<std::string>* duplicate_keys) {
  return parse_json(read_text_file(path, limits.max_bytes), path.string(), limits, duplicate_keys);
}

void write_json_file(const std::filesystem::path& path, const Json& value) {
  std::string where;
  check_finite(value, where);
  // File names may contain bytes that are not UTF-8; they become U+FFFD, so that the document can
  // still be written.
  write_file_atomically(path, value.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace asbench
