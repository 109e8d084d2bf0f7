#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/annotations/annotation.h"

namespace asbench::loaders {

/// What one annotation file holds.
struct AnnotationFile {
  std::vector<AnnotatedVideo> videos;  ///< in the order of the file
  /// Places in `videos` of which nothing could be read, so that the number of their stories is not
  /// known (`bad_json`, `bad_schema`).
  std::vector<int> unreadable;
  std::vector<AnnotationFinding> findings;
  std::map<std::string, int> unknown_keys;  ///< names that no reader uses, with their number
};

struct AnnotationFileName {
  std::string shown;  ///< what messages call the file
  std::string stem;   ///< a video's id where the file doesn't state one; can be part of a path
};

/// Reads the bytes of an annotation file: one video, or videos under their ids. All that is left
/// out, and all that is not as docs/design/dataset.md 2 to 6 say, is a finding; nothing is repaired
/// without one. Masks are not decoded. Thread-safe. Memory: about five times the text.
/// Findings: `bad_json`, `bad_schema`, `bad_field`, `duplicate_key`, `text_encoding`,
///   `missing_video_id`, `missing_fps`, `bad_segment_range`, `segment_overlap`, `missing_time`,
///   `bad_time`, `end_before_start`, `beyond_segment`, `time_gap`, `time_overlap`,
///   `duplicate_range`, `empty_range`, `missing_caption`, `missing_description`, `empty_story`,
///   `no_character`, `unknown_character`, `id_case`, `no_scene`, `unknown_scene`,
///   `prologue_epilogue`, `extra_not_4s`, `extra_outside`, `missing_reference`, `mask_placeholder`,
///   `bad_rle`, `duplicate_mask`, `mask_outside_segment`, `conflicting_keys`.
/// @throws nothing that is about the bytes.
[[nodiscard]] AnnotationFile parse_annotations(std::string_view bytes,
                                               const AnnotationFileName& name);

/// What is known of a file whose bytes can't be had: `bad_json` with the problem.
[[nodiscard]] AnnotationFile unreadable_annotations(const std::string& problem,
                                                    const AnnotationFileName& name);

/// True when a JSON document is a video's annotation, or an object of such.
[[nodiscard]] bool holds_annotations(const Json& document);

}  // namespace asbench::loaders
