#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "features/extraction_plan.h"

namespace asbench::features {

/// One task's part of a run: shard `index` of `count`, counted from 0.
struct Shard {
  int index = 0;
  int count = 1;
  bool operator==(const Shard&) const = default;
};

/// More tasks than any array of jobs has.
inline constexpr int kMostShards = 100'000;

/// Who does what of an extraction plan. Every task computes it alone and equally: it depends on the
/// plan, the sizes of the files and `count` only. Plain data.
///
/// Note [How clips are dealt out]
/// Taking the clips' content keys modulo the number of shards would make every task read every byte
/// of every video, to learn the keys; so would counting their frames. A file's size costs one look.
/// A clip costs a part that is the same for each (five frames go through the encoders, whatever its
/// length) and a part that grows with its length (decoding). Its weight is therefore its size plus
/// the mean size of all. Clips are taken by falling weight (equal ones in the plan's order), and
/// each goes to the shard with the least so far, the lowest number among equals. Clips of one long
/// video stay together, because it is decoded once. References and captions go by their own hash
/// modulo `count`.
struct ShardPlan {
  int count = 1;
  std::vector<int> clips;            ///< shard of each clip of the plan, by its id
  std::vector<int> references;       ///< shard of each reference
  std::vector<int> captions;         ///< shard of each caption
  std::vector<std::uint64_t> bytes;  ///< of the files of each shard's clips
  /// SHA-256 over the names and sizes of the clips' files, references and captions: tasks with
  /// different ones look at different inputs.
  std::string inputs_sha256;
};

/// @param count  1 to kMostShards
/// @throws SystemFault for a file whose size can't be found out; one that is gone has none.
[[nodiscard]] ShardPlan deal_out(const ExtractionPlan& plan, int count);

/// The part of a plan that one shard computes.
struct PlanPart {
  ExtractionPlan plan;
  std::vector<std::size_t> clips;  ///< ids in the whole plan of the part's clips, in its order
};
[[nodiscard]] PlanPart part_of(const ExtractionPlan& plan, const ShardPlan& shards, int index);

/// The shard of each weight, under the rule of Note [How clips are dealt out].
[[nodiscard]] std::vector<int> balance(std::span<const std::uint64_t> weights, int count);

/// SHA-256 over everything but the inputs that decides what is computed: encoders, frame rules,
/// background, decoder. Two runs with equal ones do the same work on a clip.
[[nodiscard]] std::string request_sha256(const ExtractionPlan& plan);

/// Numbers as job arrays take them: "3,7-9". @param numbers  ascending, each once
[[nodiscard]] std::string index_ranges(std::span<const int> numbers);

}  // namespace asbench::features
