#pragma once

// What encode, plan and status have in common; not a public header.

#include <memory>
#include <string>
#include <vector>

#include "evaluation/plan.h"
#include "evaluation/prepare.h"
#include "features/extraction_plan.h"
#include "features/shard_record.h"
#include "features/shards.h"
#include "loaders/shot_source.h"

namespace asbench::evaluation {

/// Everything that a run extracts, dealt out to shards. Plain data.
struct ShardWork {
  /// Of the run itself, which must outlive this; where a training set of clips is searched, one
  /// more for these.
  std::vector<const features::ExtractionPlan*> plans;
  std::unique_ptr<const features::ExtractionPlan> training;  ///< null: no such clips
  std::vector<features::ShardPlan> shards;                   ///< of each plan
  std::vector<std::string> requests;                         ///< request_sha256() of each plan
  std::string request;                                       ///< of all of them
  std::string plan;                                          ///< plan_sha256(): request and inputs
  int count = 1;
};

/// @param plan   must outlive the result
/// @param count  of shards. @throws UsageError outside 1 to kMostShards.
[[nodiscard]] ShardWork work_of(const Plan& plan, int count);

/// Clips and bytes of one shard over all plans.
struct ShardSize {
  std::size_t clips = 0;
  std::uint64_t bytes = 0;
};
[[nodiscard]] std::vector<ShardSize> sizes_of(const ShardWork& work);

/// Names clips of the work for people.
class ClipNames {
 public:
  explicit ClipNames(const Plan& plan);
  /// @param part, clip  index of the plan in the work, and the clip's id there
  [[nodiscard]] features::FailedClip failed(const ShardWork& work, std::size_t part,
                                            std::size_t clip,
                                            const features::ClipOutcome::Broken& broken) const;

 private:
  std::vector<const loaders::ShotKey*> shots_;  ///< by clip id of the first plan; null: no shot
};

}  // namespace asbench::evaluation
