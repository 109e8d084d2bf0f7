#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.h"
#include "document/result.h"
#include "document/signature.h"
#include "evaluation/plan.h"
#include "evaluation/protocol.h"
#include "loaders/split.h"

namespace asbench::evaluation {

/// What a run's result will say, as far as that is known before anything is decoded.
struct ExpectedResult {
  std::string system;
  document::ResultSplit split;
  std::string protocol;
  Json settings;  ///< of the protocol, as used
  /// By metric id, in the document's order. What only the clips tell is empty: the number of
  /// samples, hashes of folders of clips.
  std::vector<std::pair<std::string, document::Signature>> metrics;
};

/// @param subset  names the part of the split, empty for all of it
[[nodiscard]] ExpectedResult expected_result(const std::string& system, const loaders::Split& split,
                                             const Protocol& protocol, const Plan& plan,
                                             const std::string& subset);

/// Whether a line of another document can be that of the result: equal in every field that is
/// known.
[[nodiscard]] bool may_be_equal(const document::Signature& expected, std::string_view line);

/// A file may be replaced by the result where nothing of another kind is lost: it is not there, is
/// empty, or is a result of the same request, that is, of the same system, split and part of it,
/// protocol with its settings, and of metrics whose signatures may be equal. The videos may have
/// changed: that is what a run is repeated for.
/// @throws UsageError that says what the file holds and how to replace it.
void require_replaceable(const std::filesystem::path& file, const ExpectedResult& expected);

}  // namespace asbench::evaluation
