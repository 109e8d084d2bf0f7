#include "evaluation/shard_work.h"

#include <fmt/format.h>

#include "core/error.h"
#include "evaluation/training_copies.h"

namespace asbench::evaluation {

ShardWork work_of(const Plan& plan, int count) {
  if (count < 1 || count > features::kMostShards) {
    throw UsageError(fmt::format("{} shards: expected 1 to {}", count, features::kMostShards));
  }
  ShardWork work;
  work.count = count;
  work.plans.push_back(&plan.extraction);
  if (auto training = training_extraction(plan); !training.clips.empty()) {
    work.training = std::make_unique<const features::ExtractionPlan>(std::move(training));
    work.plans.push_back(work.training.get());
  }
  std::vector<std::string> inputs;
  for (const auto* part : work.plans) {
    work.shards.push_back(features::deal_out(*part, count));
    work.requests.push_back(features::request_sha256(*part));
    inputs.push_back(work.shards.back().inputs_sha256);
  }
  work.request = features::plan_sha256(work.requests, {});
  work.plan = features::plan_sha256(work.requests, inputs);
  return work;
}

std::vector<ShardSize> sizes_of(const ShardWork& work) {
  std::vector<ShardSize> sizes(static_cast<std::size_t>(work.count));
  for (const auto& shards : work.shards) {
    for (const int shard : shards.clips) ++sizes[static_cast<std::size_t>(shard)].clips;
    for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i].bytes += shards.bytes[i];
  }
  return sizes;
}

ClipNames::ClipNames(const Plan& plan) : shots_(plan.extraction.clips.size()) {
  for (const auto& [key, clip] : plan.clips) shots_.at(clip) = &key;
}

features::FailedClip ClipNames::failed(const ShardWork& work, std::size_t part, std::size_t clip,
                                       const features::ClipOutcome::Broken& broken) const {
  features::FailedClip failed;
  if (part == 0 && shots_.at(clip) != nullptr) {
    failed.story = shots_.at(clip)->story;
    failed.shot = shots_.at(clip)->shot;
  }
  failed.file = work.plans.at(part)->clips.at(clip).source.path.filename().string();
  failed.kind = broken.kind;
  failed.cause = broken.cause;
  return failed;
}

}  // namespace asbench::evaluation
