#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/weights/catalogue.h"
#include "models/weights/checkpoint.h"
#include "models/weights/pin.h"

namespace asbench::models {

/// Where a checkpoint is on this machine, without reading its weights.
struct LocalCheckpoint {
  std::filesystem::path folder;
  std::optional<std::string> revision;  ///< commit, from the cache or the record of the fetch
  std::string problem;                  ///< empty: it opens; else the reason why not
};

/// Looks for a checkpoint as open_checkpoint() does. @returns nothing when no folder of that name
/// exists; a `problem` when one does, but is not complete. Thread-safe.
[[nodiscard]] std::optional<LocalCheckpoint> find_local(const std::string& id,
                                                        const WeightFolders& folders);

/// Ids of the checkpoints on this machine: every `<root>/<org>/<name>/config.json`, and those of
/// the catalogue that the Hugging Face cache holds. Sorted.
[[nodiscard]] std::vector<std::string> local_ids(const WeightFolders& folders,
                                                 const Catalogue& catalogue = Catalogue::shipped());

/// One file, verified.
struct CheckedFile {
  std::filesystem::path path;
  std::string sha256;
  std::uint64_t bytes = 0;
  std::string compared_with;  ///< "pin", "record", "cache" (the blob's name); empty: no hash is
                              ///< known, only the structure was checked
  FilePin pin = FilePin::not_pinned;
  std::string problem;  ///< empty: nothing is wrong
};

struct CheckReport {
  std::string id;
  std::filesystem::path folder;
  std::optional<std::string> revision;  ///< commit
  /// Revision that the fetch asked for instead of the catalogue's: pins that were published
  /// elsewhere are reported, but a difference is not a problem.
  std::optional<std::string> overridden_revision;
  std::vector<CheckedFile> files;
  std::vector<std::string> problems;  ///< of the checkpoint as a whole

  [[nodiscard]] bool ok() const;
};

/// Verifies the hashes of a local checkpoint's files (against the pin, else the record of the
/// fetch, else the name of the Hugging Face cache's blob) and their structure: JSON parses, a
/// safetensors header opens and matches the file's size, pytorch_model.bin is a whole zip file or a
/// legacy one. A damaged file is an entry, not an exception.
/// @throws BadInput when the checkpoint does not exist: the folders searched and how to fetch it.
[[nodiscard]] CheckReport check_checkpoint(const std::string& id, const WeightFolders& folders,
                                           const Catalogue& catalogue = Catalogue::shipped());

}  // namespace asbench::models
