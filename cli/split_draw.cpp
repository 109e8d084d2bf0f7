#include "cli/split_draw.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <string_view>

#include "cli/blocking_causes.h"
#include "cli/selection.h"
#include "cli/split_card.h"
#include "cli/split_file.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/print.h"
#include "core/words.h"
#include "document/finding_kinds.h"
#include "loaders/annotations/annotation_form.h"
#include "loaders/annotations/annotation_split.h"
#include "loaders/annotations/draw_stories.h"
#include "loaders/findings.h"
#include "loaders/name_match.h"
#include "loaders/statistics.h"
#include "loaders/text_file.h"

namespace asbench::cli {
namespace {

namespace fs = std::filesystem;

/// What a drawn story must have: pictures are made of its masks, where the videos are known.
constexpr document::InputNeeds kNeedsOfADraw = {.references = false, .captions = true};

/// "2", "2..4", "2..", "..4". @throws UsageError for anything else.
loaders::NumberBounds bounds_of(const std::optional<std::string>& text, const char* option) {
  loaders::NumberBounds bounds;
  if (!text) return bounds;
  const auto number = [&](std::string_view part) {
    int value = -1;
    const auto parsed = std::from_chars(part.data(), part.data() + part.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != part.data() + part.size() || value < 0) {
      throw UsageError(
          fmt::format("{} {}: expected a number, or a range as 2..4, 2.. or ..4", option, *text));
    }
    return value;
  };
  const std::string_view whole = *text;
  const std::size_t dots = whole.find("..");
  if (dots == std::string_view::npos) {
    bounds.least = bounds.most = number(whole);
    return bounds;
  }
  const std::string_view least = whole.substr(0, dots);
  const std::string_view most = whole.substr(dots + 2);
  if (!least.empty() || most.empty()) bounds.least = number(least);
  if (!most.empty()) bounds.most = number(most);
  if (bounds.most < bounds.least)
    throw UsageError(fmt::format("{} {}: the range has no number in it", option, *text));
  return bounds;
}

/// Ids to leave out, in normalisation form C. One id a line; blank lines and what follows a "#" at
/// a line's beginning don't count. Lines end as on any system, and the text may be in any encoding
/// that loaders::decode_text() knows: an id that isn't recognised would be drawn.
std::set<std::string> ids_in(const std::string& file) {
  const loaders::Text text = loaders::read_text(file);
  std::set<std::string> ids;
  for (std::size_t begin = 0; begin < text.utf8.size();) {
    const std::size_t end = std::min(text.utf8.find_first_of("\r\n", begin), text.utf8.size());
    std::string_view line = std::string_view(text.utf8).substr(begin, end - begin);
    begin = end + 1;
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    ids.insert(loaders::nfc(line.substr(first, line.find_last_not_of(" \t") + 1 - first)));
  }
  if (ids.empty()) throw BadInput(fmt::format("--without-ids {}: no id is in it", file));
  return ids;
}

/// How many of the ids to leave out are videos of the annotations.
/// @throws UsageError when none is: nothing would be left out, and the card would say it was.
std::size_t require_known_ids(const std::set<std::string>& ids,
                              const loaders::AnnotationIndex& index, const std::string& file) {
  std::size_t known = 0;
  std::string example;
  for (const auto& annotations : index.files) {
    for (const auto& video : annotations.videos) {
      if (video.is_duplicate) continue;
      if (example.empty()) example = video.id;
      known += ids.contains(loaders::nfc(video.id)) ? 1 : 0;
    }
  }
  if (known > 0) return known;
  throw UsageError(fmt::format(
      "--without-ids {}: none of its {} is a video of these annotations, so nothing would be left "
      "out.\n  It begins with \"{}\"; an id of the annotations is \"{}\". Expected one id a line; "
      "leave the option out if the two have no video in common.",
      file, counted(std::ssize(ids), "id", "ids"), *ids.begin(), example));
}

loaders::StoryFilter filter_of(const DrawOptions& draw) {
  loaders::StoryFilter filter;
  filter.characters = bounds_of(draw.characters, "--characters");
  filter.shots = bounds_of(draw.shots, "--shots");
  filter.scenes = bounds_of(draw.scenes, "--scenes");
  filter.least_seconds = draw.min_seconds.value_or(0.0);
  filter.with_references = draw.with_references;
  if (draw.without_ips) filter.without_ips = ids_in(*draw.without_ips);
  // A manifest of what is left of a story would look like the whole story.
  filter.is_defect = [](std::string_view kind) {
    return document::is_blocking(kind, kNeedsOfADraw);
  };
  filter.boundaries = loaders::parse_boundary_rule(draw.source.boundaries);
  return filter;
}

void require_draw(const SplitMakeOptions& options) {
  if (!loaders::looks_like_annotations(options.from)) {
    throw UsageError(fmt::format(
        "--from {}: options of a draw are for a data set's annotations, and this is none",
        options.from));
  }
  if (!options.draw.stories) {
    throw UsageError(fmt::format(
        "--from {}: this is a data set's annotations: say how many stories to draw, for example "
        "--draw-stories 200",
        options.from));
  }
  if (options.references || options.without_references)
    throw UsageError("--references and --without-references are for prompts, not for annotations");
  if (options.out && output_target(*options.out).is_stdout())
    throw UsageError("--out: a draw writes a file, and a card beside it");
}

std::string card_of(const SplitMakeOptions& options) {
  if (options.draw.card) return *options.draw.card;
  return fs::path(*options.out).replace_extension(".md").string();
}

/// A manifest of what is left of a story would look like the whole story. The index tells what the
/// annotation lacks, and what trimming leaves; the rest is known when the stories have been read.
void require_whole(const loaders::Split& split) {
  Findings of_stories;
  for (const Finding& finding : split.findings) {
    if (!finding.story.empty()) of_stories.push_back(finding);
  }
  std::string causes = blocking_causes(of_stories, kNeedsOfADraw);
  for (const loaders::LostStory& story : split.lost)
    causes += fmt::format("\n  story {}: it is lost", story.id);
  if (causes.empty()) return;
  throw BadInput(fmt::format(
      "--draw-stories: parts of the drawn stories are missing, and their manifest would not show "
      "it:{}\n  Draw with other --boundaries, --range or --videos, or with another --seed.",
      causes));
}

void print_drawn(const loaders::DrawnStories& drawn, const loaders::Split& split) {
  print_safe(stdout, "drawn       {} of {}, {}\n",
             counted(static_cast<std::int64_t>(split.stories.size()), "story", "stories"),
             counted(static_cast<std::int64_t>(split.ips.size()), "IP", "IPs"),
             counted(static_cast<std::int64_t>(split.shot_count()), "shot", "shots"));
  print_safe(stdout, "from        {} of {} that pass the filters\n",
             counted(static_cast<std::int64_t>(drawn.of_stories), "story", "stories"),
             counted(static_cast<std::int64_t>(drawn.of_ips), "IP", "IPs"));
  for (const auto& [reason, number] : drawn.left_out)
    print_safe(stdout, "left out    {}: {}\n",
               counted(static_cast<std::int64_t>(number), "story", "stories"), reason);
}

/// What the videos lack, by kind: the annotations' own findings are `asbench inspect`'s.
void print_notes(const Findings& findings) {
  for (const auto& [kind, number] : loaders::count_by_kind(findings)) {
    if (!document::is_blocking(kind) && kind != "video_missing" && kind != "video_unreadable")
      continue;
    const auto first = std::find_if(findings.begin(), findings.end(),
                                    [&](const Finding& finding) { return finding.kind == kind; });
    print_prepared(stdout, fmt::format("note        {} ({}): {}{}\n", kind, number,
                                       terminal_lines(first->detail), number > 1 ? ", ..." : ""));
  }
}

}  // namespace

int run_split_draw(const SplitMakeOptions& options) {
  install_interrupt_handlers();
  require_draw(options);
  if (options.out) require_place(*options.out);
  const std::string card_file = options.out ? card_of(options) : std::string();
  if (options.out && fs::weakly_canonical(card_file) == fs::weakly_canonical(*options.out)) {
    throw UsageError(fmt::format("--out {}: the card would have the same name; give --card FILE.",
                                 *options.out));
  }
  const loaders::StoryFilter filter = filter_of(options.draw);
  loaders::IndexOptions index_options;
  if (options.draw.index) index_options.file = *options.draw.index;
  const loaders::AnnotationSource source(options.from);
  const loaders::AnnotationIndex index = loaders::index_annotations(source, index_options);
  const std::size_t excluded_ids_found =
      options.draw.without_ips
          ? require_known_ids(filter.without_ips, index, *options.draw.without_ips)
          : 0;
  const loaders::DrawnStories drawn = loaders::draw_stories(
      index, filter, {*options.draw.stories, options.draw.ips, options.draw.stories_per_ip},
      options.draw.seed);
  loaders::SourceRules rules = source_rules_of(options.draw.source);
  if (rules.videos && options.out) {
    rules.pictures = pictures_folder(*options.out);
    rules.force = options.force;
  }
  loaders::Split split = loaders::annotation_split_of(source, index, drawn.stories, rules);
  split.form = "manifest";
  split.name = options.name.value_or(options.out ? fs::path(*options.out).stem().string()
                                                 : loaders::name_of_annotations(options.from));
  require_whole(split);
  loaders::finish_split(split);
  print_drawn(drawn, split);
  if (split.source) print_prepared(stdout, source_text(*split.source));
  if (rules.videos) print_notes(split.findings);
  if (!options.out) {
    print_safe(stdout, "nothing is written: --out FILE writes the split and its card\n");
    return kExitDone;
  }
  const loaders::SplitStatistics statistics = loaders::statistics_of(index, drawn.stories);
  SplitCard card{options, split, drawn, statistics};
  card.from_files = index.files.size();
  card.excluded_ids = filter.without_ips.size();
  card.excluded_ids_found = excluded_ids_found;
  for (const auto& file : index.files) {
    for (const auto& video : file.videos) {
      if (video.is_duplicate) continue;
      ++card.from_videos;
      card.from_stories += video.segments;
    }
  }
  const std::string manifest = manifest_text(split, *options.out);
  const std::string text = card_markdown(card);
  // Both before either is written.
  require_replaceable(*options.out, manifest, options.force);
  require_replaceable(card_file, text, options.force, "--card");
  const std::string done = write_result(*options.out, manifest, options.force);
  const std::string card_done = write_result(card_file, text, options.force, "--card");
  print_safe(stdout, "{:<10}  {}\n", done, *options.out);
  print_safe(stdout, "{:<10}  {}\n", card_done, card_file);
  return kExitDone;
}

}  // namespace asbench::cli
