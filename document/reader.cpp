#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/schema.h"
#include "document/consistency.h"
#include "document/fields.h"
#include "document/json_reader.h"
#include "document/part_names.h"
#include "document/result.h"

namespace asbench::document {
namespace {

[[noreturn]] void fail_at(std::string_view where, std::string_view place,
                          std::string_view problem) {
  throw BadInput(
      fmt::format("{}: {}: {}\n  Score the system again: `asbench score` writes sound documents.",
                  where, place, problem));
}

/// Where the reader stands in the document: a chain on the stack, written out only for a message.
class Place {
 public:
  explicit Place(std::string_view where) : where_(where) {}
  Place(const Place& parent, std::string_view name)
      : parent_(&parent), where_(parent.where_), name_(name) {}
  Place(const Place& parent, std::size_t index)
      : parent_(&parent), where_(parent.where_), index_(index) {}

  [[nodiscard]] std::string text() const {
    if (parent_ == nullptr) return {};
    return name_.empty() ? fmt::format("{}/{}", parent_->text(), index_)
                         : fmt::format("{}/{}", parent_->text(), name_);
  }
  [[noreturn]] void fail(std::string_view problem) const { fail_at(where_, text(), problem); }

 private:
  const Place* parent_ = nullptr;
  std::string_view where_;
  std::string_view name_;
  std::size_t index_ = 0;
};

/// The archive that fills a value from a JSON object (document/fields.h).
class Reader {
 public:
  Reader(const Json& object, const Place& place) : object_(object), place_(place) {}

  void constant(std::string_view name, std::string_view /*text*/) { known_.push_back(name); }

  template <class T>
  void required(std::string_view name, T& value) {
    const Json* found = find(name);
    if (found == nullptr) Place(place_, name).fail("is missing");
    read(*found, Place(place_, name), value);
  }

  template <class T>
  void when(bool /*written*/, std::string_view name, T& value) {
    if (const Json* found = find(name)) read(*found, Place(place_, name), value);
  }

  template <class T>
  void optional(std::string_view name, std::optional<T>& value) {
    if (const Json* found = find(name)) read(*found, Place(place_, name), value.emplace());
  }

  template <class T>
  void flagged(std::string_view name, bool& present, T& value) {
    const Json* found = find(name);
    present = found != nullptr;
    if (present) read(*found, Place(place_, name), value);
  }

  template <class Visit>
  void object(std::string_view name, Visit visit) {
    const Json* found = find(name);
    const Place here(place_, name);
    if (found == nullptr) here.fail("is missing");
    Reader reader(*found, here);
    visit(reader);
    reader.finish();
  }

  template <class Item>
  void keyed(std::string_view name, std::vector<Item>& items, std::string Item::*id) {
    const Json* found = find(name);
    const Place here(place_, name);
    if (found == nullptr) here.fail("is missing");
    for (const auto& [key, value] : found->items()) {
      Item& item = items.emplace_back();
      item.*id = key;
      read(value, Place(here, key), item);
    }
  }

  void bounds(std::string_view name, ResultValue& low, ResultValue& high) {
    const Json* found = find(name);
    if (found == nullptr) return;
    const Place here(place_, name);
    read(found->at(0), here, low);
    read(found->at(1), here, high);
  }

  void parts(ResultParts& parts) { parts_ = &parts; }
  void rest(Json& json) { rest_ = &json; }

  /// Takes the keys that no field has, once all fields are known.
  void finish() {
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const Place here(place_, key);
      if (rest_ != nullptr)
        (*rest_)[key] = value;
      else if (parts_ == nullptr)
        here.fail("is not a field of such an object");
      else
        read(value, here, (*parts_)[key]);
    }
  }

 private:
  const Json* find(std::string_view name) {
    known_.push_back(name);
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }

  static void read(const Json& json, const Place& /*place*/, std::string& text) {
    text = json.get<std::string>();
  }
  static void read(const Json& json, const Place& /*place*/, bool& value) {
    value = json.get<bool>();
  }
  static void read(const Json& json, const Place& /*place*/, Json& value) { value = json; }
  static void read(const Json& json, const Place& place, double& value) {
    value = json.get<double>();
    if (!std::isfinite(value)) place.fail("not a finite number");
  }
  /// The schema takes 3.0 for an integer, and numbers of any size.
  static void read(const Json& json, const Place& place, int& value) {
    value = static_cast<int>(integer(json, place, std::numeric_limits<int>::max()));
  }
  static void read(const Json& json, const Place& place, std::int64_t& value) {
    constexpr double kExact = 9007199254740992.0;  // 2^53: every smaller integer is a double
    value = static_cast<std::int64_t>(integer(json, place, kExact));
  }
  static double integer(const Json& json, const Place& place, double highest) {
    const double exact = json.get<double>();
    if (!(exact >= 0.0 && exact <= highest))
      place.fail(fmt::format("expected an integer from 0 on, not {}", exact));
    return exact;
  }
  static void read(const Json& json, const Place& /*place*/, ResultKind& kind) {
    kind = one_of(json, {ResultKind::submission, ResultKind::baseline, ResultKind::reported});
  }
  static void read(const Json& json, const Place& /*place*/, ResultDirection& direction) {
    direction =
        one_of(json, {ResultDirection::none, ResultDirection::higher, ResultDirection::lower});
  }
  static void read(const Json& json, const Place& /*place*/, MetricKind& kind) {
    kind = one_of(json, {MetricKind::control, MetricKind::headline, MetricKind::set});
  }
  /// The value that is written so. The schema knows the same texts.
  template <class Enum>
  static Enum one_of(const Json& json, std::initializer_list<Enum> values) {
    const auto& text = json.get_ref<const std::string&>();
    const auto found =
        std::find_if(values.begin(), values.end(), [&](Enum v) { return to_string(v) == text; });
    return found == values.end() ? *values.begin() : *found;
  }
  static void read(const Json& json, const Place& place, Interval& interval) {
    read(json.at(0), place, interval.low);
    read(json.at(1), place, interval.high);
    if (interval.low > interval.high) place.fail("the interval's ends are the wrong way round");
  }
  template <class T>
  static void read(const Json& json, const Place& place, std::optional<T>& value) {
    if (json.is_null())
      value.reset();
    else
      read(json, place, value.emplace());
  }
  template <class T>
  static void read(const Json& array, const Place& place, std::vector<T>& values) {
    values.reserve(array.size());
    for (const auto& json : array) {
      T& value = values.emplace_back();
      read(json, Place(place, values.size() - 1), value);
    }
  }
  template <class T>
  static void read(const Json& object, const Place& place, OrderedMap<T>& values) {
    for (const auto& [key, json] : object.items()) read(json, Place(place, key), values[key]);
  }
  template <class Struct>
  static void read(const Json& json, const Place& place, Struct& value) {
    Reader reader(json, place);
    fields(reader, value);
    reader.finish();
  }

