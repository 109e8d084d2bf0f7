#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/write_file.h"
#include "document/result.h"
#include "document/story_spool.h"

namespace asbench::reports {

// The values of one result shot by shot, for spreadsheets and scripts: docs/reports.md lists the
// columns. RFC 4180, UTF-8, names as csv_field() makes them safe, numbers with all their digits, an
// empty field where there is no value.

/// A row a shot, a column for every metric that shots have values of, and for its parts
/// (`cross_shot_clip.worst`).
/// @param result   all but its stories
/// @param stories  is asked several times
void write_shots_csv(const WritePiece& write, const document::Result& result,
                     const document::EachStory& stories);

/// A row a video: hash, frames, which of them were sampled, what was found. Further columns of a
/// CSV layout follow.
void write_clips_csv(const WritePiece& write, const document::Result& result,
                     const document::EachStory& stories);

/// Refuses a folder whose shots.csv or clips.csv were not written for this system.
/// @throws UsageError that names the file and `--force`.
void require_csv_folder(const std::filesystem::path& folder, std::string_view system);

/// Writes both below `folder`. @returns their paths.
std::vector<std::filesystem::path> stage_csv(StagedFiles& staged,
                                             const std::filesystem::path& folder,
                                             const document::Result& result,
                                             const document::EachStory& stories);

}  // namespace asbench::reports
