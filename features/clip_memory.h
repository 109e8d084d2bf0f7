#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "features/clip_outcome.h"
#include "features/store.h"
#include "loaders/shot_source.h"

// What the tasks of a run have found out about clips, so that another process need not read their
// files (`asbench status`). Scoring asks none of it: it reads the files itself.
namespace asbench::features {

/// What tells a clip from every other one without reading it: name, inode, size, the times of the
/// last change of contents and of inode, and the range in it. Equal on every machine that mounts
/// the same file system. Of a folder of frames it is the folder's own: a frame that is overwritten
/// in place goes unnoticed. Empty when the file is not there.
[[nodiscard]] std::string clip_identity(const loaders::ShotSource& source);

/// @param identity  clip_identity() from before the file was read; empty: nothing is remembered
void remember_content(const FeatureStore& store, std::string_view identity,
                      std::string_view content_sha256);
[[nodiscard]] std::optional<std::string> recall_content(const FeatureStore& store,
                                                        std::string_view identity);

/// That a clip can't be used, found by a run of this request (request_sha256() in shards.h).
/// @param subject  the clip's content; its identity where the content can't be read
void remember_failure(const FeatureStore& store, std::string_view subject, std::string_view request,
                      const ClipOutcome::Broken& broken);
[[nodiscard]] std::optional<ClipOutcome::Broken> recall_failure(const FeatureStore& store,
                                                                std::string_view subject,
                                                                std::string_view request);

}  // namespace asbench::features
