#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "metrics/catalogue.h"
#include "metrics/settings.h"

namespace asbench::evaluation {

/// Every setting that changes a number, as a protocol file gives it (configs/protocols, schema
/// protocol.schema.json). A run starts from a protocol's defaults; what the user changes is listed
/// as an override and makes the result non-canonical.
struct Protocol {
  std::string name;
  std::string frames;                           ///< frame rule, "midpoint:5"
  std::string background;                       ///< behind transparent references
  std::string text;                             ///< caption kind
  std::map<std::string, std::string> encoders;  ///< role -> checkpoint id
  std::map<std::string, std::string>
      preprocess;  ///< role -> profile name; empty: pinned, else the checkpoint's own
  std::vector<std::string> metrics;  ///< ids, in the order of tables
  metrics::Catalogue catalogue =
      metrics::built_in_metrics();  ///< the built-in metrics and those that the file declares
  Json declared = Json::array();    ///< the latter, as the file has them
  std::string dtype;
  bool prologues = false;  ///< shots outside their stories are scored like the others
  std::optional<std::string>
      fvd_variant;  ///< evaluation/fvd_variant.h; nothing: the one its network was published with
  int neighbours = 5;  ///< k of precision, recall, density, coverage
  metrics::MetricSettings
      settings;  ///< missing policy, pooling of references, thresholds, bootstrap
};

/// @param name_or_path  a built-in protocol ("animeshooter-v1") or a file of the same schema
/// @throws UsageError listing the built-in ones, BadInput when the file does not fit the schema.
[[nodiscard]] Protocol load_protocol(const std::string& name_or_path);

/// The settings as used, all defaults filled in: `protocol.settings` of a result.
[[nodiscard]] Json protocol_settings(const Protocol& protocol);

/// Names of the settings in which `used` differs from `defaults`, as "missing=zero
/// (animeshooter-v1: fail)".
[[nodiscard]] std::vector<std::string> protocol_overrides(const Protocol& defaults,
                                                          const Protocol& used);

}  // namespace asbench::evaluation
