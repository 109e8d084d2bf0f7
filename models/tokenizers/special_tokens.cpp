#include "models/tokenizers/special_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "models/tokenizers/tokenizer_kind.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStartOfText = "<|startoftext|>";
constexpr std::string_view kEndOfText = "<|endoftext|>";
constexpr std::array<std::string_view, 7> kNamedTokens = {
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};
constexpr std::size_t kMaxTokens = 4096;

[[noreturn]] void refuse(std::string_view where, std::string_view what) {
  throw BadInput(fmt::format("{}: {}", where, what));
}

std::string shown(const Json& value) {
  return value.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 80);
}

bool flag(const Json& object, const char* name, bool otherwise, std::string_view where) {
  if (!object.contains(name) || object.at(name).is_null()) return otherwise;
  if (!object.at(name).is_boolean()) {
    refuse(where, fmt::format("\"{}\" of a token is {}; expected true or false", name,
                              shown(object.at(name))));
  }
  return object.at(name).get<bool>();
}

// A token as a file gives it. Two descriptions are the same when everything in them is.
struct Description {
  std::string content;
  bool normalised = false;
  bool special = true;
  bool strips_left = false, strips_right = false;  // white space, which makes no ids anyway
  bool plain_text = true;
  bool operator==(const Description&) const = default;
};

// {"content": ..., "normalized": ..., ...}; a missing `normalized` is the opposite of `special`.
Description read_description(const Json& object, bool special_otherwise, std::string_view where) {
  if (!object.is_object() || !object.contains("content") || !object.at("content").is_string()) {
    refuse(where, fmt::format("a token is described as {}; expected an object with the string "
                              "\"content\"",
                              shown(object)));
  }
  Description token;
  token.content = object.at("content").get<std::string>();
  token.special = flag(object, "special", special_otherwise, where);
  token.normalised = flag(object, "normalized", !token.special, where);
  token.strips_left = flag(object, "lstrip", false, where);
  token.strips_right = flag(object, "rstrip", false, where);
  token.plain_text = false;
  if (flag(object, "single_word", false, where)) {
    refuse(where, fmt::format("the token \"{}\" is \"single_word\", which is not supported",
                              token.content));
  }
  return token;
}

// One of the tokens with a role: a text, a description, or nothing.
std::optional<Description> read_named_token(const Json& value, std::string_view name,
                                            std::string_view where) {
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) return Description{value.get<std::string>()};
  if (!value.is_object()) {
    refuse(where, fmt::format("\"{}\" is {}; expected a text or an object with \"content\"", name,
                              shown(value)));
  }
  return read_description(value, true, where);
}

std::int64_t id_value(const Json& value, std::string_view token, std::string_view where) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= INT32_MAX) {
    return value.get<std::int64_t>();
  }
  refuse(where, fmt::format("the added token \"{}\" has the id {}; expected 0 to {}", token,
                            shown(value), INT32_MAX));
}

class Resolver {
 public:
  Resolver(TokenizerKind kind, const Vocabulary& vocabulary, std::string_view where)
      : kind_(kind),
        vocabulary_(vocabulary),
        where_(where),
        next_id_(static_cast<std::int64_t>(vocabulary.size())) {
    const std::string end(kEndOfText);
    if (kind == TokenizerKind::clip) named_["bos_token"] = Description{std::string(kStartOfText)};
    for (const char* role : {"eos_token", "unk_token", "pad_token"})
      named_[role] = Description{end};
  }

  SpecialTokens resolve(const TokenizerConfiguration& files) {
    const Json config = read(files);
    return result(config);
  }

  std::vector<AddedToken> resolve_tokens(const TokenizerConfiguration& files) {
    const Json config = read(files);
    for (const char* field : {"add_bos_token", "add_prefix_space"}) {
      if (flag(config, field, false, where_)) {
        refuse(where_, fmt::format("\"{}\" is true, which is not supported", field));
      }
    }
    return looked_for(config);
  }

 private:
  /// Everything but the result. @returns tokenizer_config.json
  Json read(const TokenizerConfiguration& files) {
    Json config = files.tokenizer_config.is_null() ? Json::object() : files.tokenizer_config;
    read_named(config, false);
    if (config.contains("added_tokens_decoder")) {
      read_decoder(config.at("added_tokens_decoder"));
    } else {
      if (!files.special_tokens_map.is_null()) read_named(files.special_tokens_map, true);
      if (!files.added_tokens_json.is_null()) read_added_tokens(files.added_tokens_json);
      if (!files.tokenizer_json_additions.is_null()) {
        read_additions(files.tokenizer_json_additions);
      }
    }
    place_listed_tokens();
    place_named_tokens();
    return config;
  }

