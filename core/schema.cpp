#include "core/schema.h"

#include <fmt/format.h>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "core/config_files.h"
#include "core/error.h"

namespace asbench {

void check_schema(const Json& document, std::string_view schema_name, std::string_view where) {
  const std::string name = fmt::format("schemas/{}.schema.json", schema_name);
  const auto text = config_file(name);
  if (!text) throw InternalError(fmt::format("unknown schema {}", name));

  // valijson adapts nlohmann::json, not the ordered kind; documents are small, so a second parse is
  // the plain way.
  const auto schema_json = nlohmann::json::parse(*text);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema_json);
  parser.populateSchema(schema_adapter, schema);

  const auto target = nlohmann::json::parse(document.dump());
  const valijson::adapters::NlohmannJsonAdapter target_adapter(target);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  if (validator.validate(schema, target_adapter, &results)) return;

  std::string problems;
  valijson::ValidationResults::Error error;
  for (int listed = 0; results.popError(error); ++listed) {
    if (listed == 10) {
      problems += "\n  ...";
      break;
    }
    std::string path;
    for (const auto& step : error.context) path += step;
    problems += fmt::format("\n  {}: {}", path, error.description);
  }
  throw BadInput(fmt::format("{}: does not fit the schema {}:{}", where, name, problems));
}

}  // namespace asbench
