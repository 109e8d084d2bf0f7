#include "cli/input_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/known_names.h"
#include "cli/option_values.h"
#include "cli/whole_number.h"

namespace asbench::cli {

void add_split_options(CLI::App& command, SplitOptions& split) {
  command
      .add_option("--split", split.path,
                  "prompts and reference images: a demo folder, a test-set folder, the data set's "
                  "annotation files, or a split manifest (JSON), which `asbench split make` makes "
                  "of your prompts")
      ->required();
  command
      .add_option(
          "--split-format", split.format,
          "read the split as demo, test-set, manifest or annotations, when detection gets it wrong")
      ->check(suggests(split_forms()));
  add_source_options(command, split.source);
}

void add_source_options(CLI::App& command, SourceOptions& source) {
  command.add_option("--videos", source.videos,
                     "source videos of annotation files: a folder of ID.mp4 (or another ending), "
                     "or a path with %id in the place of the id; reference pictures are cut out of "
                     "them by the masks");
  command
      .add_option("--boundaries", source.boundaries,
                  "ends of annotated shots, which are whole seconds: as-given, trim:SECONDS (less "
                  "at both ends) or snap (to the nearest cut of the video within a second)")
      ->capture_default_str();
  command
      .add_option("--range", source.range,
                  "frames of annotated shots: whole, or extra (the annotator's excerpt of about "
                  "four seconds)")
      ->check(suggests(shot_parts()))
      ->capture_default_str();
  command
      .add_option("--reference-masks", source.reference_masks,
                  "which of a character's masks become reference pictures: largest, all or first")
      ->check(suggests(reference_choices()))
      ->capture_default_str();
}

CLI::Option* add_outputs_options(CLI::App& command, OutputsOptions& outputs) {
  CLI::Option* option = command.add_option("--outputs", outputs.path,
                                           "folder of the videos that the system generated");
  command
      .add_option(
          "--layout", outputs.layout,
          "how the videos are named: auto (detect), default, default-avi, animeshootergen-demo, "
          "cuts, source (real stories: --outputs is the folder of their source videos), a template "
          "such as {ip}/{prompt}_{shot:02}.mp4 (placeholders: see the end), or a "
          "CSV file with the columns story,shot,path")
      ->check(suggests(layout_names()))
      ->capture_default_str();
  command
      .add_option("--cuts", outputs.cuts,
                  "where the shots are in one long video a story (a template without {shot}): list "
                  "(frames in cuts.json beside the videos), the path of such a cut list, equal "
                  "(equal parts of each video, one a shot), or detect (between the strongest cuts "
                  "that are found in each video)")
      ->capture_default_str();
  return option;
}

std::string placeholder_help() {
  return "Placeholders of --layout stand for:\n"
         "              demo folder            test-set folder         manifest\n"
         "  {ip}        name of <ip>.json      name of the IP's folder \"id\" of the IP\n"
         "  {name}      the same               the same                \"name\" of the IP, else "
         "the\n"
         "                                                             last part of its id\n"
         "  {prompt}    key in <ip>.json       place in prompts.json,  \"prompt\" of the story, "
         "else\n"
         "                                     from 0                  the last part of its id\n"
         "  {story}     {ip}/{prompt}          {ip}/{prompt}           \"id\" of the story\n"
         "              annotations: {ip} is the video's id, {prompt} the segment's number from 0\n"
         "  {shot}      number of the shot from 1; {shot0}: from 0\n"
         "  {prompt0}, {prompt1}  a numeric prompt less one, plus one: for videos whose stories "
         "are\n"
         "              numbered from 0 (from 1) where the split begins with 1 (with 0)\n"
         "  {shot:02}   padded with zeros; also {shot0:03}, {prompt:02}\n";
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
