#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace asbench::models {

/// What is known of one fetched file.
struct RecordedFile {
  std::string sha256;  ///< of the bytes that were placed
  std::uint64_t bytes = 0;
  std::string etag;  ///< as the hub named it; may be empty
};

/// `asbench-weights.json` beside a fetched checkpoint: where the files came from and their sums, so
/// that they can be checked later without a network.
struct WeightsRecord {
  std::string id;
  std::string endpoint;
  std::string revision;  ///< as asked for: "main"
  std::string commit;   ///< what it was when the files were fetched; empty if the server didn't say
  std::string licence;  ///< name; empty when none is on file
  std::map<std::string, RecordedFile> files;
};

inline constexpr std::string_view kRecordName = "asbench-weights.json";

/// @returns nothing when the folder has no record. @throws BadInput when it has a broken one.
[[nodiscard]] std::optional<WeightsRecord> read_weights_record(const std::filesystem::path& folder);

/// Replaces the folder's record atomically. @throws BadInput naming the path.
void write_weights_record(const std::filesystem::path& folder, const WeightsRecord& record);

}  // namespace asbench::models
