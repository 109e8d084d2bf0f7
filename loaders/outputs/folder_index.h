#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// What lies in an outputs folder. Not for other modules.
namespace asbench::loaders {

/// A file, or a folder with pictures in it, below an outputs folder.
struct OutputEntry {
  std::string relative;  ///< path below the folder, as on disk
  bool is_folder = false;
  bool hidden = false;  ///< the name or a folder above it begins with ".", or is __MACOSX
  /// A video file or a folder of frames that is not hidden.
  [[nodiscard]] bool may_be_shot() const;
};

/// Everything below a folder, listed once, with two ways to look a path up that is not there as
/// written. Links to folders are followed, unless the folder lies below this one or around it, or
/// another link was followed on the way. Entries are in byte
/// order of their paths. Read-only after construction: thread-safe.
class FolderIndex {
 public:
  /// A folder that is not there is empty. @throws SystemFault or std::filesystem::filesystem_error
  /// for what can't be listed.
  explicit FolderIndex(std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const std::vector<OutputEntry>& entries() const { return entries_; }

  /// Entries whose path is the same text in another Unicode form (NFC and NFD).
  [[nodiscard]] std::vector<const OutputEntry*> same_text(std::string_view relative) const;
  /// Entries that may be a shot and whose loose_name() is the same.
  [[nodiscard]] std::vector<const OutputEntry*> similar(std::string_view relative) const;

  /// "12 videos (.mp4), such as a/1.mp4 and b/2.mp4", or what else there is.
  [[nodiscard]] std::string description() const;

 private:
  using Places = std::unordered_map<std::string, std::vector<std::size_t>>;
  [[nodiscard]] std::vector<const OutputEntry*> at(const Places& places,
                                                   const std::string& name) const;

  std::filesystem::path folder_;
  std::vector<OutputEntry> entries_;
  Places by_text_;   ///< only of paths that are not ASCII
  Places by_loose_;  ///< only of those that may be a shot
};

}  // namespace asbench::loaders
