#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace asbench::models {

/// One fetched file.
struct RecordedFile {
  std::string sha256;  ///< of the bytes on disk
  std::uint64_t bytes = 0;
  std::string etag;  ///< as the hub sent it; may be empty
};

/// `asbench-weights.json` beside a fetched checkpoint: where the files came from and their SHA-256,
/// so that they can be verified later without a network.
struct WeightsRecord {
  std::string id;
  std::string endpoint;
  std::string revision;            ///< as asked for: "main"
  bool revision_override = false;  ///< `--revision` asked for it, instead of the catalogue's
  std::string commit;   ///< of the revision when the files were fetched; empty if not told
  std::string licence;  ///< name; empty when unknown
  std::map<std::string, RecordedFile> files;
};

inline constexpr std::string_view kRecordName = "asbench-weights.json";

/// @returns nothing when the folder has no record. @throws BadInput when the record is broken.
[[nodiscard]] std::optional<WeightsRecord> read_weights_record(const std::filesystem::path& folder);

/// Replaces the folder's record atomically. @throws BadInput naming the path.
void write_weights_record(const std::filesystem::path& folder, const WeightsRecord& record);

}  // namespace asbench::models
