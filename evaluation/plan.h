#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/protocol.h"
#include "features/extractor.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "metrics/registry.h"

namespace asbench::evaluation {

/// What a run will compute and where each piece of it stands in the extraction plan. Plain data.
struct Plan {
  metrics::Needs needs;
  features::ExtractionPlan extraction;
  std::map<std::string, std::size_t> encoders;  ///< role -> index in extraction.encoders
  std::map<loaders::ShotKey, std::size_t> clips;
  std::map<std::string, std::vector<std::size_t>> references;  ///< IP -> indices, in the split's order
  std::map<std::string, std::size_t> captions;                 ///< text -> index
};

/// Decides which frames, encoders, references and captions the protocol's metrics need. Opens checkpoints and hashes their
/// weights, loads none. @throws UsageError for unknown metrics, roles or profiles; BadInput for weights that aren't there.
[[nodiscard]] Plan make_plan(const Protocol& protocol, const loaders::Split& split, const loaders::Outputs& outputs,
                             const std::optional<std::filesystem::path>& weights);

/// The text that stands for a shot under the protocol's caption kind; nothing when the split has none.
[[nodiscard]] std::optional<std::string> caption_of(const loaders::Shot& shot, std::string_view kind);

/// A metric's signature under a plan. `subset` names the part of the split that was scored, empty for all of it.
[[nodiscard]] std::string signature_of(const metrics::MetricInfo& metric, const Protocol& protocol, const Plan& plan,
                                       const std::string& subset);

}  // namespace asbench::evaluation
