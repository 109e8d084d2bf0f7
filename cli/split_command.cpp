// split make, references, merge and stats, as functions of the media module (cli/modules.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "cli/errors.h"
#include "cli/selection.h"
#include "cli/split_draw.h"
#include "cli/split_file.h"
#include "cli/split_options.h"
#include "cli/statistics_output.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/print.h"
#include "core/words.h"
#include "loaders/annotations/annotation_form.h"
#include "loaders/annotations/index.h"
#include "loaders/findings.h"
#include "loaders/make_split.h"
#include "loaders/merge_splits.h"
#include "loaders/selection.h"
#include "loaders/statistics.h"

namespace asbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIpsShown = 20;
constexpr std::size_t kCaptionColumns = 70;
constexpr std::size_t kNameColumns = 24;

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// What is known of one IP's stories.
struct IpCounts {
  std::int64_t stories = 0;
  std::size_t shots = 0;
  std::set<std::size_t> shots_a_story;
};

std::map<std::string, IpCounts> count_by_ip(const loaders::Split& split) {
  std::map<std::string, IpCounts> counts;
  for (const auto& story : split.stories) {
    IpCounts& ip = counts[story.ip];
    ++ip.stories;
    ip.shots += story.shots.size();
    ip.shots_a_story.insert(story.shots.size());
  }
  return counts;
}

std::string shots_of(const IpCounts& ip) {
  const std::size_t least = *ip.shots_a_story.begin();
  const std::size_t most = *ip.shots_a_story.rbegin();
  return fmt::format("{} ({}{} a story)",
                     counted(static_cast<std::int64_t>(ip.shots), "shot", "shots"), least,
                     least == most ? "" : fmt::format(" to {}", most));
}

std::string references_of(const loaders::Ip& ip) {
  if (ip.references.empty()) return "no reference";
  std::vector<std::string> files;
  for (const auto& file : ip.references) files.push_back(file.lexically_normal().string());
  return joined(files);
}

void print_ips(const loaders::Split& split) {
  const auto counts = count_by_ip(split);
  std::size_t shown = 0;
  for (const auto& ip : split.ips) {
    if (shown++ == kIpsShown) {
      print_safe(stdout, "            ... and {} more\n", split.ips.size() - kIpsShown);
      break;
    }
    const IpCounts& of_ip = counts.at(ip.id);
    print_prepared(
        stdout,
        fmt::format(
            "            {}  {}, {}  {}\n",
            align_left(excerpt(ip.name.empty() ? ip.id : fmt::format("{} ({})", ip.id, ip.name),
                               kNameColumns),
                       12),
            counted(of_ip.stories, "story", "stories"), shots_of(of_ip),
            terminal_text(references_of(ip))));
  }
}

void print_first_story(const loaders::Split& split) {
  const auto& story = split.stories.front();
  print_safe(stdout, "first       story {} of IP {}\n", story.id, story.ip);
  for (const auto& shot : story.shots) {
    print_prepared(stdout, fmt::format("            {:>3}  {}\n", shot.number,
                                       excerpt(shot.caption.value_or(""), kCaptionColumns)));
  }
}

void print_understood(const SplitMakeOptions& options, const loaders::MadeSplit& made) {
  const loaders::Split& split = made.split;
  std::int64_t references = 0;
  for (const auto& ip : split.ips) references += static_cast<std::int64_t>(ip.references.size());
  print_safe(stdout, "prompts     {}: {}\n", options.from, made.form);
  if (!made.used.empty()) print_safe(stdout, "read        {}\n", joined(made.used));
  if (!made.not_used.empty()) print_safe(stdout, "not read    {}\n", joined(made.not_used));
  print_safe(stdout, "understood  {}, {}, {}, {}\n",
             counted(static_cast<std::int64_t>(split.ips.size()), "IP", "IPs"),
             counted(static_cast<std::int64_t>(split.stories.size()), "story", "stories"),
             counted(static_cast<std::int64_t>(split.shot_count()), "shot", "shots"),
             counted(references, "reference", "references"));
  print_ips(split);
  print_first_story(split);
  for (const std::string& note : made.notes) print_safe(stdout, "note        {}\n", note);
  for (const Finding& finding : split.findings)
    print_safe(stdout, "note        {}: {}\n", finding.kind, finding.detail);
}