  // Tokens by role of tokenizer_config.json or special_tokens_map.json; the later call wins.
  void read_named(const Json& object, bool over) {
    for (const std::string_view name : kNamedTokens) {
      if (!object.contains(name)) continue;
      named_[name] = read_named_token(object.at(name), name, where_);
      in_files_.insert(name);
    }
    for (const auto& [name, value] : object.items()) {
      const bool known = named_.contains(name);
      if (!over && !known && name.ends_with("_token") && value.is_string()) {
        others_.push_back(*read_named_token(value, name, where_));
      }
    }
    const bool old_name = !over && !object.contains("extra_special_tokens");
    const char* extra = old_name ? "additional_special_tokens" : "extra_special_tokens";
    if (!object.contains(extra) || object.at(extra).is_null()) return;
    if (!object.at(extra).is_structured()) {
      refuse(where_, fmt::format("\"{}\" is {}; expected a list", extra, shown(object.at(extra))));
    }
    for (const auto& [name, value] : object.at(extra).items()) {
      if (auto token = read_named_token(value, extra, where_)) extras_.push_back(*token);
    }
  }

  void list(std::int64_t id, Description token) {
    if (listed_.size() >= kMaxTokens) refuse(where_, "too many added tokens");
    listed_[id] = std::move(token);
  }

  void read_decoder(const Json& decoder) {
    if (!decoder.is_object()) refuse(where_, "\"added_tokens_decoder\" is not an object");
    for (const auto& [text, description] : decoder.items()) {
      std::int64_t id = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
      if (error != std::errc{} || end != text.data() + text.size() || id < 0 || id > INT32_MAX) {
        refuse(where_,
               fmt::format("\"added_tokens_decoder\" has the key \"{}\"; expected an id", text));
      }
      list(id, read_description(description, false, where_));
    }
  }

  void read_added_tokens(const Json& ids) {
    for (const auto& entry : ids.items()) {
      const std::string& content = entry.key();
      const bool special = std::any_of(in_files_.begin(), in_files_.end(), [&](const auto& name) {
        return named_.at(name).has_value() && named_.at(name)->content == content;
      });
      list(id_value(entry.value(), content, where_), {content, !special, special});
    }
  }

  void read_additions(const Json& additions) {
    for (const Json& addition : additions) {
      const Description token = read_description(addition, false, where_);
      list(id_value(addition.value("id", Json()), token.content, where_), token);
    }
  }

  // The vocabulary's id, or, for a token behind it, the next free one, which must be the listed.
  void place_listed_tokens() {
    for (const auto& [listed_id, token] : listed_) {
      if (token.content.empty()) continue;
      const auto known = vocabulary_.find(token.content);
      const std::int64_t id = known != vocabulary_.end() ? known->second : next_id_++;
      if (id != listed_id) {
        refuse(where_, fmt::format("the added token \"{}\" is listed with the id {}, but the "
                                   "vocabulary gives it {}",
                                   token.content, listed_id, id));
      }
      place(token, id);
      listed_contents_.insert(token.content);
    }
  }

  // Those whose text is listed are described there; of equal descriptions only the first counts.
  void place_named_tokens() {
    std::vector<std::pair<Description, std::string_view>> tokens;
    const auto add = [&](const Description& token, std::string_view role) {
      const bool seen = std::any_of(tokens.begin(), tokens.end(),
                                    [&](const auto& earlier) { return earlier.first == token; });
      if (seen || token.content.empty() || listed_contents_.contains(token.content)) return;
      if (tokens.size() >= kMaxTokens) refuse(where_, "too many special tokens");
      tokens.emplace_back(token, role);
    };
    for (const std::string_view name : kNamedTokens) {
      const auto named = named_.find(name);
      if (named != named_.end() && named->second.has_value()) add(*named->second, name);
    }
    for (const Description& token : others_) add(token, "a special token");
    for (const Description& token : extras_) add(token, "an extra special token");
    for (auto& [token, role] : tokens) {
      auto id = id_of(token.content);
      if (!id.has_value() && kind_ == TokenizerKind::qwen2) id = next_id_++;
      if (!id.has_value()) {
        refuse(where_,
               fmt::format("{} is \"{}\", which the vocabulary lacks; add it to vocab.json or name "
                           "the right token in tokenizer_config.json or special_tokens_map.json",
                           role, token.content));
      }
      token.special = true;
      place(token, *id);
    }
  }

