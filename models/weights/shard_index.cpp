#include "models/weights/shard_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "models/weights/safetensors.h"

namespace asbench::models {
namespace {

constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxFiles = 10'000;

bool plain_name(std::string_view name) {
  constexpr std::string_view kEnding = ".safetensors";
  return name.size() > kEnding.size() && name.size() <= 255 && name.ends_with(kEnding) &&
         !name.starts_with('.') && std::none_of(name.begin(), name.end(), [](char c) {
           return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
         });
}

/// Reads the map while parsing; the other fields are only checked for depth.
class IndexReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit IndexReader(ShardIndex& index) : index_(index) {}

  std::string problem;
  bool found = false;

  bool null() override { return other("null"); }
  bool boolean(bool) override { return other("a truth value"); }
  bool number_integer(number_integer_t) override { return other("a number"); }
  bool number_unsigned(number_unsigned_t) override { return other("a number"); }
  bool number_float(number_float_t, const string_t&) override { return other("a number"); }
  bool binary(binary_t&) override { return other("binary data"); }
  bool start_array(std::size_t) override { return other("an array") && enter(); }
  bool end_array() override { return leave(); }
  bool end_object() override { return leave(); }

  bool string(string_t& text) override {
    if (!in_map()) return other("a text");
    if (!plain_name(text)) {
      return fail(
          fmt::format("tensor {:?}: {:?} is not the plain name of a .safetensors file in "
                      "the same folder",
                      tensor_, text.substr(0, 200)));
    }
    index_.weight_map[tensor_] = text;
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ == 1 && field_ == "weight_map") {
      found = true;
      return enter();
    }
    return (depth_ == 0 || other("an object")) && enter();
  }

  bool key(string_t& text) override {
    if (depth_ == 1) {
      field_ = text;
      return fields_.insert(text).second || fail(fmt::format("{:?} occurs twice", text));
    }
    if (!in_map()) return true;
    if (text.size() > kMaxNameBytes) {
      return fail(fmt::format("a name of {} bytes; {} are allowed", text.size(), kMaxNameBytes));
    }
    if (index_.weight_map.size() >= kMaxTensors) {
      return fail(fmt::format("more than {} tensors", kMaxTensors));
    }
    tensor_ = text;
    return !index_.weight_map.contains(text) ||
           fail(fmt::format("tensor {:?} occurs twice in weight_map", text));
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return fail(fmt::format("not valid UTF-8 JSON near byte {}", position));
  }

 private:
  [[nodiscard]] bool in_map() const { return depth_ == 2 && field_ == "weight_map"; }
  bool other(std::string_view what) {
    if (depth_ == 0) return fail(fmt::format("{} where an object was expected", what));
    if (field_ != "weight_map") return true;
    return fail(depth_ == 1
                    ? fmt::format("weight_map is {}, an object was expected", what)
                    : fmt::format("tensor {:?}: {} where a file name was expected", tensor_, what));
  }
  bool enter() {
    return ++depth_ <= kMaxDepth || fail(fmt::format("nested deeper than {} levels", kMaxDepth));
  }
  bool leave() {
    --depth_;
    return true;
  }
  bool fail(std::string what) {
    problem = std::move(what);
    return false;
  }

  ShardIndex& index_;
  int depth_ = 0;
  std::string field_;
  std::string tensor_;
  std::set<std::string> fields_;
};

}  // namespace

ShardIndex parse_shard_index(std::string_view text, std::string_view where) {
  ShardIndex index;
  IndexReader reader(index);
  if (text.find('\0') != std::string_view::npos) {
    throw BadInput(fmt::format("{}: shard index: contains a NUL byte", where));
  }
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) {
    throw BadInput(fmt::format("{}: shard index: {}", where, reader.problem));
  }
  if (!reader.found || index.weight_map.empty()) {
    throw BadInput(fmt::format("{}: shard index: weight_map is missing or empty", where));
  }
  std::set<std::string> files;
  for (const auto& [tensor, file] : index.weight_map) files.insert(file);
  if (files.size() > kMaxFiles) {
    throw BadInput(
        fmt::format("{}: shard index: {} files, the limit is {}", where, files.size(), kMaxFiles));
  }
  index.files.assign(files.begin(), files.end());
  return index;
}

}  // namespace asbench::models