/// Options of the draw that mean nothing for prompts.
bool draws(const DrawOptions& draw) {
  return draw.stories || draw.ips || draw.stories_per_ip || draw.characters || draw.shots ||
         draw.scenes || draw.min_seconds || draw.without_ips || draw.with_references || draw.card ||
         draw.index || !source_rules_of(draw.source).is_default();
}

int run_split_make(const SplitMakeOptions& options) {
  if (draws(options.draw) || loaders::looks_like_annotations(options.from))
    return run_split_draw(options);
  if (options.out) require_place(*options.out);
  loaders::PromptSource source{.prompts = options.from,
                               .references = {},
                               .name = options.name,
                               .without_references = options.without_references};
  if (options.references) source.references = *options.references;
  const loaders::MadeSplit made = loaders::make_split(source);
  if (options.out && output_target(*options.out).is_stdout()) {
    write_json_file(*options.out, loaders::split_to_manifest(made.split, fs::current_path()));
    return kExitDone;  // stdout has the manifest, and nothing else
  }
  print_understood(options, made);
  if (!options.out) {
    print_safe(stdout, "nothing is written: --out FILE writes the split\n");
    return kExitDone;
  }
  const std::string done =
      write_result(*options.out, manifest_text(made.split, *options.out), options.force);
  print_safe(stdout, "{:<10}  {}\n", done, *options.out);
  print_safe(stdout, "next: asbench score --split {} --outputs YOUR-VIDEOS --out result.json\n",
             *options.out);
  return kExitDone;
}

int run_split_merge(const SplitMergeOptions& options) {
  require_place(options.out);
  std::vector<loaders::Split> splits;
  for (const std::string& path : options.splits) splits.push_back(loaders::read_split(path));
  const std::string name = options.name.value_or(fs::path(options.out).stem().string());
  for (const auto& split : splits) {
    if (split.lost.empty() && split.uncounted_ips.empty()) continue;
    throw BadInput(fmt::format(
        "{}: stories of this split can't be read, and the merged manifest would not show it.\n  "
        "`asbench inspect` lists them; mend the split first.",
        split.name));
  }
  const loaders::Split merged = loaders::merge_splits(splits, name);
  const std::string done =
      write_result(options.out, manifest_text(merged, options.out), options.force);
  print_safe(stdout, "merged      {}, {}, {} of {} splits\n",
             counted(static_cast<std::int64_t>(merged.ips.size()), "IP", "IPs"),
             counted(static_cast<std::int64_t>(merged.stories.size()), "story", "stories"),
             counted(static_cast<std::int64_t>(merged.shot_count()), "shot", "shots"),
             splits.size());
  print_safe(stdout, "{:<10}  {}\n", done, options.out);
  return kExitDone;
}

/// Of annotation files from their index, which knows lengths; of a part, and of other forms, from
/// the split itself.
int run_split_stats(const SplitStatsOptions& options) {
  loaders::SplitStatistics statistics;
  std::string name;
  const loaders::Selection selection = selection_of(options.selection);
  const bool annotations = options.split.format
                               ? *options.split.format == "annotations"
                               : loaders::looks_like_annotations(options.split.path);
  if (annotations && is_whole(selection) && source_rules_of(options.split.source).is_default()) {
    loaders::IndexOptions index_options;
    if (options.index) index_options.file = *options.index;
    const loaders::AnnotationSource source(options.split.path);
    statistics = loaders::statistics_of(loaders::index_annotations(source, index_options));
    name = loaders::name_of_annotations(options.split.path);
  } else {
    const loaders::Split split =
        loaders::select(loaders::read_split(options.split.path, options.split.format, selection,
                                            source_rules_of(options.split.source)),
                        selection);
    statistics = loaders::statistics_of(split);
    name = split.name;
  }
  if (options.plot) plot_statistics(statistics, name, *options.plot);
  if (options.json) {
    Json document{{"schema", "asbench/split-statistics@1"}, {"split", name}};
    document.update(statistics_json(statistics));
    print_prepared(stdout, json_for_terminal(document, 1) + "\n");
  } else {
    print_safe(stdout, "split     {}\n", name);
    print_prepared(stdout, statistics_text(statistics));
  }
  return kExitDone;
}

