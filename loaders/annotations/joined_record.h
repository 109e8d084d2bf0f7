#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loaders/annotations/joined_video.h"

// What a source video gave, kept in the cache. Not for other modules.
namespace asbench::loaders {

/// Names what decides about a joined video: the file (place, size, time of its last change), its
/// annotation, the rules, the decoders. @returns 64 hexadecimal digits. @throws SystemFault.
[[nodiscard]] std::string joined_key(const std::filesystem::path& file, const AnnotatedVideo& video,
                                     const std::vector<const AnnotatedSegment*>& segments,
                                     const SourceRules& rules);

/// The record of a folder, whose pictures lie beside it. Nothing where there is none, it is of
/// another version or damaged, or a picture is missing or has changed.
/// @param segments  whose record it is to be
[[nodiscard]] std::optional<JoinedVideo> read_joined_record(
    const std::filesystem::path& folder, const std::vector<const AnnotatedSegment*>& segments);

/// Written last, so a record is there only when its pictures are. @throws SystemFault.
void write_joined_record(const JoinedVideo& joined, const std::filesystem::path& folder);

}  // namespace asbench::loaders
