#pragma once

// What extract() fills and Extraction reads; not a public header.

#include <string>
#include <vector>

#include "features/extraction.h"
#include "features/extraction_plan.h"
#include "features/store.h"

namespace asbench::features {

struct Extraction::State {
  const ExtractionPlan* plan = nullptr;
  const FeatureStore* store = nullptr;
  std::string decoder;
  std::vector<ClipOutcome> outcomes;  ///< by clip id
  ExtractionStatistics statistics;
};

}  // namespace asbench::features
