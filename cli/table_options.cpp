// The options themselves, for the program; what they mean is read in cli/table_arguments.cpp, by
// the module that makes the tables.
#include "cli/table_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace asbench::cli {

void add_table_options(CLI::App& command, TableArguments& arguments) {
  command.option_defaults()->group("Tables");
  command.add_option(
      "--table", arguments.set,
      "one row per system, metrics side by side: headline, leaderboard, paper2 (the paper's Table "
      "2), a list such as clip_i,dino_i:harmeanp,fvd=FVD (METRIC, METRIC:VALUE, =HEAD), or a file "
      "(JSON, schema asbench/table@1). Default: a block of rows for each metric");
  command
      .add_option(
          "--rows", arguments.rows,
          "only these systems, in this order: names with commas between them, or the option "
          "several times; ... stands for all others")
      ->allow_extra_args(false);
  command
      .add_option("--names", arguments.names,
                  "what systems are called, everywhere in the report: my-model=Ours, several with "
                  "commas between them or the option several times")
      ->allow_extra_args(false);
  command.add_option("--highlight", arguments.highlight, "the row of this system stands out");
  command
      .add_option("--digits-of", arguments.digits_of,
                  "decimals of single metrics or columns: fvd=1,clip_i:harmeanp=3")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_flag("--intervals{beside}", arguments.intervals,
                   "show 95 % confidence intervals of the means in table.md and table.tex: "
                   "--intervals (beside them) or --intervals=under");
  command.add_option("--caption", arguments.caption,
                     "caption of the tables (default: split, stories, protocol, which else become "
                     "the first note)");
  command.add_option("--label", arguments.label, "label of the LaTeX table, for \\ref");
  command.add_flag("--footnote,!--no-footnote", arguments.footnote,
                   "write the notes below a table: legend, coverage, signatures (default: yes)");
  command
      .add_option("--wide", arguments.wide,
                  "LaTeX tables that are wider than the text: auto (scale down to four fifths, "
                  "beyond that split), scale or split")
      ->capture_default_str();
}

}  // namespace asbench::cli
