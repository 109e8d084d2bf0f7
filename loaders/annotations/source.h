#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "loaders/annotations/parse_annotations.h"

namespace asbench::loaders {

/// One annotation file of a source.
struct SourceEntry {
  std::string name;         ///< relative to the folder or archive, '/' between its parts
  std::uint64_t size = 0;   ///< bytes, unpacked
  std::uint64_t stamp = 0;  ///< changes when the content does: a file's time, a member's CRC-32
  bool operator==(const SourceEntry&) const = default;
};

/// What was read of an entry.
struct SourceBytes {
  std::string bytes;
  std::string problem;  ///< not empty: the bytes can't be had, because of the file itself
};

/// Where annotation files lie: one file, a folder (with those below it), or a zip archive as it is
/// published, which is read in place. Files whose names begin with a dot are left out, and so is
/// what does not end in `.json`.
class AnnotationSource {
 public:
  /// Reads entries of one source; one thread at a time, each thread has its own.
  class Reader {
   public:
    virtual ~Reader() = default;
    /// @param entry  place in entries()
    /// @throws SystemFault when the system can't read what is there.
    [[nodiscard]] virtual SourceBytes read(std::size_t entry) = 0;
  };

  /// Lists the entries. @throws BadInput when there is nothing at the path, or an archive is
  /// damaged; SystemFault when the system can't read it.
  explicit AnnotationSource(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// In byte order of their names.
  [[nodiscard]] const std::vector<SourceEntry>& entries() const { return entries_; }
  /// @throws as the constructor. The source must outlive it.
  [[nodiscard]] std::unique_ptr<Reader> open() const;

  /// The largest file that is read, in bytes: as every JSON file of a split.
  static constexpr std::size_t kLargestFile = std::size_t{64} << 20;

 private:
  std::filesystem::path path_;
  bool is_archive_ = false;
  std::vector<SourceEntry> entries_;
  std::vector<std::uint64_t> members_;  ///< an archive's: index of each entry in it
};

/// Reads and parses an entry (parse_annotations.h). The file's name without its ending stands for a
/// video id that the file doesn't state; "unnamed-ip-<place from 1>" where that can't be part of a
/// path. @throws SystemFault.
[[nodiscard]] AnnotationFile read_annotations(const AnnotationSource& source,
                                              AnnotationSource::Reader& reader, std::size_t entry);

/// Whether a file may be an annotation by its name: it ends in ".json", in any letter case.
[[nodiscard]] bool has_annotation_ending(std::string_view name);

/// True for a file that begins as a zip archive does. @throws SystemFault.
[[nodiscard]] bool is_zip_archive(const std::filesystem::path& path);

}  // namespace asbench::loaders
