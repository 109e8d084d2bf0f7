#pragma once

#include <string_view>

#include "core/json.h"

namespace asbench {

enum class SchemaExtent {
  whole,
  some_keys,  ///< keys of a document: what it must have besides is not asked for
};

/// Checks a document against one of the JSON schemas in configs/schemas (draft 7, by valijson).
/// @param schema_name  file name without its ending: "result", "split", "protocol"
/// @param where        what to call the document in the message
/// @throws BadInput listing up to ten violations, each with the path inside the document.
void check_schema(const Json& document, std::string_view schema_name, std::string_view where,
                  SchemaExtent extent = SchemaExtent::whole);

}  // namespace asbench
