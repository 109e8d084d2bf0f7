#include "features/known_clips.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

namespace asbench::features {
namespace {

std::string name_of(const loaders::ShotSource& source) {
  return fmt::format("{}#{}-{}#{}/{}{}", source.path.string(), source.begin_frame, source.end_frame,
                     source.part, source.parts, source.mark());
}

}  // namespace

// A folder of frames is stamped by the folder itself: files that come, go or are replaced by
// renaming change its times. A frame that is overwritten in place does not.
std::string KnownClips::stamp_of(const loaders::ShotSource& source) {
  struct stat file {};
  if (::stat(source.path.c_str(), &file) != 0) return "absent";
  return fmt::format("{} {} {} {}.{:09} {}.{:09}", file.st_dev, file.st_ino, file.st_size,
                     file.st_mtim.tv_sec, file.st_mtim.tv_nsec, file.st_ctim.tv_sec,
                     file.st_ctim.tv_nsec);
}

void KnownClips::add(const loaders::ShotSource& source, KnownClip clip, std::string stamp) {
  clips_.insert_or_assign(name_of(source), Entry{std::move(clip), std::move(stamp)});
}

std::optional<KnownClip> KnownClips::find(const loaders::ShotSource& source) const {
  const auto entry = clips_.find(name_of(source));
  if (entry == clips_.end() || entry->second.stamp != stamp_of(source)) return std::nullopt;
  return entry->second.clip;
}

}  // namespace asbench::features
