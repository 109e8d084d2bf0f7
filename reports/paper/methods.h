#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// The language of a text for a paper.
enum class TextFormat { plain, markdown, latex };

/// By its name on the command line: "text", "markdown", "latex". @throws UsageError
[[nodiscard]] TextFormat text_format(std::string_view name);

/// One sentence and what it cites: keys of configs/citations.json.
struct MethodsSentence {
  std::string text;  ///< plain, without the full stop
  std::vector<std::string> cites = {};
};

/// How the numbers of these results were made, as a paper says it: program and version, split,
/// frames, encoders with hashes, metrics, means, missing shots, intervals, tests, versions of the
/// libraries. Everything is from the documents; where they differ, the systems are named.
/// @param metrics  those that the paper shows, in order; empty: the metrics of the leaderboard
/// @throws UsageError for a metric that no result has, with the nearest; BadInput when no result
/// was measured (published ones say nothing about their making)
[[nodiscard]] std::vector<MethodsSentence> methods_sentences(
    std::span<const document::Result> results, const std::vector<std::string>& metrics);

/// The same as a paragraph: citations as "[Radford et al. 2021]", "[@radford2021clip]" (Pandoc) or
/// "\cite{radford2021clip}", with the keys of bibtex() (reports/paper/bibliography.h).
[[nodiscard]] std::string methods_paragraph(std::span<const document::Result> results,
                                            const std::vector<std::string>& metrics,
                                            TextFormat format);

}  // namespace asbench::reports
