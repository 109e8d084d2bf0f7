#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"

namespace asbench::loaders {

/// Where the source videos of annotations lie (`--videos`; docs/design/dataset.md 15). Nothing is
/// opened. Read-only after construction: thread-safe.
class SourceVideos {
 public:
  /// @param where  a folder, whose videos are named by their id, in it or in its sub-folders; or a
  ///   path with `%id` in the place of the id: "/films/%id/video.mkv", "/films/%id" (any ending of
  ///   a video is tried where the path has none)
  /// @param option  for messages: which option names it
  /// @throws UsageError for a path that is neither; SystemFault for what can't be listed.
  explicit SourceVideos(std::filesystem::path where, std::string_view option = "--videos");

  /// The video of an id, or why there is none.
  struct Answer {
    std::optional<std::filesystem::path> file;
    /// Without a file: `video_missing`, which names what else there is: several files that could be
    /// it, one in another letter case, one whose name ends with the id in brackets.
    std::optional<Finding> finding;
  };
  /// @param id  as the annotation has it; letter case counts, the two Unicode forms are one
  [[nodiscard]] Answer find(std::string_view id) const;

  [[nodiscard]] const std::filesystem::path& where() const { return where_; }
  [[nodiscard]] bool is_template() const { return is_template_; }

 private:
  using Files = std::vector<std::filesystem::path>;
  void index(const std::filesystem::path& folder, bool with_sub_folders);
  [[nodiscard]] Answer in_folder(const std::string& id) const;
  [[nodiscard]] Answer by_template(const std::string& id) const;

  std::filesystem::path where_;
  bool is_template_ = false;
  std::map<std::string, Files, std::less<>> by_id_;  ///< name without its ending, in NFC
  std::map<std::string, Files, std::less<>> by_small_letters_;
  std::map<std::string, Files, std::less<>> by_bracket_;  ///< "Title [id].mp4", by id
};

}  // namespace asbench::loaders
