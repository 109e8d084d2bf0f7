#include "cli/inspect_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/known_names.h"
#include "cli/modules.h"
#include "cli/option_values.h"

namespace asbench::cli {

void add_inspect_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = app.add_subcommand(
      "inspect", "check a split and a system's videos before scoring: what is missing or broken");
  command->footer(
      "Example (the inputs are what `asbench demo` leaves behind):\n"
      "  asbench inspect --split asbench-demo/world/mini-world --outputs "
      "asbench-demo/systems/ref-pan\n"
      "Decodes every video completely; runs no encoder. Without --outputs it checks the split "
      "only.\n" +
      placeholder_help() +
      "Exit codes: 0 everything that scoring needs is there, 2 something is missing or broken.");
  command->option_defaults()->group("Input");
  add_split_options(*command, options->split);
  add_outputs_options(*command, options->outputs);
  command
      ->add_option("--background", options->background,
                   "colour behind transparent reference images, as for `asbench score`: black, "
                   "white, gray, mean or keep; a reference that shows nothing on it is empty")
      ->check(one_of(background_names()))
      ->capture_default_str();
  command->add_option("--index", options->index,
                      "file in which what is known of annotation files is kept, so that only "
                      "changed ones are read again (default: in the cache folder, for more than 16 "
                      "MB of files)");
  command->option_defaults()->group("Selection");
  add_selection_options(*command, options->selection);
  command->option_defaults()->group("Output");
  command->add_option("--write", options->write,
                      "also write the split, or the part that was chosen, as a split manifest "
                      "(JSON) to this file");
  command->add_option("--plot", options->plot,
                      "draw the distributions of a data set's annotations: file that ends in .png, "
                      ".pdf or .svg");
  command->add_flag("--all", options->all,
                    "list every finding, not only the first ten of each kind");
  command->add_flag("--json", options->json, "print everything as one JSON document");
  command->option_defaults()->group("Speed");
  command->add_option("--threads", options->threads, "number of videos to decode at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_inspect", *options); };
  });
}

}  // namespace asbench::cli
