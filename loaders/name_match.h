#pragma once

#include <string>
#include <string_view>
#include <vector>

// Comparing names of files and ids as people do. For loaders and cli.
namespace asbench::loaders {

/// The text in Unicode normalisation form C: macOS writes "é" as two characters, others as one.
/// A text that is not UTF-8 comes back as it is. Thread-safe.
[[nodiscard]] std::string nfc(std::string_view text);

/// The text without letter case, by Unicode's case folding, in normalisation form C. A text that is
/// not UTF-8 comes back as it is. Thread-safe.
[[nodiscard]] std::string folded_case(std::string_view text);

/// What is left of a relative path when letter case, Unicode form, zeros in front of numbers and
/// the ending of a video file are taken away: "Cat/0/Shot_1.MOV" and "cat/0/shot_01.mp4" are one.
[[nodiscard]] std::string loose_name(std::string_view relative);

// nearest_name() and did_you_mean() of core/nearest_name.h, for ids in any script: Unicode's case
// and forms don't count.
[[nodiscard]] std::string nearest_name(std::string_view text,
                                       const std::vector<std::string>& candidates);
[[nodiscard]] std::string did_you_mean(std::string_view text,
                                       const std::vector<std::string>& candidates);

}  // namespace asbench::loaders