  friend void read_document(const Json& document, std::string_view where, Result& result);
  friend void read_stories(const Json& list, std::string_view where,
                           std::vector<ResultStory>& stories);

  const Json& object_;
  const Place& place_;
  std::vector<std::string_view> known_;
  ResultParts* parts_ = nullptr;
  Json* rest_ = nullptr;
};

void read_document(const Json& document, std::string_view where, Result& result) {
  Reader::read(document, Place(where), result);
}

void read_stories(const Json& list, std::string_view where, std::vector<ResultStory>& stories) {
  Reader::read(list, Place(where), stories);
}

/// What the document says it is, before a list of all the fields in which something else differs
/// from a result.
void require_schema_name(const Json& document, std::string_view where) {
  constexpr std::size_t kShown = 60;
  const auto found = document.is_object() ? document.find("schema") : document.end();
  if (!document.is_object() || found == document.end() || !found->is_string()) {
    throw BadInput(
        fmt::format("{}: not a result document: its \"schema\" should be \"{}\"\n  `asbench score "
                    "--out R.json` writes such documents.",
                    where, kSchemaName));
  }
  const auto name = found->get<std::string>();
  if (name == kSchemaName) return;
  throw BadInput(
      fmt::format("{}: its schema is \"{}\", this program reads \"{}\"\n  Score the system again "
                  "with this version, or read the document with the one that wrote it.",
                  where, name.substr(0, kShown), kSchemaName));
}

void require_sound_story(const Result& result, std::size_t index) {
  const ResultStory& story = result.stories[index];
  const std::string place = fmt::format("/stories/{}", index);
  if (story.id.empty()) fail_at(result.where, place, "the story has an empty id");
  if (story.ip.empty()) fail_at(result.where, place, fmt::format("story {} names no IP", story.id));
  for (const auto& [id, values] : story.metrics) {
    const std::string here = fmt::format("{}/metrics/{}", place, id);
    if (result.find_metric(id) == nullptr) {
      fail_at(result.where, here,
              fmt::format("story {} has values of {}, which is not among the document's metrics",
                          story.id, id));
    }
    if (!story.shots.empty() && !values.shots.empty() &&
        values.shots.size() != story.shots.size()) {
      fail_at(result.where, here,
              fmt::format("values of {} shots for the {} of story {}", values.shots.size(),
                          story.shots.size(), story.id));
    }
  }
}

void require_sound(const Result& result) {
  std::set<std::string_view> ids;
  PartNames parts;
  for (std::size_t i = 0; i < result.stories.size(); ++i) {
    parts.add(result.stories[i]);
    require_sound_story(result, i);
    if (!ids.insert(result.stories[i].id).second) {
      fail_at(result.where, fmt::format("/stories/{}", i),
              fmt::format("story {} occurs twice", result.stories[i].id));
    }
  }
  if (const auto unlisted = parts.unlisted(result.metrics)) {
    fail_at(
        result.where, unlisted->place,
        fmt::format("the description of {} lists no part of this name; it lists {}",
                    unlisted->metric->id, fmt::join(unlisted->metric->description.parts, ", ")));
  }
}

}  // namespace

Result result_from_json(const Json& document, std::string_view where) {
  Result result;
  result.where = where;
  try {
    require_schema_name(document, where);
    check_schema(document, "result", where);
    read_document(document, where, result);
    require_sound(result);
  } catch (const Json::exception& error) {
    throw BadInput(fmt::format("{}: {}", where, error.what()));
  }
  return result;
}

std::vector<ResultStory> stories_from_json(const Json& list, std::string_view where) {
  std::vector<ResultStory> stories;
  read_stories(list, where, stories);
  return stories;
}

Result read_result(const std::filesystem::path& path) {
  constexpr JsonLimits kLimits{.max_bytes = std::size_t{256} << 20,
                               .refuse_duplicate_keys = true,
                               .kind = "a result document"};
  Result result = result_from_json(read_json_file(path, kLimits), path.string());
  require_consistent(result);
  return result;
}

}  // namespace asbench::document
