#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/json.h"
#include "evaluation/coverage.h"
#include "evaluation/distribution.h"
#include "evaluation/plan.h"
#include "evaluation/protocol.h"
#include "evaluation/training_copies.h"
#include "metrics/measurement.h"
#include "metrics/story/real_ceiling.h"

namespace asbench::evaluation {

/// What a result document is made of, besides provenance.
struct ResultParts {
  std::string system;
  std::string kind = "submission";  ///< or "baseline"
  const Protocol* defaults = nullptr;
  const Protocol* protocol = nullptr;
  const loaders::Split* split = nullptr;
  const loaders::Outputs* outputs = nullptr;
  const Plan* plan = nullptr;
  const Coverage* coverage = nullptr;
  const std::vector<features::ClipOutcome>* clips = nullptr;
  const std::vector<metrics::Measurement>* measurements = nullptr;
  const std::vector<SetMeasurement>* sets = nullptr;
  const std::map<std::string, metrics::RealCeiling>* ceilings = nullptr;  ///< by metric id
  const TrainingCopies* copies = nullptr;  ///< nearest training frames, listed by shot; may be null
  std::string subset;                      ///< empty: the whole split
  std::size_t truncated_captions = 0;
};

/// The document of interface.md, "Result document"; `provenance` is left for the caller.
[[nodiscard]] Json result_document(const ResultParts& parts);

}  // namespace asbench::evaluation