/// Findings about masks and videos, by kind, a few of each.
void print_reference_findings(const Findings& findings) {
  constexpr int kListed = 5;
  for (const auto& [kind, number] : loaders::count_by_kind(findings)) {
    print_safe(stdout, "  {} ({})\n", kind, number);
    int listed = 0;
    for (const Finding& finding : findings) {
      if (finding.kind != kind) continue;
      if (listed++ == kListed) {
        print_safe(stdout, "    ... and {} more\n", number - kListed);
        break;
      }
      print_prepared(
          stdout,
          fmt::format(
              "    {}{}\n",
              finding.story.empty() ? "" : fmt::format("story {}: ", terminal_text(finding.story)),
              terminal_lines(finding.detail)));
    }
  }
}

bool is_about_references(const Finding& finding) {
  static const std::set<std::string_view> kinds = {
      "missing_reference",  "mask_placeholder",     "bad_rle",
      "mask_size_mismatch", "mask_scaled",          "mask_area",
      "empty_mask",         "duplicate_mask",       "video_missing",
      "video_unreadable",   "fps_mismatch",         "vfr",
      "missing_fps",        "mask_outside_segment", "frame_beyond_video"};
  return kinds.contains(finding.kind);
}

int run_split_references(const SplitReferencesOptions& options) {
  install_interrupt_handlers();
  loaders::SourceRules rules = source_rules_of(options.split.source);
  if (!rules.videos) {
    throw UsageError(
        "reference pictures are cut out of the source videos: say where they are with --videos "
        "DIR.");
  }
  rules.pictures = options.out;
  rules.force = options.force;
  const loaders::Selection selection = selection_of(options.selection);
  loaders::Split split = loaders::select(
      loaders::read_split(options.split.path, options.split.format, selection, rules), selection);
  std::size_t characters = 0;
  std::size_t with_pictures = 0;
  std::size_t pictures = 0;
  for (const loaders::Story& story : split.stories) {
    for (const loaders::Character& character : story.characters) {
      ++characters;
      with_pictures += character.references.empty() ? 0 : 1;
      pictures += character.references.size();
    }
  }
  std::erase_if(split.findings,
                [](const Finding& finding) { return !is_about_references(finding); });
  print_safe(stdout, "{} of {} of {}, in {}\n",
             counted(static_cast<std::int64_t>(pictures), "picture", "pictures"),
             counted(static_cast<std::int64_t>(with_pictures), "character", "characters"),
             characters, options.out);
  print_reference_findings(split.findings);
  return with_pictures == characters && characters > 0 ? kExitDone : kExitFailure;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_split_references(
    const SplitReferencesOptions* options) {
  return run_guarded("split references", [&] { return run_split_references(*options); });
}

extern "C" __attribute__((visibility("default"))) int asbench_run_split_make(
    const SplitMakeOptions* options) {
  return run_guarded("split make", [&] { return run_split_make(*options); });
}

extern "C" __attribute__((visibility("default"))) int asbench_run_split_merge(
    const SplitMergeOptions* options) {
  return run_guarded("split merge", [&] { return run_split_merge(*options); });
}

extern "C" __attribute__((visibility("default"))) int asbench_run_split_stats(
    const SplitStatsOptions* options) {
  return run_guarded("split stats", [&] { return run_split_stats(*options); });
}

}  // namespace asbench::cli
