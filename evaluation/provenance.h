#pragma once

#include <map>
#include <span>
#include <string>

#include "document/result.h"
#include "evaluation/plan.h"
#include "features/extractor.h"
#include "loaders/shot_source.h"

namespace asbench::evaluation {

/// Now, in UTC: "2026-01-31T12:00:00Z".
[[nodiscard]] std::string utc_now();

/// How the shots' videos became RGB (loaders::colour_stamp), and how many did so in each way.
/// Broken shots and folders of frames are not counted.
/// @param clips  ids of the shots: indices of `outcomes`
[[nodiscard]] document::OrderedMap<int> colours_of(
    const std::map<loaders::ShotKey, std::size_t>& clips,
    std::span<const features::ClipOutcome> outcomes);

/// How a run made its numbers: this build, the libraries, the device, the encoders' weights, what
/// the extraction did and how long it took.
/// @param started  utc_now() when the run began
[[nodiscard]] document::ResultProvenance provenance_of(
    const Plan& plan, const features::ExtractionStatistics& statistics, const std::string& started,
    double wall_seconds);

}  // namespace asbench::evaluation
