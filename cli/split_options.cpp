#include "cli/split_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"
#include "cli/whole_number.h"
#include "core/config_files.h"
#include "core/error.h"
#include "core/print.h"

namespace asbench::cli {
namespace {

constexpr const char* kMakeHelp =
    "Example:\n"
    "  asbench split make --from prompts.csv --references refs/ --out split.json\n"
    "What --from may be (docs/splits.md shows each):\n"
    "  .csv, .tsv       one row a shot with the columns ip, story, shot, caption, reference; or "
    "one\n"
    "                   row a story with the columns caption1, caption2, ...\n"
    "  .jsonl, .ndjson  one JSON object a line: a shot (\"caption\") or a story (\"captions\": "
    "[...])\n"
    "  .json            a list of these; objects whose keys are stories or IPs; the demo's and "
    "the\n"
    "                   test set's shapes\n"
    "  .txt             one caption a line, an empty line between stories, \"# IP\" or \"# IP / "
    "story\"\n"
    "                   before them\n"
    "  a file, folder or zip archive of AnimeShooter's annotations, with --draw-stories:\n"
    "    asbench split make --from dataset_anime_shooter.zip --draw-stories 200 --out split.json\n"
    "An IP's reference is found by its name: momo.png, momo_ref.jpg, momo/reference.png.\n"
    "What was understood is shown before anything is written. What may mean two things is "
    "refused.\n"
    "Exit codes: 0 done, 2 nothing was written.";

int print_example() {
  const auto text = config_file("examples/split.json");
  if (!text) throw InternalError("configs/examples/split.json is not in the program");
  print_prepared(stdout, *text);
  return kExitDone;
}

void add_draw_options(CLI::App& command, DrawOptions& draw) {
  command.option_defaults()->group("Drawing from annotations");
  command.add_option("--draw-stories", draw.stories,
                     "draw N stories, spread over the IPs (videos)");
  command.add_option("--draw-ips", draw.ips, "of at most N IPs");
  command.add_option("--stories-per-ip", draw.stories_per_ip,
                     "take up to N stories of each drawn IP (default: one of each, then a second "
                     "one, ...)");
  command.add_option("--seed", draw.seed, "random seed of the draw")
      ->check(whole_number)
      ->capture_default_str();
  command.add_option("--characters", draw.characters,
                     "only stories with so many main characters: 2, 2..4, 2.. or ..4");
  command.add_option("--shots", draw.shots, "only stories with so many shots, as --characters");
  command.add_option("--scenes", draw.scenes, "only stories with so many scenes, as --characters");
  command.add_option("--min-seconds", draw.min_seconds, "only stories of at least this length");
  command.add_flag("--with-references", draw.with_references,
                   "only stories of which every character has a reference mask");
  command.add_option("--without-ids", draw.without_ips,
                     "text file of video ids, one a line, of which nothing is drawn: those that a "
                     "model was trained on");
  add_source_options(command, draw.source);
  command.add_option("--card", draw.card,
                     "Markdown file that says what was drawn (default: beside --out, with the "
                     "ending .md)");
  command.add_option(
      "--index", draw.index,
      "file in which what is known of the annotations is kept (default: in the cache "
      "folder)");
}

void add_make(CLI::App& split, std::function<int()>& chosen) {
  const auto options = std::make_shared<SplitMakeOptions>();
  CLI::App* command = split.add_subcommand("make",
                                           "make a split manifest of prompts in a table, JSON or a "
                                           "text, and reference pictures; or draw "
                                           "one from the data set's annotations");
  command->footer(kMakeHelp);
  command->option_defaults()->group("Input");
  command
      ->add_option(
          "--from", options->from,
          "file of the prompts: .csv, .tsv, .jsonl, .json, .txt; or a data set's annotations: a "
          "file, a folder or a zip archive")
      ->required();
  command->add_option("--references", options->references,
                      "folder of the characters' reference pictures, found by the IPs' names or by "
                      "the column \"reference\"");
  command->add_flag("--without-references", options->without_references,
                    "go on when an IP has no reference: metrics that compare with it then have no "
                    "value");
  add_draw_options(*command, options->draw);
  command->option_defaults()->group("Output");
  command->add_option("--out", options->out,
                      "split manifest to write (JSON), which --split of the other commands takes; "
                      "without it, what was understood is only shown");
  command->add_option("--name", options->name,
                      "name of the split in tables (default: that of the file)");
  command->add_flag("--force", options->force, "replace a file of other content");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_split_make", *options); };
  });
}

