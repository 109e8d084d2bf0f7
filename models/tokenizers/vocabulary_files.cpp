#include "models/tokenizers/vocabulary_files.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/files.h"
#include "models/tokenizers/unicode.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20U;

std::string without_code(std::string message) {  // "[json.exception...] parse error at ..."
  if (const auto cut = message.find("] "); cut != std::string::npos) message.erase(0, cut + 2);
  return message;
}

// Fills a vocabulary straight from the parser: no tree of 50,000 nodes in between.
class VocabularyReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return not_an_id("null"); }
  bool boolean(bool) override { return not_an_id("a boolean"); }
  bool number_integer(number_integer_t value) override { return not_an_id(fmt::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ == 0) return not_an_object();
    if (value > INT32_MAX) return not_an_id(fmt::to_string(value));
    if (!vocabulary.emplace(token_, static_cast<std::int64_t>(value)).second) {
      problem = fmt::format("the token \"{}\" is listed twice", token_);
      return false;
    }
    return true;
  }
  bool number_float(number_float_t, const string_t& text) override { return not_an_id(text); }
  bool string(string_t& text) override { return not_an_id(fmt::format("\"{}\"", text)); }
  bool binary(binary_t&) override { return not_an_id("binary data"); }
  bool start_object(std::size_t) override { return depth_++ == 0 || not_an_id("an object"); }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return not_an_id("an array"); }
  bool end_array() override { return true; }
  bool key(string_t& name) override {
    token_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    problem = "not valid JSON: " + without_code(error.what());
    return false;
  }

  Vocabulary vocabulary;
  std::string problem;

 private:
  bool not_an_object() {
    problem = "expected one JSON object, token to id";
    return false;
  }
  bool not_an_id(std::string_view found) {
    if (depth_ == 0) return not_an_object();
    problem = fmt::format("the token \"{}\" has {} where an id from 0 to {} is expected", token_,
                          found, INT32_MAX);
    return false;
  }

  int depth_ = 0;
  std::string token_;
};

std::pair<std::string, std::string> split_pair(std::string_view line, std::string_view where,
                                               std::size_t number) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
    throw BadInput(
        fmt::format("{}: merge on line {} is \"{}\"; expected two tokens with one space "
                    "between",
                    where, number, line.substr(0, 80)));
  }
  return {std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
}

const nlohmann::json& member(const nlohmann::json& object, const char* name,
                             nlohmann::json::value_t type, std::string_view where) {
  if (!object.is_object() || !object.contains(name) || object.at(name).type() != type) {
    throw BadInput(
        fmt::format("{}: expected the {} \"{}\"", where, nlohmann::json(type).type_name(), name));
  }
  return object.at(name);
}

std::pair<std::string, std::string> merge_of(const nlohmann::json& merge, std::size_t number,
                                             std::string_view where) {
  if (merge.is_string()) return split_pair(merge.get_ref<const std::string&>(), where, number);
  if (!merge.is_array() || merge.size() != 2 || !merge[0].is_string() || !merge[1].is_string()) {
    throw BadInput(
        fmt::format("{}: model.merges: entry {} is not a pair of tokens", where, number));
  }
  return {merge[0].get<std::string>(), merge[1].get<std::string>()};
}

void check_clip_model(const nlohmann::json& model, std::string_view where) {
  if (const auto type = model.value("type", nlohmann::json("BPE")); type != "BPE") {
    throw BadInput(fmt::format("{}: model.type is {}; CLIP's tokenizer is \"BPE\"", where,
                               type.dump(-1, ' ', true)));
  }
  if (const auto suffix = model.value("end_of_word_suffix", nlohmann::json("</w>"));
      suffix != "</w>") {
    throw BadInput(fmt::format("{}: model.end_of_word_suffix is {}; CLIP's is \"</w>\"", where,
                               suffix.dump(-1, ' ', true)));
  }
}

void check_qwen2_model(const nlohmann::json& model, std::string_view where) {
  const auto require = [&](const char* field, const nlohmann::json& allowed) {
    const auto found = model.find(field);
    if (found == model.end() || found->is_null() || *found == allowed) return;
    throw BadInput(fmt::format("{}: model.{} is {}; Qwen2's tokenizer has {}", where, field,
                               found->dump(-1, ' ', true).substr(0, 80), allowed.dump()));
  };
  require("type", "BPE");
  require("end_of_word_suffix", "");
  require("continuing_subword_prefix", "");
  require("ignore_merges", false);
}

}  // namespace

Vocabulary parse_vocabulary(std::string_view json, std::string_view where) {
  VocabularyReader reader;
  reader.vocabulary.reserve(json.size() / 16);
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader)) {
    throw BadInput(fmt::format("{}: {}", where, reader.problem));
  }
  return std::move(reader.vocabulary);
}

Merges parse_merges(std::string_view text, std::string_view where) {
  require_utf8(text, where);
  Merges merges;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("#version")) continue;
    merges.push_back(split_pair(line, where, number));
  }
  return merges;
}

VocabularyFiles parse_tokenizer_json(std::string_view json, std::string_view where,
                                     TokenizerKind kind) {
  using Type = nlohmann::json::value_t;
  nlohmann::json document;
  try {
    document = nlohmann::json::parse(json.begin(), json.end());
  } catch (const nlohmann::json::exception& error) {
    throw BadInput(fmt::format("{}: not valid JSON: {}", where, without_code(error.what())));
  }
  const nlohmann::json& model = member(document, "model", Type::object, where);
  if (kind == TokenizerKind::clip) {
    check_clip_model(model, where);
  } else {
    check_qwen2_model(model, where);
  }
  VocabularyFiles files;
  for (const auto& [token, id] : member(model, "vocab", Type::object, where).items()) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > INT32_MAX) {
      throw BadInput(
          fmt::format("{}: model.vocab: the token \"{}\" has {} where an id from 0 to {} "
                      "is expected",
                      where, token, id.dump(-1, ' ', true).substr(0, 80), INT32_MAX));
    }
    files.vocabulary.emplace(token, id.get<std::int64_t>());
  }
  const nlohmann::json& merges = member(model, "merges", Type::array, where);
  files.merges.reserve(merges.size());
  for (const nlohmann::json& merge : merges) {
    files.merges.push_back(merge_of(merge, files.merges.size() + 1, where));
  }
  files.added_tokens = Json::array();
  if (document.contains("added_tokens")) {
    files.added_tokens = Json(member(document, "added_tokens", Type::array, where));
  }
  return files;
}

VocabularyFiles read_vocabulary_files(const fs::path& folder, TokenizerKind kind) {
  const fs::path tokenizer = folder / "tokenizer.json";
  const fs::path vocabulary = folder / "vocab.json";
  const fs::path merges = folder / "merges.txt";
  if (is_there(tokenizer)) {
    return parse_tokenizer_json(read_text_file(tokenizer, kMaxFileBytes), tokenizer.string(), kind);
  }
  if (!is_there(vocabulary) || !is_there(merges)) {
    throw BadInput(
        fmt::format("{}: no tokenizer; expected vocab.json and merges.txt, or "
                    "tokenizer.json, in this folder",
                    folder.string()));
  }
  VocabularyFiles files;
  files.vocabulary =
      parse_vocabulary(read_text_file(vocabulary, kMaxFileBytes), vocabulary.string());
  files.merges = parse_merges(read_text_file(merges, kMaxFileBytes), merges.string());
  return files;
}

}  // namespace asbench::models
