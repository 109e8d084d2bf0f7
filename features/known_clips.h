#pragma once

#include <map>
#include <optional>
#include <string>

#include "features/clip_outcome.h"
#include "loaders/shot_source.h"

namespace asbench::features {

/// What a look at a clip's file has found out.
struct KnownClip {
  std::string content_sha256;                 ///< empty when it could not be read
  std::optional<ClipOutcome::Broken> broken;  ///< why it can't be used
  bool operator==(const KnownClip&) const = default;
};

/// What is known of clips before extraction, so that it neither hashes their files again nor opens
/// the broken ones. A file that was written to since (another size, inode or time of change) is no
/// longer known. A plain value; one thread at a time.
class KnownClips {
 public:
  /// Call it before the file is read: what is written meanwhile then makes the entry stale.
  [[nodiscard]] static std::string stamp_of(const loaders::ShotSource& source);
  void add(const loaders::ShotSource& source, KnownClip clip, std::string stamp);
  [[nodiscard]] std::optional<KnownClip> find(const loaders::ShotSource& source) const;
  [[nodiscard]] std::size_t size() const { return clips_.size(); }

 private:
  struct Entry {
    KnownClip clip;
    std::string stamp;
  };
  std::map<std::string, Entry> clips_;  ///< path and range -> what is known
};

}  // namespace asbench::features
