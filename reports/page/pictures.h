#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// Name of a sampled frame's picture; `shot.frames[index]` must exist and the shot must have a
/// hash.
[[nodiscard]] std::string frame_picture_name(const document::ResultShot& shot, std::size_t index);

/// The picture folders (document/pictures.h) of several results as one. Names are hashes of
/// contents, so it doesn't matter which folder holds a picture.
class Pictures {
 public:
  Pictures() = default;
  /// Folders that don't exist are skipped: a report works without pictures.
  explicit Pictures(const std::vector<std::filesystem::path>& folders);

  /// Bytes of the JPEG, or nothing when no folder has it, it is not a JPEG, or it is larger than
  /// any that `score` writes (1 MiB).
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const;

 private:
  std::vector<std::filesystem::path> folders_;
};

/// Name of the reference's picture on the backdrop (document/pictures.h) that the folders hold: the
/// one of earlier versions, on mid grey, where they have no other.
[[nodiscard]] std::string reference_picture_name(const Pictures& pictures,
                                                 const std::string& sha256,
                                                 const std::string& backdrop);

}  // namespace asbench::reports
