#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/run.h"
#include "features/shard_record.h"
#include "features/shards.h"

// One run on many machines. Features lie in a store under keys that say what they are, so the store
// is the only thing that tasks share: each adds its part, in any order, and scoring afterwards
// finds them there. What a task did not do, scoring does itself; the result is the same whatever
// was encoded where (docs/scale.md).
namespace asbench::evaluation {

/// Computes one shard of what score() would extract, adds it to the store, and leaves a record.
///
/// Checks everything that score() checks before the first frame is decoded, except what only
/// concerns the result (anchors, the file it goes to). Shots that are not there, and clips that
/// can't be used, don't stop it: the record and the store say which they are, and scoring treats
/// them as --missing says. What the store has already is not computed again, so a task that was
/// killed is run again as it was.
/// @throws UsageError for a shard out of range; SystemFault for a store that can't be written,
/// before anything is decoded; and what score() throws.
[[nodiscard]] features::ShardRecord encode(const ScoreRequest& request,
                                           const features::Shard& shard);

struct PlannedShard {
  std::size_t clips = 0;
  std::uint64_t bytes = 0;  ///< of the clips' files
  double seconds = 0.0;     ///< estimated; 0 without an estimate
};

/// What a run in shards would do. Plain data.
struct RunPlan {
  std::string plan;  ///< features::plan_sha256()
  std::string split;
  std::size_t clips = 0;
  std::size_t references = 0;
  std::size_t captions = 0;
  std::size_t absent_shots = 0;  ///< shots of the split without a file
  std::vector<PlannedShard> shards;
  double seconds_per_clip = 0.0;  ///< of the mean size; 0 without an estimate
  int measured_clips = 0;         ///< what the estimate rests on
  bool from_records = false;      ///< measured by earlier tasks with this request, not just now
};

/// Deals a run out to `count` shards and estimates how long each will take, from what earlier tasks
/// of the same request took; where there are none, `calibration_clips` clips are encoded now, which
/// stay in the store.
///
/// Note [The estimate]
/// A shard takes the time per clip times the mean of two numbers: its clips, and its bytes over the
/// mean size of a clip. That is the weight by which clips are dealt out (features/shards.h).
[[nodiscard]] RunPlan plan_run(const ScoreRequest& request, int count, int calibration_clips);

struct ShardState {
  std::size_t clips = 0;
  std::size_t done = 0;
  std::size_t failed = 0;          ///< found unusable by a task: running again changes nothing
  std::size_t others_missing = 0;  ///< references and captions
  bool has_record = false;
  [[nodiscard]] std::size_t missing() const { return clips - done - failed; }
  /// A task has nothing left to do.
  [[nodiscard]] bool complete() const { return missing() == 0 && others_missing == 0; }
};

/// What of a run is in the store. Plain data.
struct RunStatus {
  std::string plan;
  std::vector<ShardState> shards;
  std::vector<features::FailedClip> failed;
  std::size_t absent_shots = 0;  ///< shots of the split without a file
  /// Shards that another plan of the same request has records of: the inputs were others then.
  std::size_t records_of_other_inputs = 0;

  [[nodiscard]] std::vector<int> incomplete() const;  ///< shards, ascending
};

/// Looks for the entries of each shard, so that what a killed task has done counts. Reads no video:
/// asks what tasks remembered of the files (features/clip_memory.h).
/// @param count  of shards; nothing: what the records say
/// @throws UsageError when nothing says how many shards there are, or records of several numbers.
[[nodiscard]] RunStatus run_status(const ScoreRequest& request, std::optional<int> count);

}  // namespace asbench::evaluation
