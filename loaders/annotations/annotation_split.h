#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "loaders/annotations/index.h"
#include "loaders/selection.h"
#include "loaders/source_rules.h"
#include "loaders/split.h"

namespace asbench::loaders {

/// So many stories are read into one split at most, chosen ones counted; larger trees are for
/// `asbench split make`.
inline constexpr std::size_t kMostAnnotatedStories = 20'000;

/// The stories of annotation files as a split: IP = video, story id "<video>/<segment from 0>",
/// captions = narrative captions, with their characters, scenes, sounds and frames of the video.
/// Characters get reference pictures where `rules` name the videos (joined_video.h), because masks
/// are parts of frames; else `missing_reference` says so. A shot of which no frame is left is left
/// out, with `empty_range`. Not finished (finish_split()).
/// @param selection     what select() would take of the whole; only these files are read, and
///   Split::unread names the other stories
/// @param most_stories  a limit of the stories that are chosen
/// @throws BadInput when nothing is there, or when more stories than `most_stories` are chosen;
///   UsageError as select(), check() and join_video(); SystemFault.
[[nodiscard]] Split read_annotation_split(const std::filesystem::path& path,
                                          const Selection& selection = {},
                                          const SourceRules& rules = {},
                                          std::size_t most_stories = kMostAnnotatedStories);

/// The same of the stories that are named. @param stories  ids
[[nodiscard]] Split annotation_split_of(const AnnotationSource& source,
                                        const AnnotationIndex& index,
                                        const std::set<std::string>& stories,
                                        const SourceRules& rules = {});

}  // namespace asbench::loaders
