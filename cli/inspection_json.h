#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "core/finding.h"
#include "core/json.h"

namespace asbench::cli {

/// What `inspect` found, as its JSON has it. All findings are counted; of very many of a kind, the
/// first are listed.
struct Inspection {
  Json split;
  Json outputs = nullptr;                     ///< null: none were given
  Json statistics = nullptr;                  ///< of annotation files; null: left out
  std::map<std::string, std::size_t> counts;  ///< findings by kind
  Findings listed;
};

/// The document that `inspect --json` prints for a split of any form: schema asbench/inspection@1
/// (configs/schemas/inspection.schema.json). `truncated` says that findings are counted that are
/// not listed.
[[nodiscard]] Json to_json(const Inspection& inspection);

}  // namespace asbench::cli
