#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/schema.h"
#include "core/write_file.h"
#include "document/fields.h"
#include "document/parts.h"
#include "document/result.h"

namespace asbench::document {
namespace {

/// Stories that are in memory as JSON at a time.
constexpr std::size_t kStoriesPerSlice = 256;

/// The archive that makes a JSON object of a value (document/fields.h).
class Writer {
 public:
  void constant(std::string_view name, std::string_view text) { put(name, std::string(text)); }

  template <class T>
  void required(std::string_view name, const T& value) {
    put(name, json_of(value));
  }

  /// There may be very many: stories_of() makes them.
  void required(std::string_view name, const std::vector<ResultStory>& /*stories*/) {
    put(name, Json::array());
  }

  template <class T>
  void when(bool written, std::string_view name, const T& value) {
    if (written) put(name, json_of(value));
  }

  template <class T>
  void optional(std::string_view name, const std::optional<T>& value) {
    if (value) put(name, json_of(*value));
  }

  template <class T>
  void flagged(std::string_view name, bool present, const T& value) {
    if (present) put(name, json_of(value));
  }

  template <class Visit>
  void object(std::string_view name, Visit visit) {
    Writer inner;
    visit(inner);
    put(name, std::move(inner.object_));
  }

  template <class Item>
  void keyed(std::string_view name, const std::vector<Item>& items, std::string Item::*id) {
    Json json = Json::object();
    for (const auto& item : items) {
      if (!json.emplace(item.*id, json_of(item)).second)
        throw InternalError(fmt::format("{}: '{}' occurs twice", name, item.*id));
    }
    put(name, std::move(json));
  }

  void bounds(std::string_view name, const ResultValue& low, const ResultValue& high) {
    put(name, Json::array({json_of(low), json_of(high)}));
  }

  void parts(const ResultParts& parts) {
    for (const auto& [name, value] : parts) {
      const bool count = name.starts_with("n_") && value && *value == std::floor(*value);
      put(name, count ? Json(static_cast<std::int64_t>(*value)) : json_of(value));
    }
  }

  void rest(const Json& json) {
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) put(name, value);
  }

  template <class Struct>
  static Json object_of(const Struct& value) {
    Writer writer;
    fields(writer, value);
    return std::move(writer.object_);
  }

 private:
  void put(std::string_view name, Json json) {
    if (!object_.emplace(name, std::move(json)).second) {
      throw InternalError(fmt::format(
          "the result document would have two values named '{}' in one object: a part may not have "
          "the name of a field (document/fields.h), and a metric is listed once",
          name));
    }
  }

  static Json json_of(const std::string& text) { return text; }
  static Json json_of(bool value) { return value; }
  static Json json_of(int value) { return value; }
  static Json json_of(std::int64_t value) { return value; }
  static Json json_of(double value) { return value; }
  static Json json_of(const Json& json) { return json; }
  static Json json_of(ResultKind kind) { return to_string(kind); }
  static Json json_of(ResultDirection direction) { return to_string(direction); }
  static Json json_of(MetricKind kind) { return to_string(kind); }
  static Json json_of(const Interval& interval) {
    return Json::array({interval.low, interval.high});
  }
  template <class T>
  static Json json_of(const std::optional<T>& value) {
    return value ? json_of(*value) : Json(nullptr);
  }
  template <class T>
  static Json json_of(const std::vector<T>& values) {
    Json array = Json::array();
    for (const auto& value : values) array.push_back(json_of(value));
    return array;
  }
  template <class T>
  static Json json_of(const OrderedMap<T>& values) {
    Json object = Json::object();
    for (const auto& [name, value] : values) object[name] = json_of(value);
    return object;
  }
  template <class Struct>
  static Json json_of(const Struct& value) {
    return object_of(value);
  }

  Json object_ = Json::object();
};

/// What the reader would refuse must not be written.
void require_listed_parts(const Result& result) {
  for (const auto& metric : result.metrics) {
    visit_parts(result, metric, [&](const ResultParts& parts, const std::string& place) {
      if (const auto name = unlisted_part(metric.description, parts)) {
        throw InternalError(
            fmt::format("{}/{}: the description of metric {} does not list this part: add it to "
                        "the parts in its Measure",
                        place, *name, metric.id));
      }
    });
  }
}

/// File names and cells of a CSV layout may hold bytes that are not UTF-8, which JSON can't: they
/// become U+FFFD.
Json with_valid_text(const Json& json) {
  return Json::parse(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

constexpr std::string_view kWhere = "the result document";

/// The document with an empty list of stories.
Json without_stories(const Result& result) {
  return with_valid_text(Writer::object_of(result));
}

/// A list of the stories [begin, end).
Json stories_of(const Result& result, std::size_t begin, std::size_t end) {
  Json stories = Json::array();
  for (std::size_t i = begin; i < std::min(end, result.stories.size()); ++i)
    stories.push_back(Writer::object_of(result.stories[i]));
  return with_valid_text(stories);
}

/// Calls `use` with a list of some stories and the number of the first of them, from 0, then with
/// the next, until all were there.
void by_slices(const Result& result,
               const std::function<void(Json stories, std::size_t first)>& use) {
  for (std::size_t begin = 0; begin < result.stories.size(); begin += kStoriesPerSlice)
    use(stories_of(result, begin, begin + kStoriesPerSlice), begin);
}

/// The text of a list of stories between its brackets, as it stands in the whole document.
std::string inner_text(Json stories) {
  constexpr std::string_view kBefore = "{\n \"stories\": [", kAfter = "\n ]\n}";
  const Json alone = {{"stories", std::move(stories)}};
  const std::string text = alone.dump(1);
  return text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size());
}

}  // namespace

Json to_json(const Result& result) {
  require_listed_parts(result);
  Json document = without_stories(result);
  document["stories"] = stories_of(result, 0, result.stories.size());
  check_schema(document, "result", kWhere);
  return document;
}

void check_result(const Result& result) {
  require_listed_parts(result);
  Json document = without_stories(result);
  check_schema(document, "result", kWhere);
  // What else is long was checked, and need not be again with each slice.
  document["coverage"]["findings"] = Json::array();
  if (document.contains("references")) document["references"] = Json::object();
  by_slices(result, [&](Json stories, std::size_t first) {
    document["stories"] = std::move(stories);
    check_schema(document, "result", fmt::format("{} from story {} on", kWhere, first));
  });
}

Json to_json(const ResultProvenance& provenance) {
  return with_valid_text(Writer::object_of(provenance));
}

Json metrics_json(const Result& result) {
  return to_json(result).at("metrics");
}

void write_result(const std::filesystem::path& path, const Result& result) {
  check_result(result);
  const std::string text = without_stories(result).dump(1) + "\n";
  // No text has a line break of its own, and keys of inner objects stand further right.
  constexpr std::string_view kList = "\n \"stories\": [";
  const std::size_t list = text.find(kList) + kList.size();
  write_file_atomically(path, [&](const WritePiece& write) {
    write(std::string_view(text).substr(0, list));
    by_slices(result, [&](Json stories, std::size_t first) {
      if (first > 0) write(",");
      write(inner_text(std::move(stories)));
    });
    if (!result.stories.empty()) write("\n ");
    write(std::string_view(text).substr(list));
  });
}

}  // namespace asbench::document
