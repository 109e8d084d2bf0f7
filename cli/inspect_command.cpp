// inspect, as a function of the media module (cli/modules.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>

#include "cli/blocking_causes.h"
#include "cli/errors.h"
#include "cli/inspect_annotations.h"
#include "cli/inspect_options.h"
#include "cli/inspection_json.h"
#include "cli/selection.h"
#include "cli/split_file.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/print.h"
#include "core/progress.h"
#include "core/words.h"
#include "document/finding_kinds.h"
#include "loaders/findings.h"
#include "loaders/inspection.h"
#include "loaders/outputs.h"
#include "loaders/split.h"

namespace asbench::cli {
namespace {

constexpr int kListedOfAKind = 10;

/// Everything that the command found.
struct Report {
  loaders::Split split;                   ///< the part that was chosen
  std::optional<std::size_t> of_stories;  ///< where it is a part: how many the whole split has
  std::optional<loaders::Outputs> outputs;
  int prologues = 0;  ///< shots whose outputs are not looked at, as the protocols don't score them
  std::vector<loaders::ShotReport> shots;
  Findings findings;
  Findings split_findings;  ///< those of them that are not about outputs

  [[nodiscard]] std::size_t usable_shots() const {
    return static_cast<std::size_t>(
        std::count_if(shots.begin(), shots.end(),
                      [](const loaders::ShotReport& shot) { return shot.frame_count > 0; }));
  }
  [[nodiscard]] std::size_t blocking() const {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(),
                      [](const Finding& finding) { return document::is_blocking(finding.kind); }));
  }
};

Report gather(const InspectOptions& options) {
  Report report;
  const loaders::Selection selection = selection_of(options.selection);
  loaders::SourceRules rules = source_rules_of(options.split.source);
  if (options.write && rules.videos && output_target(*options.write).is_file())
    rules.pictures = pictures_folder(*options.write);
  rules.force = true;  // as the manifest itself
  const loaders::Split read =
      loaders::read_split(options.split.path, options.split.format, selection, rules);
  report.split = loaders::select(read, selection);
  if (!loaders::is_whole(selection)) report.of_stories = read.whole_count();
  report.findings = report.split.findings;
  loaders::silence_decoders();
  loaders::Split usable = report.split;
  for (const auto& findings : {loaders::keep_usable_references(usable, options.background),
                               loaders::tuning_clip_findings(report.split)}) {
    report.findings.insert(report.findings.end(), findings.begin(), findings.end());
  }
  report.split_findings = report.findings;
  if (!options.outputs.path) return report;
  // No story can be read: the findings say why.
  if (read.stories.empty() && read.lost.empty()) return report;
  loaders::Split scored = report.split;
  report.prologues = loaders::leave_out_prologues(scored);

  report.outputs = loaders::restrict_to(
      loaders::find_all_outputs(read, *options.outputs.path,
                                {.layout = options.outputs.layout, .cuts = options.outputs.cuts}),
      scored);
  Progress progress("decoding videos", static_cast<std::int64_t>(report.outputs->shots.size()));
  loaders::InspectionOptions inspection_options;
  inspection_options.threads = options.threads;
  inspection_options.on_shot = [&] { progress.advance(); };
  auto inspection = loaders::inspect_outputs(scored, *report.outputs, inspection_options);
  progress.finish();
  if (interrupted()) throw UsageError("interrupted before all videos were decoded");
  report.shots = std::move(inspection.shots);
  report.findings.insert(report.findings.end(), inspection.findings.begin(),
                         inspection.findings.end());
  return report;
}

struct SplitCounts {
  std::size_t references = 0;
  std::size_t clips = 0;
  std::size_t captions = 0;
};

SplitCounts count(const loaders::Split& split) {
  SplitCounts counts;
  for (const auto& ip : split.ips) {
    counts.references += ip.references.size();
    counts.clips += ip.clips.size();
  }
  for (const auto& story : split.stories) {
    for (const auto& character : story.characters) counts.references += character.references.size();
    for (const auto& shot : story.shots) counts.captions += shot.caption.has_value() ? 1 : 0;
  }
  return counts;
}

void print_split(const Report& report) {
  const loaders::Split& split = report.split;
  const SplitCounts counts = count(split);
  print_safe(stdout, "split     {} (form {}, sha256 {})\n", split.name, split.form, split.sha256);
  print_safe(stdout, "          {}, {}, {}, {}, {}, {}\n", counted(split.ips.size(), "IP", "IPs"),
             counted(split.stories.size(), "story", "stories"),
             counted(split.shot_count(), "shot", "shots"),
             counted(counts.captions, "caption", "captions"),
             counted(counts.references, "reference", "references"),
             counted(counts.clips, "tuning clip", "tuning clips"));
  if (report.of_stories) {
    print_safe(stdout, "          chosen from the {} of the split\n",
               counted(static_cast<std::int64_t>(*report.of_stories), "story", "stories"));
  }
  if (!split.lost.empty()) {
    print_safe(stdout, "          and {} that can't be read\n",
               counted(split.lost.size(), "story", "stories"));
  }
  if (!split.uncounted_ips.empty()) {
    print_safe(stdout, "          and an unknown number of stories that can't be read: {}\n",
               fmt::format("{}", fmt::join(split.uncounted_ips, ", ")));
  }
  if (split.source) print_prepared(stdout, source_text(*split.source));
}

