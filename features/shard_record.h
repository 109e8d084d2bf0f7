#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "features/shards.h"
#include "features/store.h"

namespace asbench::features {

/// A clip that can't be used, as a record lists it.
struct FailedClip {
  std::string story;        ///< empty: not a shot of the outputs
  std::optional<int> shot;  ///< as above
  std::string file;         ///< name without folders
  std::string kind;         ///< finding that scoring makes of it: broken_video, damaged_video, ...
  std::string cause;
};

/// As records and `asbench status --json` write it.
[[nodiscard]] Json to_json(const FailedClip& clip);

/// That a shard is done: written last, so that a killed task leaves none. It says what a task has
/// seen and how long it took; whether entries are there is asked of the store.
struct ShardRecord {
  std::string plan;     ///< plan_sha256(): the request and its inputs
  std::string request;  ///< request_sha256()
  Shard shard;
  std::string version;  ///< of the program
  std::string started;  ///< UTC
  std::string finished;
  std::string device;
  int threads = 0;  ///< of the encoders
  std::int64_t clips = 0;
  std::uint64_t bytes = 0;         ///< of their files
  std::int64_t clips_decoded = 0;  ///< the others were in the store
  std::int64_t images_encoded = 0;
  std::int64_t captions_encoded = 0;
  double seconds = 0.0;       ///< of the whole extraction
  double load_seconds = 0.0;  ///< of it, loading networks
  std::vector<FailedClip> failed;
};

/// Names a plan: what is asked for, of which inputs, whatever the number of shards.
[[nodiscard]] std::string plan_sha256(const std::vector<std::string>& requests,
                                      const std::vector<std::string>& inputs);

/// `<store>/shards/<first 16 digits of the plan>/<i>-of-<n>.json`
[[nodiscard]] std::filesystem::path record_file(const FeatureStore& store, const std::string& plan,
                                                const Shard& shard);

/// Makes the folder of a plan's records and tries to write there. @throws SystemFault for a store
/// that can't be written, before hours of encoding.
void require_writable_records(const FeatureStore& store, const std::string& plan);

/// Schema asbench/shard@1 (configs/schemas/shard.schema.json). Atomic. @throws SystemFault.
void write_record(const FeatureStore& store, const ShardRecord& record);

/// A plan's records, by number of shards and index; empty without any. @throws BadInput for a
/// file that is no record, SystemFault.
[[nodiscard]] std::vector<ShardRecord> read_records(const FeatureStore& store,
                                                    const std::string& plan);
/// Those of all plans.
[[nodiscard]] std::vector<ShardRecord> read_all_records(const FeatureStore& store);

}  // namespace asbench::features
