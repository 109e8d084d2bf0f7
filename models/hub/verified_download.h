#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/progress.h"
#include "models/hub/hub_client.h"
#include "models/weights/catalogue.h"

namespace asbench::models {

/// What a file's bytes have to be. Each known part is checked.
struct Expectation {
  std::optional<std::uint64_t> bytes = {};
  std::optional<std::string> sha256 = {};
  std::optional<std::string> git_blob = {};  ///< SHA-1 of git's form of the file
  std::string source = "the hub";            ///< who says so: "the pin", "the record", ...

  [[nodiscard]] bool has_sum() const { return sha256.has_value() || git_blob.has_value(); }
};

/// What the hub says of a file.
[[nodiscard]] Expectation expectation(const HubFile& hub);

/// What the pin of a file says, with what the hub adds. @param known  known.pinned()
/// @throws BadInput when the hub announces another size or SHA-256 than the pin's.
[[nodiscard]] Expectation pinned_expectation(const CatalogueFile& known, const HubFile& hub);

/// A file measured against an expectation.
struct Verification {
  std::string sha256;  ///< of the bytes on disk
  std::uint64_t bytes = 0;
  std::string problem;  ///< empty: it is as expected
};
/// Compares a file with an expectation. @throws BadInput when it can't be read.
[[nodiscard]] Verification verify_file(const std::filesystem::path& path,
                                       const Expectation& expected);

struct DownloadRequest {
  std::string revision;
  HubFile file = {};
  std::filesystem::path target;
  Expectation expected;
  Progress::Style progress = Progress::Style::automatic;
};

/// Downloads one file beside its target, resuming what an earlier run left, verifies it and renames
/// it to the target. After a cut connection it tries again with growing pauses: as long as each
/// try receives bytes, else client.options().retries times. Afterwards the target is the whole
/// verified file, or the old one untouched; a part stays only if it can be resumed.
/// @throws BadInput when the file can't be had; Error when interrupted.
Verification download_verified(HubClient& client, const DownloadRequest& request);

}  // namespace asbench::models