/// "20 shots: 49 frames, 720x480, 16 fps", the most frequent first.
void print_kinds(const std::map<std::string, int>& kinds, int listed, std::string_view indent) {
  std::vector<std::pair<std::string, int>> sorted(kinds.begin(), kinds.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (static_cast<int>(i) == listed) {
      print_safe(stdout, "{}... and {} other combinations (--json lists every shot)\n", indent,
                 sorted.size() - i);
      break;
    }
    print_safe(stdout, "{}{}: {}\n", indent,
               counted(static_cast<std::size_t>(sorted[i].second), "shot", "shots"),
               sorted[i].first);
  }
}

void print_shots(const Report& report) {
  print_safe(stdout, "          {} of {} shots are usable\n", report.usable_shots(),
             report.split.shot_count() - static_cast<std::size_t>(report.prologues));
  if (report.prologues > 0) {
    print_safe(stdout, "          {} left out, as in scoring\n",
               counted(report.prologues, "prologue or epilogue is", "prologues and epilogues are"));
  }
  std::map<std::string, int> kinds;
  for (const auto& shot : report.shots) {
    if (shot.frame_count == 0) continue;
    const std::string fps = shot.fps > 0 ? fmt::format(", {:.6g} fps", shot.fps) : "";
    ++kinds[fmt::format("{} frames, {}x{}{}", shot.frame_count, shot.width, shot.height, fps)];
  }
  print_kinds(kinds, kListedOfAKind, "          ");
}

/// "44.1 kHz", "44.1 to 48 kHz"
std::string span_of(const std::string& low, const std::string& high, std::string_view unit) {
  return low == high ? fmt::format("{} {}", low, unit)
                     : fmt::format("{} to {} {}", low, high, unit);
}

/// One line about the sound of the usable shots; with --all a line for each form of it.
void print_sound(const Report& report, bool all) {
  std::map<std::string, int> kinds;
  std::vector<double> rates;
  std::vector<double> seconds;
  for (const auto& shot : report.shots) {
    if (!shot.audio || !shot.audio->present) continue;
    const loaders::AudioFacts& audio = *shot.audio;
    rates.push_back(audio.sample_rate / 1000.0);
    seconds.push_back(audio.seconds);
    ++kinds[fmt::format("{}, {:.4g} kHz, {}, {:.2f} s", audio.codec, audio.sample_rate / 1000.0,
                        counted(static_cast<std::size_t>(audio.channels), "channel", "channels"),
                        audio.seconds)];
  }
  if (report.usable_shots() == 0) return;
  if (kinds.empty()) {
    print_safe(stdout, "          no shot has sound\n");
    return;
  }
  const auto [slow, fast] = std::minmax_element(rates.begin(), rates.end());
  const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
  print_safe(stdout, "          {} of {} usable shots have sound: {}, {}\n", rates.size(),
             report.usable_shots(),
             span_of(fmt::format("{:.4g}", *slow), fmt::format("{:.4g}", *fast), "kHz"),
             span_of(fmt::format("{:.2f}", *least), fmt::format("{:.2f}", *most), "s"));
  if (all) print_kinds(kinds, static_cast<int>(kinds.size()), "            ");
}

void print_findings(const Report& report, bool all) {
  if (report.findings.empty()) {
    print_safe(stdout, "findings  none\n");
    return;
  }
  print_safe(stdout, "findings  {}, {} of which {} scoring\n", report.findings.size(),
             report.blocking(), report.blocking() == 1 ? "prevents" : "prevent");
  for (const auto& [kind, number] : loaders::count_by_kind(report.findings)) {
    const std::string_view stops = document::what_it_stops(kind);
    print_safe(stdout, "  {} ({}{})\n", kind, number,
               stops.empty()        ? ", information"
               : stops == "scoring" ? ""
                                    : fmt::format(", stops {}", stops));
    if (const auto* known = document::find_finding_kind(kind))
      print_safe(stdout, "    {}\n", known->sentence);
    int listed = 0;
    for (const Finding& finding : report.findings) {
      if (finding.kind != kind) continue;
      if (!all && listed++ == kListedOfAKind) {
        print_safe(stdout, "    ... and {} more (--all lists them)\n", number - kListedOfAKind);
        break;
      }
      print_prepared(stdout, fmt::format("    {}{}\n", terminal_text(where_of(finding)),
                                         terminal_lines(finding.detail)));
    }
  }
}

