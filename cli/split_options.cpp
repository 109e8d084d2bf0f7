#include "cli/split_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"
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

void add_make(CLI::App& split, std::function<int()>& chosen) {
  const auto options = std::make_shared<SplitMakeOptions>();
  CLI::App* command = split.add_subcommand(
      "make",
      "make a split manifest of prompts in a table, JSON or a text, and reference pictures");
  command->footer(kMakeHelp);
  command->option_defaults()->group("Input");
  command
      ->add_option("--from", options->from, "file of the prompts: .csv, .tsv, .jsonl, .json, .txt")
      ->required();
  command->add_option("--references", options->references,
                      "folder of the characters' reference pictures, found by the IPs' names or by "
                      "the column \"reference\"");
  command->add_flag("--without-references", options->without_references,
                    "go on when an IP has no reference: metrics that compare with it then have no "
                    "value");
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

}  // namespace

void add_split_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command =
      app.add_subcommand("split", "make a split of your own prompts and reference pictures");
  command->require_subcommand(1);
  command->footer(
      "Example:\n  asbench split make --from prompts.csv --references refs/ --out split.json");
  add_make(*command, chosen);
  CLI::App* example =
      command->add_subcommand("example", "print a complete split manifest to start from");
  example->footer("Example:\n  asbench split example > split.json");
  example->callback([&chosen] { chosen = print_example; });
}

}  // namespace asbench::cli
