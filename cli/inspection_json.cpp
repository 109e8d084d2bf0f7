#include "cli/inspection_json.h"

#include "document/finding_kinds.h"

namespace asbench::cli {

Json to_json(const Inspection& inspection) {
  Json document{{"schema", "asbench/inspection@1"}};
  document["split"] = inspection.split;
  document["outputs"] = inspection.outputs;
  if (!inspection.statistics.is_null()) document["statistics"] = inspection.statistics;
  std::size_t all = 0;
  std::size_t blocking = 0;
  Json counts = Json::object();
  for (const auto& [kind, number] : inspection.counts) {
    counts[kind] = number;
    all += number;
    if (document::is_blocking(kind)) blocking += number;
  }
  document["counts"] = std::move(counts);
  document["blocking"] = blocking;
  document["truncated"] = inspection.listed.size() < all;
  Json findings = Json::array();
  for (const Finding& finding : inspection.listed) {
    findings.push_back({{"story", finding.story.empty() ? Json() : Json(finding.story)},
                        {"shot", finding.shot ? Json(*finding.shot) : Json()},
                        {"kind", finding.kind},
                        {"detail", finding.detail}});
  }
  document["findings"] = std::move(findings);
  return document;
}

}  // namespace asbench::cli
