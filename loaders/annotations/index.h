#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "loaders/annotations/parse_annotations.h"
#include "loaders/annotations/source.h"

// What is known of tens of thousands of annotation files without reading them again: numbers, ids
// and findings, no captions and no masks.
namespace asbench::loaders {

struct IndexedShot {
  std::int64_t first_frame = -1;  ///< of the source video; -1: the file states no frame rate
  std::int64_t end_frame = -1;    ///< excluded
  float seconds = 0.0F;           ///< length
  std::int32_t number = 1;
  std::uint16_t narrative_words = 0;  ///< 0: no caption
  std::uint16_t descriptive_words = 0;
  std::uint16_t characters = 0;
  std::uint16_t flags = 0;  ///< of Flag

  enum Flag : std::uint16_t {
    prologue_or_epilogue = 1,
    has_scene = 2,
    has_excerpt = 4,
    has_audio = 8
  };
  [[nodiscard]] bool is(Flag flag) const { return (flags & flag) != 0; }
  bool operator==(const IndexedShot&) const = default;
};

struct IndexedSegment {
  std::int64_t first_frame = 0;
  std::int64_t end_frame = 0;
  std::uint32_t first_shot = 0;  ///< place in IndexedFile::shots
  std::uint32_t shots = 0;
  std::int32_t index = 0;  ///< as AnnotatedSegment::index
  std::uint32_t storyline_words = 0;
  std::uint32_t masks = 0;
  std::uint16_t characters = 0;
  std::uint16_t scenes = 0;
  std::uint16_t references = 0;  ///< main characters with at least one mask
  std::uint16_t unused[3] = {};  ///< makes the size a multiple of 8
  bool operator==(const IndexedSegment&) const = default;
};

struct IndexedVideo {
  std::string id;
  double fps = 0.0;                 ///< 0: not stated
  std::uint32_t first_segment = 0;  ///< place in IndexedFile::segments
  std::uint32_t segments = 0;       ///< usable ones
  std::uint32_t skipped = 0;        ///< segments that are not usable
  bool is_unreadable = false;       ///< nothing is known of its segments
  bool is_duplicate = false;        ///< another file's video of this id is used; not in statistics
  bool operator==(const IndexedVideo&) const = default;
};

struct IndexedFinding {
  std::uint32_t text = 0;   ///< place in the index's texts
  std::uint16_t kind = 0;   ///< place in the index's kinds
  std::uint16_t video = 0;  ///< place in IndexedFile::videos, or kNoVideo
  std::int32_t segment = -1;
  std::int32_t shot = 0;
  /// Beyond every place: core/json_shape.h refuses objects of more than 63,000 keys.
  static constexpr std::uint16_t kNoVideo = 0xFFFF;
  bool operator==(const IndexedFinding&) const = default;
};

struct IndexedFile {
  SourceEntry entry;
  std::vector<IndexedVideo> videos;
  std::vector<IndexedSegment> segments;
  std::vector<IndexedShot> shots;
  std::vector<IndexedFinding> findings;
  std::vector<std::pair<std::string, std::uint32_t>> unknown_keys;
  bool operator==(const IndexedFile&) const = default;
};

/// Files in byte order of their names. A plain value; about 100 bytes a shot.
struct AnnotationIndex {
  std::vector<IndexedFile> files;
  std::vector<std::string> kinds;  ///< of findings
  std::vector<std::string> texts;  ///< of findings, each once

  [[nodiscard]] std::size_t finding_count() const;
  /// The finding as people see it. @param file  one of `files`
  [[nodiscard]] Finding finding(const IndexedFile& file, const IndexedFinding& finding) const;
  /// `unknown_key` for each name that no reader uses, over all files.
  [[nodiscard]] Findings unknown_key_findings() const;
};

struct IndexOptions {
  /// Where the index is kept. Nothing: in the user's cache folder (core/cache_folder.h), and only
  /// for sources of more than 16 MB.
  std::optional<std::filesystem::path> file = {};
  unsigned threads = 0;  ///< 0: as many as there are cores
};

/// Where the index of a source is kept without IndexOptions::file; nothing where no folder is
/// known.
[[nodiscard]] std::optional<std::filesystem::path> default_index_file(
    const std::filesystem::path& source);

/// Reads what is not in the kept index or has changed since (by name, size and time), each file
/// once, and keeps the index again where anything changed; says on stderr where. The folder of a
/// given index file is made before anything is read. One file a thread
/// is in memory. Findings: those of parse_annotations(), and `duplicate_video`. The result depends
/// neither on the threads nor on what was kept.
/// @throws SystemFault when a file can't be read, or the given index file not be written (the one
///   in the cache folder may fail: this is said); UsageError when interrupted.
[[nodiscard]] AnnotationIndex index_annotations(const AnnotationSource& source,
                                                const IndexOptions& options = {});

}  // namespace asbench::loaders
