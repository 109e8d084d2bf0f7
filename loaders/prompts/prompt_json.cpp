#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "core/words.h"
#include "loaders/prompts/prompt_file.h"
#include "loaders/prompts/prompt_roles.h"
#include "loaders/splits/find_file.h"

// Prompts in JSON of any of these shapes: a list of stories or of shots; objects whose keys are
// stories or IPs; the demo's and the test set's shapes; lists in lists. An object is a record when
// it has keys with a meaning (prompt_roles.h), else its keys are ids.
namespace asbench::loaders {
namespace {

/// Keys whose value holds what a record is made of.
bool is_list_key(std::string_view key) {
  constexpr std::array<std::string_view, 10> kKeys = {"captions", "prompts", "shots", "scenes",
                                                      "texts",    "stories", "ips",   "characters",
                                                      "data",     "items"};
  const std::string wanted = lower_case(std::string(key));
  return std::find(kKeys.begin(), kKeys.end(), wanted) != kKeys.end();
}

const Json* list_in(const Json& record, std::string* key = nullptr) {
  const Json* found = nullptr;
  for (const auto& [name, value] : record.items()) {
    if (!is_list_key(name) || !(value.is_array() || value.is_object())) continue;
    if (found != nullptr) return nullptr;  // two: the reader says so
    found = &value;
    if (key != nullptr) *key = name;
  }
  return found;
}

const Json* value_of(const Json& record, PromptRole role) {
  const Json* found = nullptr;
  for (const auto& [key, value] : record.items()) {
    if (role_of(key) != role || value.is_null()) continue;
    if (lower_case(key) == role_name(role)) return &value;
    if (found == nullptr) found = &value;
  }
  return found;
}

bool has_list(const Json& record) {
  return std::any_of(record.items().begin(), record.items().end(), [](const auto& item) {
    return is_list_key(item.key()) && (item.value().is_array() || item.value().is_object());
  });
}

/// True for a row: an object with one caption. Beside a list of captions, a single text is what the
/// whole story is about.
bool is_shot(const Json& value) {
  if (!value.is_object() || has_list(value)) return false;
  const Json* caption = value_of(value, PromptRole::caption);
  return caption != nullptr && caption->is_string();
}

/// True for what the shots of one story may be.
bool is_shot_list(const Json& value) {
  if (!value.is_array() || value.empty()) return false;
  const bool texts =
      std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
  const bool shots = std::all_of(value.begin(), value.end(), [](const Json& item) {
    return is_shot(item) && value_of(item, PromptRole::story) == nullptr &&
           value_of(item, PromptRole::ip) == nullptr;
  });
  return texts || shots;
}

bool is_record(const Json& value) {
  return value.is_object() && (is_shot(value) || has_list(value));
}

/// True for what one story may be.
bool is_story(const Json& value) {
  if (is_shot_list(value)) return true;
  if (!is_record(value)) return false;
  const Json* list = list_in(value);
  return list != nullptr && is_shot_list(*list);
}

class JsonReader {
 public:
  explicit JsonReader(PromptFile& file) : file_(file) {}

  /// What is known of a value from what it lies in.
  struct Context {
    PromptStory story;  ///< without shots
    std::string where;
  };

  void read(const Json& value, const Context& context) {
    if (is_shot_list(value))
      take_story(value, context);
    else if (value.is_array() && !value.empty())
      read_list(value, context);
    else if (is_record(value))
      read_record(value, context);
    else if (value.is_object() && !value.empty())
      read_map(value, context);
    else
      refuse(value, context.where);
  }

  /// Names of roles and keys in the order in which they were met.
  void report() {
    for (const auto& [role, key] : used_)
      file_.used.push_back(key == role ? role : fmt::format("{} (key \"{}\")", role, key));
    file_.not_used.assign(not_used_.begin(), not_used_.end());
    if (rows_ && stories_) {
      throw BadInput(
          fmt::format("{}: some entries are single shots, others whole stories.\n  "
                      "Write all of them in one way.",
                      where_of_row_));
    }
    file_.one_row_a_shot = rows_;
  }

 private:
  [[noreturn]] static void refuse(const Json& value, const std::string& where) {
    throw BadInput(fmt::format(
        "{}: {} where captions were expected.\n  Expected a list of texts, an object with "
        "\"captions\", or a list or an object of these. docs/splits.md shows the shapes.",
        where,
        value.is_array() || value.is_object() ? "an empty list or object"
                                              : excerpt(value.dump(), 60)));
  }