void add_stats(CLI::App& split, std::function<int()>& chosen) {
  const auto options = std::make_shared<SplitStatsOptions>();
  CLI::App* command = split.add_subcommand(
      "stats", "print how long, how many and how wordy: a split beside AnimeShooter's paper");
  command->footer("Example:\n  asbench split stats --split split.json");
  command->option_defaults()->group("Input");
  add_split_options(*command, options->split);
  command->add_option("--index", options->index,
                      "file in which what is known of annotation files is kept (default: in the "
                      "cache folder)");
  command->option_defaults()->group("Selection");
  add_selection_options(*command, options->selection);
  command->option_defaults()->group("Output");
  command->add_option("--plot", options->plot,
                      "draw the distributions: file that ends in .png, .pdf or .svg");
  command->add_flag("--json", options->json, "print them as JSON (asbench/split-statistics@1)");
  command->callback([options, &chosen] {
    chosen = [options] {
      return run_in_module(Module::media, "asbench_run_split_stats", *options);
    };
  });
}

void add_references(CLI::App& split, std::function<int()>& chosen) {
  const auto options = std::make_shared<SplitReferencesOptions>();
  CLI::App* command = split.add_subcommand(
      "references", "cut the characters' reference pictures out of the source videos");
  command->footer(
      "Example:\n"
      "  asbench split references --split annotations/ --videos films/ --out references\n"
      "Writes OUT/<video id>/<segment>/<character>_<k>.png: the frame with the mask as alpha. "
      "Decodes each video\n"
      "once. What is wrong with masks and videos is listed.\n"
      "Exit codes: 0 every character has a picture, 2 one has none, or nothing was written.");
  command->option_defaults()->group("Input");
  add_split_options(*command, options->split);
  command->option_defaults()->group("Selection");
  add_selection_options(*command, options->selection);
  command->option_defaults()->group("Output");
  command->add_option("--out", options->out, "folder for the pictures")->required();
  command->add_flag("--force", options->force, "replace files of other content");
  command->callback([options, &chosen] {
    chosen = [options] {
      return run_in_module(Module::media, "asbench_run_split_references", *options);
    };
  });
}

void add_merge(CLI::App& split, std::function<int()>& chosen) {
  const auto options = std::make_shared<SplitMergeOptions>();
  CLI::App* command = split.add_subcommand("merge", "make one split manifest of several splits");
  command->footer(
      "Example:\n  asbench split merge one.json two.json --out both.json\n"
      "What two splits have alike is taken once; one id with different content is refused.");
  command->option_defaults()->group("Input");
  command->add_option("splits", options->splits, "splits in any form, two or more")
      ->required()
      ->expected(2, -1);
  command->option_defaults()->group("Output");
  command->add_option("--out", options->out, "split manifest to write (JSON)")->required();
  command->add_option("--name", options->name,
                      "name of the split in tables (default: that of the file)");
  command->add_flag("--force", options->force, "replace a file of other content");
  command->callback([options, &chosen] {
    chosen = [options] {
      return run_in_module(Module::media, "asbench_run_split_merge", *options);
    };
  });
}

}  // namespace

void add_split_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command =
      app.add_subcommand("split",
                         "make a split of your own prompts, or of a data set; merge and describe "
                         "splits");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  asbench split make --from prompts.csv --references refs/ --out split.json");
  add_make(*command, chosen);
  add_references(*command, chosen);
  add_merge(*command, chosen);
  add_stats(*command, chosen);
  CLI::App* example =
      command->add_subcommand("example", "print a complete split manifest to start from");
  example->footer("Example:\n  asbench split example > split.json");
  example->callback([&chosen] { chosen = print_example; });
}

}  // namespace asbench::cli
