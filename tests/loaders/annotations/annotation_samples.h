#pragma once

#include <filesystem>
#include <string>

#include "core/json.h"
#include "loaders/annotations/parse_annotations.h"

namespace asbench::testing {

/// A video in the form that the release has, without a single finding: `segments` segments of 60 s
/// at 25 fps, each with two characters (masks of 4x3 pixels), two scenes and three shots of 20 s.
[[nodiscard]] Json annotated_video(const std::string& id = "video", int segments = 1);

/// Shortcuts into it.
[[nodiscard]] Json& segment_of(Json& video, int segment = 0);
[[nodiscard]] Json& script_of(Json& video, int segment = 0);
[[nodiscard]] Json& shot_of(Json& video, int shot, int segment = 0);

/// Parses it as the file "video.json".
[[nodiscard]] loaders::AnnotationFile parsed(const Json& document);

/// "kind@video/segment#shot" of every finding, sorted; parts that are not set are left out.
[[nodiscard]] std::vector<std::string> kinds_of(const loaders::AnnotationFile& file);

/// The data set's annotation file, or an empty path where it is not beside the checkout.
[[nodiscard]] std::filesystem::path genuine_annotations();

}  // namespace asbench::testing