/// What a video stream says of itself; null for folders of frames.
Json stream_json(const loaders::StreamFacts& facts) {
  if (facts.codec.empty()) return nullptr;
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"codec", facts.codec},
          {"pixel_format", facts.pixel_format},
          {"colour", loaders::colour_stamp(facts)},
          {"matrix", facts.matrix},
          {"matrix_tag", or_null(facts.matrix_tag)},
          {"range", facts.range},
          {"range_tagged", facts.range_tagged},
          {"transfer", or_null(facts.transfer)},
          {"orientation", or_null(facts.orientation)},
          {"sample_aspect_ratio", fmt::format("{}:{}", facts.pixel_width, facts.pixel_height)},
          {"video_streams", facts.video_streams},
          {"stream", facts.stream}};
}

Json shot_json(const loaders::ShotReport& shot) {
  Json item{{"story", shot.key.story}, {"shot", shot.key.shot}, {"path", nullptr}};
  if (shot.source) item["path"] = shot.source->path.string();
  if (shot.source && shot.source->is_cut()) {
    item["range"] = {shot.source->begin_frame, shot.source->end_frame};
  }
  if (shot.frame_count == 0) {
    item["cause"] = shot.cause;
    return item;
  }
  item["frames"] = shot.frame_count;
  item["declared_frames"] = shot.declared_frames;
  item["width"] = shot.width;
  item["height"] = shot.height;
  item["fps"] = shot.fps > 0 ? Json(shot.fps) : Json(nullptr);
  item["audio"] = nullptr;
  if (shot.audio && shot.audio->present) {
    item["audio"] = {{"codec", shot.audio->codec},
                     {"sample_rate", shot.audio->sample_rate},
                     {"channels", shot.audio->channels},
                     {"seconds", shot.audio->seconds},
                     {"streams", shot.audio->streams}};
  }
  item["stream"] = stream_json(shot.facts);
  return item;
}

Inspection inspection_of(const Report& report) {
  const SplitCounts counts = count(report.split);
  Inspection inspection;
  inspection.split = {{"name", report.split.name},
                      {"form", report.split.form},
                      {"sha256", report.split.sha256},
                      {"ips", report.split.ips.size()},
                      {"stories", report.split.stories.size()},
                      {"of_stories", report.of_stories ? Json(*report.of_stories) : Json()},
                      {"shots", report.split.shot_count()},
                      {"captions", counts.captions},
                      {"references", counts.references},
                      {"tuning_clips", counts.clips},
                      {"lost_stories", report.split.lost.size()},
                      {"uncounted_ips", report.split.uncounted_ips}};
  if (report.split.source)
    inspection.split["source"] = loaders::source_to_json(*report.split.source);
  if (report.outputs) {
    Json shots = Json::array();
    for (const auto& shot : report.shots) shots.push_back(shot_json(shot));
    inspection.outputs = {{"layout", report.outputs->layout},
                          {"decoder", loaders::decoder_name()},
                          {"usable_shots", report.usable_shots()},
                          {"prologues_left_out", report.prologues},
                          {"shots", std::move(shots)}};
  }
  for (const Finding& finding : report.findings) ++inspection.counts[finding.kind];
  inspection.listed = report.findings;
  return inspection;
}

/// A manifest of what is left would look like a complete split: what was lost would never be missed
/// again.
void require_whole(const Report& report) {
  const std::string causes =
      blocking_causes(report.split_findings, {.references = true, .captions = false});
  if (causes.empty()) return;
  throw BadInput(fmt::format(
      "--write: a part of the split is missing, and its manifest would not show it:{}\n  Mend the "
      "split first.",
      causes));
}

void write_manifest(const loaders::Split& split, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  if (!is_folder(folder)) {
    throw UsageError(
        fmt::format("--write {}: no such folder: {}. Create it first.", file, folder.string()));
  }
  write_json_file(file, loaders::split_to_manifest(split, folder));
}

}  // namespace

int run_inspect(const InspectOptions& options) {
  install_interrupt_handlers();
  if (inspects_annotations(options)) return run_inspect_annotations(options);
  if (options.plot || options.index) {
    throw UsageError(
        "--plot and --index are for the annotation files of a data set, without --outputs, "
        "--write, "
        "--videos, --boundaries, --range or a selection");
  }
  const Report report = gather(options);
  if (options.write) {
    require_whole(report);
    write_manifest(report.split, *options.write);
    // stdout then has the manifest, and nothing else.
    if (output_target(*options.write).is_stdout())
      return report.blocking() > 0 ? kExitFailure : kExitDone;
  }
  if (options.json) {
    // A file name that is not UTF-8 must not stop the report.
    print_prepared(stdout, json_for_terminal(to_json(inspection_of(report)), 1) + "\n");
  } else {
    print_split(report);
    if (report.outputs) {
      print_safe(stdout, "outputs   {} (layout {})\n", *options.outputs.path,
                 report.outputs->layout);
      print_shots(report);
      print_sound(report, options.all);
    }
    print_findings(report, options.all);
    if (options.write) print_safe(stdout, "written   {}\n", *options.write);
  }
  return report.blocking() > 0 ? kExitFailure : kExitDone;
}

extern "C" __attribute__((visibility("default"))) int asbench_run_inspect(
    const InspectOptions* options) {
  return run_guarded("inspect", [&] { return run_inspect(*options); });
}

}  // namespace asbench::cli