  void read_list(const Json& list, const Context& context) {
    if (context.story.story) {
      throw BadInput(fmt::format("{}: several stories where the one story \"{}\" was expected",
                                 context.where, *context.story.story));
    }
    const bool has_text =
        std::any_of(list.begin(), list.end(), [](const Json& item) { return item.is_string(); });
    for (std::size_t i = 0; i < list.size(); ++i) {
      Context inner = context;
      inner.where = fmt::format("{}[{}]", context.where, i);
      if (!has_text)
        read(list[i], inner);
      else if (!list[i].is_string())
        refuse(list[i], inner.where);
    }
  }

  void read_map(const Json& map, const Context& context) {
    for (const auto& [key, value] : map.items()) {
      Context inner = context;
      inner.where = fmt::format("{}[\"{}\"]", context.where, excerpt(key, 40));
      PromptStory& story = inner.story;
      if (!is_story(value)) {
        if (story.ip) refuse(value, inner.where);
        story.ip = key;
      } else if (story.ip) {
        story.story = key;
      } else if (value.is_object() && value_of(value, PromptRole::reference) != nullptr) {
        story.ip = key;  // a reference is an IP's
      } else if (const auto slash = key.rfind('/'); slash != std::string::npos) {
        story.ip = without_spaces(key.substr(0, slash));
        story.story = without_spaces(key.substr(slash + 1));
      } else {
        story.ip_or_story = key;
      }
      read(value, inner);
    }
  }

  std::optional<std::string> text_of(const Json& record, PromptRole role,
                                     const std::string& where) {
    const Json* value = value_of(record, role);
    if (value == nullptr) return std::nullopt;
    note_used(record, role);
    if (value->is_number_integer()) return value->dump();
    if (!value->is_string()) {
      throw BadInput(fmt::format("{}: the {} is {}; expected a text", where, role_name(role),
                                 excerpt(value->dump(), 40)));
    }
    std::string text = without_spaces(value->get_ref<const std::string&>());
    if (text.empty()) throw BadInput(fmt::format("{}: the {} is empty", where, role_name(role)));
    return text;
  }

  void read_record(const Json& record, Context context) {
    std::string key;
    const Json* list = list_in(record, &key);
    const bool shot = is_shot(record);
    if (list == nullptr && !shot) {
      throw BadInput(
          fmt::format("{}: several keys may hold the stories or captions: {}.\n  Keep "
                      "the one that is meant.",
                      context.where, list_keys(record)));
    }
    note_not_used(record, key, shot);
    fill(record, context, list != nullptr);
    if (shot) {
      rows_ = true;
      where_of_row_ = context.where;
      PromptStory row = context.story;
      row.where = context.where;
      row.shots.push_back(shot_of(record, context.where));
      file_.stories.push_back(std::move(row));
      return;
    }
    used_.emplace("captions", key);
    context.where = fmt::format("{}[\"{}\"]", context.where, key);
    const std::size_t before = file_.stories.size();
    read(*list, context);
    if (file_.stories.size() == before + 1) take_sounds(record, file_.stories.back());
  }

  /// IP, story, ... of a record.
  void fill(const Json& record, Context& context, bool has_list) {
    PromptStory& story = context.story;
    auto name = text_of(record, PromptRole::name, context.where);
    if (auto ip = text_of(record, PromptRole::ip, context.where)) {
      if (story.ip && *story.ip != *ip) {
        throw BadInput(fmt::format("{}: the IP \"{}\" lies in what belongs to \"{}\"",
                                   context.where, *ip, *story.ip));
      }
      story.ip = std::move(ip);
    } else if (!story.ip && !story.ip_or_story && name) {
      story.ip = std::exchange(name, std::nullopt);
    }
    if (name) story.name = std::move(name);
    auto id = text_of(record, PromptRole::story, context.where);
    if (!id && has_list && !story.story && record.contains("id")) {
      const Json& value = record["id"];
      if (value.is_string() || value.is_number_integer()) {
        id = value.is_string() ? without_spaces(value.get<std::string>()) : value.dump();
        used_.emplace("story", "id");
      }
    }
    if (id) story.story = std::move(id);
    if (const Json* reference = value_of(record, PromptRole::reference)) {
      note_used(record, PromptRole::reference);
      story.references = references_of(*reference, context.where);
    }
  }

  static std::vector<std::string> references_of(const Json& value, const std::string& where) {
    std::vector<std::string> files;
    const auto add = [&](const Json& item) {
      if (!item.is_string() || without_spaces(item.get<std::string>()).empty())
        throw BadInput(fmt::format("{}: the reference is {}; expected the path of a picture", where,
                                   excerpt(item.dump(), 40)));
      files.push_back(without_spaces(item.get<std::string>()));
    };
    if (value.is_array())
      for (const Json& item : value) add(item);
    else
      add(value);
    return files;
  }

