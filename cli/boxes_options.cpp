#include "cli/boxes_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/known_names.h"
#include "cli/modules.h"
#include "cli/option_values.h"

namespace asbench::cli {
namespace {

void add_template(CLI::App& boxes, std::function<int()>& chosen) {
  const auto options = std::make_shared<BoxesTemplateOptions>();
  CLI::App* command = boxes.add_subcommand(
      "template", "write the list of frames that a detector of characters must look at");
  command->footer(
      "Example (the inputs are what `asbench demo` leaves behind):\n"
      "  asbench boxes template --protocol demo --split asbench-demo/world/mini-world --outputs "
      "asbench-demo/systems/ref-pan --out boxes.csv\n"
      "A row for each character of each shot, in each frame that the protocol samples: story, "
      "shot, frame (of the\n"
      "shot, from 0), character; the empty box x, y, w, h in pixels, to fill in or to leave empty "
      "where the\n"
      "character is not there; video and video_frame, where to look. Decodes every video "
      "completely, because\n"
      "only then the number of its frames is known.\n" +
      placeholder_help() + "Exit codes: 0 done, 2 nothing was written.");
  add_input_group(*command, options->input);
  add_selection_group(*command, options->input);
  start_group(*command, "Frames");
  command
      ->add_option("--protocol", options->protocol,
                   "whose frame rule to use: animeshooter-v1, demo, or a protocol file")
      ->check(suggests(protocol_names()))
      ->capture_default_str();
  command
      ->add_option(
          "--frames", options->frames,
          "which frames of a shot: midpoint:K, ends:K, stride:K, all or window:L (default: "
          "as the protocol says; built-in ones: midpoint:5)")
      ->check(suggests(frame_rules()));
  start_group(*command, "Output");
  command
      ->add_option("--out", options->out,
                   "table to write (CSV), which --boxes takes when it is filled in")
      ->required();
  command->add_flag("--force", options->force, "replace a file of other content");
  start_group(*command, "Speed");
  command->add_option("--threads", options->threads, "number of videos decoded at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen = [options] {
      return run_in_module(Module::engine, "asbench_run_boxes_template", *options);
    };
  });
}

}  // namespace

void add_boxes_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command =
      app.add_subcommand("boxes",
                         "boxes of characters, as a detector finds them in a system's "
                         "videos");
  command->require_subcommand(1);
  command->footer(
      "Example (the inputs are what `asbench demo` leaves behind):\n"
      "  asbench boxes template --protocol demo --split asbench-demo/world/mini-world --outputs "
      "asbench-demo/systems/ref-pan --out boxes.csv");
  add_template(*command, chosen);
}

}  // namespace asbench::cli