  void place(const Description& token, std::int64_t id) {
    if (kind_ == TokenizerKind::qwen2 && (token.strips_left || token.strips_right)) {
      // White space has ids of its own there.
      refuse(where_, fmt::format("the token \"{}\" is \"lstrip\" or \"rstrip\", which is not "
                                 "supported",
                                 token.content));
    }
    AddedToken added{token.content, id, token.normalised, token.special};
    const auto same = std::find_if(placed_.begin(), placed_.end(), [&](const AddedToken& other) {
      return other.content == added.content;
    });
    if (same == placed_.end()) {
      placed_.push_back(std::move(added));
    } else {
      *same = std::move(added);
    }
  }

  [[nodiscard]] std::optional<std::int64_t> id_of(const std::string& content) const {
    for (const AddedToken& token : placed_) {
      if (token.content == content) return token.id;
    }
    const auto known = vocabulary_.find(content);
    if (known == vocabulary_.end()) return std::nullopt;
    return known->second;
  }

  std::int64_t required_id(std::string_view name) const {
    const auto& token = named_.at(name);
    if (!token.has_value() || token->content.empty()) {
      refuse(where_, fmt::format("\"{}\" is empty; CLIP needs one", name));
    }
    return id_of(token->content).value();
  }

  [[nodiscard]] std::vector<AddedToken> looked_for(const Json& config) const {
    std::vector<AddedToken> tokens = placed_;
    if (flag(config, "split_special_tokens", false, where_)) {
      std::erase_if(tokens, [](const AddedToken& token) { return token.special; });
    }
    return tokens;
  }

  [[nodiscard]] SpecialTokens result(const Json& config) const {
    SpecialTokens special;
    special.bos_id = required_id("bos_token");
    special.eos_id = required_id("eos_token");
    const auto& pad = named_.at("pad_token");
    special.pad_id =
        pad.has_value() && !pad->content.empty() ? required_id("pad_token") : special.eos_id;
    const auto& unknown = named_.at("unk_token");
    if (unknown.has_value()) special.unknown_token = unknown->content;
    special.tokens = looked_for(config);
    if (config.contains("model_max_length") && config.at("model_max_length").is_number_unsigned()) {
      const auto length = config.at("model_max_length").get<std::uint64_t>();
      if (length <= INT32_MAX) special.model_max_length = static_cast<std::int64_t>(length);
    }
    return special;
  }

  TokenizerKind kind_;
  const Vocabulary& vocabulary_;
  std::string_view where_;
  std::int64_t next_id_;  // of a token that the vocabulary lacks
  std::map<std::string_view, std::optional<Description>> named_;
  std::set<std::string_view> in_files_;  // of named_: those that the files name
  std::vector<Description> others_, extras_;
  std::map<std::int64_t, Description> listed_;
  std::set<std::string> listed_contents_;
  std::vector<AddedToken> placed_;
};

Json read_object(const fs::path& path) {
  if (!is_there(path)) return {};
  Json value = read_json_file(path);
  if (!value.is_object()) refuse(path.string(), "expected a JSON object");
  return value;
}

}  // namespace

TokenizerConfiguration TokenizerConfiguration::read(const fs::path& folder) {
  TokenizerConfiguration files;
  files.tokenizer_config = read_object(folder / "tokenizer_config.json");
  files.special_tokens_map = read_object(folder / "special_tokens_map.json");
  files.added_tokens_json = read_object(folder / "added_tokens.json");
  return files;
}

SpecialTokens resolve_special_tokens(const TokenizerConfiguration& configuration,
                                     const Vocabulary& vocabulary, std::string_view where) {
  return Resolver(TokenizerKind::clip, vocabulary, where).resolve(configuration);
}

std::vector<AddedToken> resolve_qwen2_tokens(const TokenizerConfiguration& configuration,
                                             const Vocabulary& vocabulary, std::string_view where) {
  return Resolver(TokenizerKind::qwen2, vocabulary, where).resolve_tokens(configuration);
}

}  // namespace asbench::models
