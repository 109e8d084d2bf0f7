#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/progress.h"
#include "models/hub/hub_client.h"
#include "models/weights/catalogue.h"

namespace asbench::models {

/// What a file's bytes have to be. Each part that is known is checked.
struct Expectation {
  std::optional<std::uint64_t> bytes = {};
  std::optional<std::string> sha256 = {};
  std::optional<std::string> git_blob = {};  ///< SHA-1 of git's form of the file
  std::string source = "the hub";            ///< who says so: "the catalogue", "the record", ...

  [[nodiscard]] bool has_sum() const { return sha256.has_value() || git_blob.has_value(); }
};

/// Joins what the catalogue and the hub say of a file. @throws BadInput when they contradict each
/// other: the hub's file is not the one that we know.
[[nodiscard]] Expectation expectation(const CatalogueFile& known, const HubFile& hub);

/// A file measured against an expectation.
struct Verification {
  std::string sha256;  ///< of the bytes on disk
  std::uint64_t bytes = 0;
  std::string problem;  ///< empty: all that is known fits
};
[[nodiscard]] Verification verify_file(const std::filesystem::path& path,
                                       const Expectation& expected);

struct DownloadRequest {
  std::string revision;
  HubFile file = {};
  std::filesystem::path target;
  Expectation expected;
  Progress::Style progress = Progress::Style::automatic;
};

/// Downloads one file beside its target, continuing what an earlier run left, verifies it and
/// renames it to the target. A cut connection is tried again with growing pauses, as long as each
/// try brings bytes, else client.options().retries times. Afterwards there is the whole verified
/// file, or the old one untouched; a part stays only while it can be continued.
/// @throws BadInput for everything that keeps the file from coming; Error when interrupted.
Verification download_verified(HubClient& client, const DownloadRequest& request);

}  // namespace asbench::models
