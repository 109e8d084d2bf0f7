#include "cli/split_card.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "core/text.h"
#include "core/version.h"
#include "reports/tables/escape_text.h"

namespace asbench::cli {
namespace {

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().filename().string();
}

/// The options of the draw as they were given.
std::vector<std::string> options_of(const DrawOptions& draw) {
  std::vector<std::string> texts;
  const auto put = [&](const char* name, const auto& value) {
    if (value) texts.push_back(fmt::format("{} {}", name, *value));
  };
  put("--draw-stories", draw.stories);
  put("--draw-ips", draw.ips);
  put("--stories-per-ip", draw.stories_per_ip);
  texts.push_back(fmt::format("--seed {}", draw.seed));
  put("--characters", draw.characters);
  put("--shots", draw.shots);
  put("--scenes", draw.scenes);
  put("--min-seconds", draw.min_seconds);
  if (draw.with_references) texts.emplace_back("--with-references");
  if (draw.without_ips)
    texts.push_back(fmt::format("--without-ids {}", file_name(*draw.without_ips)));
  const SourceOptions& source = draw.source;
  if (source.videos) texts.push_back(fmt::format("--videos {}", file_name(*source.videos)));
  if (source.boundaries != "as-given")
    texts.push_back(fmt::format("--boundaries {}", source.boundaries));
  if (source.range != "whole") texts.push_back(fmt::format("--range {}", source.range));
  if (source.reference_masks != "largest")
    texts.push_back(fmt::format("--reference-masks {}", source.reference_masks));
  return texts;
}

std::string command_of(const SplitMakeOptions& options) {
  std::string command =
      fmt::format("asbench split make --from {}", terminal_text(file_name(options.from)));
  for (const std::string& text : options_of(options.draw)) command += " " + terminal_text(text);
  if (options.name) command += fmt::format(" --name {}", terminal_text(*options.name));
  return command + fmt::format(" --out {}", terminal_text(file_name(options.out.value_or(""))));
}

std::string numbers_table(const loaders::SplitStatistics& statistics) {
  std::string text = "| | mean | paper's mean | least | most |\n|---|---|---|---|---|\n";
  for (const auto& series : statistics.series) {
    if (series.values.empty()) continue;
    text += fmt::format("| {}{} | {:.2f} | {} | {:.4g} | {:.4g} |\n", series.title,
                        series.unit.empty() ? "" : fmt::format(" ({})", series.unit), series.mean(),
                        series.paper_mean ? fmt::format("{:.2f}", *series.paper_mean) : "",
                        series.quantile(0.0), series.quantile(1.0));
  }
  return text;
}

std::string left_out_list(const SplitCard& card) {
  std::string text;
  for (const auto& [reason, number] : card.drawn.left_out)
    text += fmt::format("- {}: {} stories\n", reason, number);
  return text.empty() ? "- nothing\n" : text;
}

}  // namespace

std::string card_markdown(const SplitCard& card) {
  using reports::markdown_text;
  const loaders::Split& split = card.split;
  std::string text = fmt::format("# Split {}\n\n", markdown_text(split.name));
  text += fmt::format(
      "{} stories of {} IPs (videos), {} shots; SHA-256 of the content `{}`.\nDrawn by asbench {} "
      "from {}: {} files, {} videos, {} stories.\n\n",
      split.stories.size(), split.ips.size(), split.shot_count(), split.sha256,
      build_info().version, markdown_text(file_name(card.options.from)), card.from_files,
      card.from_videos, card.from_stories);
  text += fmt::format("```\n{}\n```\n\n", command_of(card.options));
  text += fmt::format(
      "The draw is by IP: IPs in a random order of seed {}, {}. {} stories of {} IPs passed the "
      "filters.\n\nLeft out before the draw, each story by the first reason:\n\n{}\n",
      card.options.draw.seed,
      card.options.draw.stories_per_ip
          ? fmt::format("up to {} stories of each", *card.options.draw.stories_per_ip)
          : "one story of each, then a second one, and so on",
      card.drawn.of_stories, card.drawn.of_ips, left_out_list(card));
  if (card.options.draw.without_ips) {
    text +=
        fmt::format("No video of {} is in it: {} ids, {} of them videos of these annotations.\n\n",
                    markdown_text(file_name(*card.options.draw.without_ips)), card.excluded_ids,
                    card.excluded_ids_found);
  }
  if (split.source) {
    const loaders::ShiftStatistics& shifts = split.source->shifts;
    text += fmt::format(
        "Frames of shots: boundaries {}, range {}; {} of {} boundaries moved, {} without a free "
        "cut "
        "within a second. The lengths below are those of the annotation, before that.\n\n",
        split.source->boundaries, split.source->range, shifts.moved, shifts.boundaries,
        shifts.without_cut);
  }
  text += "## Numbers\n\n" + numbers_table(card.statistics);
  text +=
      "\n\"Paper\" is arXiv 2506.03126v1, of the whole data set.\n\n## Licence\n\nThe texts are "
      "AnimeShooter's annotations: CC BY-NC 4.0, non-commercial use with attribution. Whoever "
      "passes this split on passes them on under that licence. The videos belong to their "
      "makers.\n";
  return text;
}

}  // namespace asbench::cli