  PromptShot shot_of(const Json& record, const std::string& where) {
    PromptShot shot{std::nullopt};
    shot.where = where;
    const PromptRole role =
        value_of(record, PromptRole::shot) != nullptr ? PromptRole::shot : PromptRole::shot0;
    if (const auto text = text_of(record, role, where)) {
      shot.number = shot_number_of(*text);
      if (!shot.number || *shot.number < 0) {
        throw BadInput(
            fmt::format("{}: the {} \"{}\" is no number", where, role_name(role), excerpt(*text)));
      }
      file_.shots_from_zero = file_.shots_from_zero || role == PromptRole::shot0;
    }
    shot.caption = text_of(record, PromptRole::caption, where);
    shot.descriptive_caption = text_of(record, PromptRole::descriptive_caption, where);
    shot.audio_prompt = text_of(record, PromptRole::audio_prompt, where);
    return shot;
  }

  void take_story(const Json& list, const Context& context) {
    stories_ = true;
    PromptStory& story = file_.stories.emplace_back(context.story);
    story.where = context.where;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string where = fmt::format("{}[{}]", context.where, i);
      if (list[i].is_object()) {
        story.shots.push_back(shot_of(list[i], where));
        note_not_used(list[i], {}, true);
        continue;
      }
      PromptShot shot{std::nullopt};
      shot.caption = list[i].get<std::string>();
      shot.where = where;
      story.shots.push_back(std::move(shot));
    }
  }

  /// A list of sound prompts beside the captions, as the demo has it.
  void take_sounds(const Json& record, PromptStory& story) {
    const Json* sounds = value_of(record, PromptRole::audio_prompt);
    if (sounds == nullptr || !sounds->is_array()) return;
    if (sounds->size() != story.shots.size()) {
      throw BadInput(fmt::format("{}: {} sound prompts for {} shots", story.where, sounds->size(),
                                 story.shots.size()));
    }
    note_used(record, PromptRole::audio_prompt);
    for (std::size_t i = 0; i < sounds->size(); ++i) {
      if ((*sounds)[i].is_string()) story.shots[i].audio_prompt = (*sounds)[i].get<std::string>();
    }
  }

  static std::string list_keys(const Json& record) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : record.items()) {
      if (is_list_key(key)) keys.push_back(key);
    }
    return fmt::format("{}", fmt::join(keys, ", "));
  }

  void note_used(const Json& record, PromptRole role) {
    const Json* value = value_of(record, role);
    for (const auto& [key, item] : record.items()) {
      if (&item == value) used_.emplace(role_name(role), key);
    }
  }

  void note_not_used(const Json& record, const std::string& list, bool is_shot) {
    for (const auto& [key, value] : record.items()) {
      const auto role = role_of(key);
      const bool is_read =
          key == list || (key == "id" && !is_shot) ||
          (role && (is_shot || role != PromptRole::caption) && value_of(record, *role) == &value);
      if (!is_read) not_used_.insert(key);
    }
  }

  PromptFile& file_;
  std::map<std::string, std::string> used_;  ///< role -> key
  std::set<std::string> not_used_;
  bool rows_ = false;
  bool stories_ = false;
  std::string where_of_row_;
};

void refuse_other_documents(const Json& document, std::string_view where) {
  if (!document.is_object()) return;
  if (document.contains("schema")) {
    throw BadInput(fmt::format(
        "{}: this is a document of the schema {}, not a file of prompts.\n  A split manifest "
        "(asbench/split@1) is what --split takes as it is.",
        where, excerpt(document["schema"].dump(), 40)));
  }
  if (document.contains("segments")) {
    throw BadInput(
        fmt::format("{}: this is an AnimeShooter annotation file (it has "
                    "\"segments\"), which this version doesn't read yet",
                    where));
  }
}

}  // namespace

PromptFile prompts_of_json(const Json& document, std::string_view where) {
  refuse_other_documents(document, where);
  PromptFile file;
  JsonReader reader(file);
  reader.read(document, {{}, std::string(where)});
  reader.report();
  file.form = "JSON";
  return file;
}

PromptFile prompts_of_json_lines(std::string_view text, std::string_view where) {
  PromptFile file;
  JsonReader reader(file);
  std::int64_t lines = 0;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    ++number;
    const std::string line = without_spaces(text.substr(begin, end - begin));
    begin = end + 1;
    if (line.empty()) continue;
    const std::string place = fmt::format("{}, line {}", where, number);
    const Json document = parse_json(line, place, {.refuse_duplicate_keys = true});
    refuse_other_documents(document, place);
    reader.read(document, {{}, place});
    ++lines;
  }
  if (lines == 0) throw BadInput(fmt::format("{}: the file is empty", where));
  reader.report();
  file.form = fmt::format("JSON Lines, {}", counted(lines, "line", "lines"));
  return file;
}

}  // namespace asbench::loaders
