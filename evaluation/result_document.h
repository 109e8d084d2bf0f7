#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "evaluation/coverage.h"
#include "evaluation/distribution.h"
#include "evaluation/plan.h"
#include "evaluation/protocol.h"
#include "evaluation/training_copies.h"
#include "features/extractor.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "metrics/measurement.h"
#include "metrics/registry.h"
#include "metrics/story/real_ceiling.h"

namespace asbench::evaluation {

/// What a result is made of, besides provenance.
struct ResultParts {
  std::string system;
  document::ResultKind kind = document::ResultKind::submission;
  std::string note;
  const Protocol* defaults = nullptr;
  const Protocol* protocol = nullptr;
  const loaders::Split* split = nullptr;
  const loaders::Outputs* outputs = nullptr;
  const Plan* plan = nullptr;
  const Coverage* coverage = nullptr;
  const std::vector<features::ClipOutcome>* clips = nullptr;
  const std::vector<metrics::Measurement>* measurements = nullptr;  ///< their stories are not read
  const std::vector<SetMeasurement>* sets = nullptr;
  const std::map<std::string, metrics::RealCeiling>* ceilings = nullptr;  ///< by metric id
  const TrainingCopies* copies = nullptr;  ///< nearest training frames, listed by shot; may be null
  std::string subset;                      ///< empty: the whole split
  std::size_t truncated_captions = 0;
};

/// The result of a run, without stories; `provenance` is left for the caller. Text is taken as it
/// is: the writer (document/result.h) mends what is not UTF-8.
[[nodiscard]] document::Result make_result(const ResultParts& parts);

/// One story of the result.
/// @param parts   what its shots are described by: measurements, sets and ceilings are not read
/// @param values  under the metrics `ids`, in the same order
[[nodiscard]] document::ResultStory make_story(const ResultParts& parts,
                                               const loaders::Story& story,
                                               std::span<const std::string> ids,
                                               std::span<const metrics::StoryValue> values);

/// What the registry says about a metric, as a document carries it; the definition states the
/// thresholds of these settings.
[[nodiscard]] document::MetricDescription describe(const metrics::Metric& metric,
                                                   const metrics::MetricSettings& settings);

}  // namespace asbench::evaluation
