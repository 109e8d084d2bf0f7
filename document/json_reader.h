#pragma once

// JSON to results; not a public header.

#include <string_view>
#include <vector>

#include "core/json.h"
#include "document/result.h"

namespace asbench::document {

/// Reads a list of stories that fits the schema.
/// @param where  what to call the document in messages
/// @throws BadInput naming the place in it.
[[nodiscard]] std::vector<ResultStory> stories_from_json(const Json& list, std::string_view where);

}  // namespace asbench::document
