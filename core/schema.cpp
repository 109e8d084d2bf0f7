#include "core/schema.h"

#include <fmt/format.h>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <vector>

#include "core/config_files.h"
#include "core/error.h"
#include "core/text.h"

namespace asbench {
namespace {

/// valijson reads another kind of tree than Json, so that a document has to be copied. Its longest
/// list at the top level (the stories of a result) is copied so many elements at a time: the copy
/// stays small however long the list is.
constexpr std::size_t kSlice = 256;

/// The key of the longest list at the top level; empty where none is longer than a slice.
std::string longest_list(const Json& document) {
  std::string name;
  std::size_t most = kSlice;
  if (!document.is_object()) return name;
  for (const auto& [key, value] : document.items()) {
    if (!value.is_array() || value.size() <= most) continue;
    name = key;
    most = value.size();
  }
  return name;
}

/// The document with the elements [begin, begin + kSlice) of its list alone.
nlohmann::json part_of(const Json& document, const std::string& list, std::size_t begin) {
  nlohmann::json part = nlohmann::json::object();
  for (const auto& [key, value] : document.items()) {
    if (key != list) {
      part[key] = value;
      continue;
    }
    auto& slice = part[key] = nlohmann::json::array();
    for (std::size_t i = begin; i < std::min(begin + kSlice, value.size()); ++i)
      slice.emplace_back(value[i]);
  }
  return part;
}

/// The place of an error; elements of the list are numbered as in the whole document.
std::string place_of(const std::vector<std::string>& context, const std::string& list,
                     std::size_t begin) {
  std::string place;
  for (std::size_t i = 0; i < context.size(); ++i) {
    const std::string& step = context[i];
    const bool element = i > 0 && begin > 0 && context[i - 1] == fmt::format("[{}]", list) &&
                         step.find_first_not_of("[]0123456789") == std::string::npos;
    place += element ? fmt::format("[{}]", begin + std::stoul(step.substr(1))) : step;
  }
  return place;
}

/// Lines about what doesn't fit; empty where everything does.
std::string problems_of(const valijson::Schema& schema, const nlohmann::json& target,
                        const std::string& list, std::size_t begin) {
  constexpr int kMostListed = 10;
  constexpr std::size_t kLongestDescription = 300;
  const valijson::adapters::NlohmannJsonAdapter adapter(target);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  std::string problems;
  if (validator.validate(schema, adapter, &results)) return problems;
  valijson::ValidationResults::Error error;
  for (int listed = 0; results.popError(error); ++listed) {
    if (listed == kMostListed) return problems + "\n  ...";
    problems += fmt::format("\n  {}: {}", place_of(error.context, list, begin),
                            excerpt(error.description, kLongestDescription));
  }
  return problems;
}

/// A text of a document that was not read from a file may hold any bytes.
void require_utf8(const Json& value, std::string_view where) {
  const auto require = [&](const std::string& text) {
    if (!is_utf8(text))
      throw BadInput(fmt::format("{}: the text \"{}\" is not UTF-8", where, excerpt(text)));
  };
  if (value.is_string()) require(value.get_ref<const std::string&>());
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) require(key);
  }
  if (!value.is_structured()) return;
  for (const auto& child : value) require_utf8(child, where);
}

}  // namespace

void check_schema(const Json& document, std::string_view schema_name, std::string_view where,
                  SchemaExtent extent) {
  const std::string name = fmt::format("schemas/{}.schema.json", schema_name);
  const auto text = config_file(name);
  if (!text) throw InternalError(fmt::format("unknown schema {}", name));
  auto schema_json = nlohmann::json::parse(*text);
  if (extent == SchemaExtent::some_keys) {
    schema_json.erase("required");
    schema_json.erase("anyOf");
  }
  valijson::Schema schema;
  valijson::SchemaParser parser;
  const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema_json);
  parser.populateSchema(schema_adapter, schema);

  require_utf8(document, where);
  const std::string list = longest_list(document);
  const std::size_t length = list.empty() ? 1 : document.at(list).size();
  for (std::size_t begin = 0; begin < length; begin += kSlice) {
    const nlohmann::json target =
        list.empty() ? nlohmann::json(document) : part_of(document, list, begin);
    if (const std::string problems = problems_of(schema, target, list, begin); !problems.empty())
      throw BadInput(fmt::format("{}: does not fit the schema {}:{}", where, name, problems));
  }
}

}  // namespace asbench
