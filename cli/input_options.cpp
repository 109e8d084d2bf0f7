#include "cli/input_options.h"
#include "cli/known_names.h"
#include "cli/option_values.h"
#include "cli/whole_number.h"

namespace asbench::cli {

void add_split_options(CLI::App& command, SplitOptions& split) {
  command
      .add_option("--split", split.path,
                  "prompts and reference images: a demo folder, a test-set folder or a split "
                  "manifest (JSON)")
      ->required();
  command
      .add_option("--split-format", split.format,
                  "read the split as demo, test-set or manifest, when detection gets it wrong")
      ->check(suggests(split_forms()));
}

CLI::Option* add_outputs_options(CLI::App& command, OutputsOptions& outputs) {
  CLI::Option* option = command.add_option("--outputs", outputs.path,
                                           "folder of the videos that the system generated");
  command
      .add_option(
          "--layout", outputs.layout,
          "how the videos are named: auto (detect), default, default-avi, animeshootergen-demo, "
          "cuts, a template such as {ip}/{prompt}_{shot:02}.mp4 ({shot0} where shots are numbered "
          "from 0), or a CSV file with the columns story,shot,path")
      ->check(suggests(layout_names()))
      ->capture_default_str();
  return option;
}

void add_selection_options(CLI::App& command, SelectionOptions& selection) {
  command.add_option("--ips", selection.ips,
                     "only the stories of these IPs: ids with commas between them, or the option "
                     "several times; a comma inside an id is understood");
  command.add_option("--stories", selection.stories,
                     "only these stories: ids with commas between them, or the option several "
                     "times; a comma inside an id is understood");
  command.add_option("--limit", selection.limit, "only the first N stories");
  command.add_option("--subset", selection.subset,
                     "only N stories, drawn at random and spread evenly over the IPs");
  command.add_option("--seed", selection.seed, "random seed for --subset")
      ->check(whole_number)
      ->capture_default_str();
}

}  // namespace asbench::cli
