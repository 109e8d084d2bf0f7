#pragma once

#include <string>

#include "cli/split_options.h"
#include "loaders/annotations/draw_stories.h"
#include "loaders/split.h"
#include "loaders/statistics.h"

namespace asbench::cli {

/// What a card tells of.
struct SplitCard {
  const SplitMakeOptions& options;
  const loaders::Split& split;  ///< what was drawn
  const loaders::DrawnStories& drawn;
  const loaders::SplitStatistics& statistics;  ///< of what was drawn
  std::size_t from_files = 0;
  std::size_t from_videos = 0;
  std::size_t from_stories = 0;
  std::size_t excluded_ids = 0;        ///< in the list of ids
  std::size_t excluded_ids_found = 0;  ///< of them, videos of the annotations
};

/// The card as Markdown: what was drawn, of what, how, its numbers, its licence, and the command
/// that draws it again. The same split gives the same text: no date.
[[nodiscard]] std::string card_markdown(const SplitCard& card);

}  // namespace asbench::cli
