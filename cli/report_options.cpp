#include "cli/report_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/known_names.h"
#include "cli/modules.h"
#include "cli/option_values.h"
#include "cli/whole_number.h"

namespace asbench::cli {

void add_report_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "report", "turn result documents into a leaderboard page, tables and contact sheets");
  command->footer(
      "Example (the inputs are what `asbench demo` leaves behind):\n"
      "  asbench report asbench-demo/results/*.json --out report\n"
      "Then open report/index.html. Pictures are taken from result.frames/ beside each "
      "result.json, "
      "where `asbench score` saves\n"
      "them; without that folder the page shows numbers only.");
  command
      ->add_option("RESULTS", options->results,
                   "result documents of `asbench score`, one per system")
      ->required();
  command->option_defaults()->group("Output");
  command
      ->add_option("--out", options->out,
                   "folder to write: index.html, table.md, table.csv, table.tex and sheets/")
      ->required();
  command
      ->add_option(
          "--metrics", options->metrics,
          "metrics to put in the tables (comma-separated; default: the headline metrics and their "
          "controls)")
      ->check(suggests(metric_names()))
      ->delimiter(',');
  command
      ->add_option(
          "--columns", options->columns,
          "values to show of each metric (comma-separated): shots, mean, harmeanp, or a part of "
          "the metrics such as worst")
      ->check(suggests({"shots", "mean", "harmeanp"}))
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--digits", options->digits, "number of decimals in table.md and table.tex")
      ->check(CLI::Range(0, 12))
      ->capture_default_str();
  command->add_flag("--intervals", options->intervals,
                    "show 95 % confidence intervals beside the means in table.md and table.tex");
  command->add_option("--scores", options->scores,
                      "CSV file of ratings by people or judge models, with the columns "
                      "system,story,dimension,rater,value; each dimension becomes a metric");
  command->add_flag(
      "--reported", options->reported,
      "also show the results printed in the AnimeShooter paper, in grey and unranked");
  command->add_flag(
      "--sheets,!--no-sheets", options->sheets,
      "write contact sheets of the worst and best shots and of those that controls flag (default: "
      "yes)");
  command->add_flag("--force", options->force,
                    "write into --out even if it holds files that `asbench report` did not write");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_report", *options); };
  });
}

void add_agree_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<AgreeOptions>();
  CLI::App* command = app.add_subcommand(
      "agree", "measure how well metrics agree with ratings by people or judge models");
  command->footer(
      "Example:\n"
      "  asbench agree results/*.json --scores ratings.csv\n"
      "ratings.csv has the columns system,story,dimension,rater,value. Systems and stories have "
      "the "
      "names that the result\n"
      "documents use. Tables may be separated by commas, semicolons or tabs.");
  command
      ->add_option("RESULTS", options->results,
                   "result documents of `asbench score`, one per system")
      ->required();
  command->add_option("--scores", options->scores, "CSV file of ratings")->required();
  command
      ->add_option("--replicates", options->replicates,
                   "number of bootstrap replicates for the intervals")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "random seed for the bootstrap")
      ->check(whole_number)
      ->capture_default_str();
  command->add_flag(
      "--allow-unmatched", options->allow_unmatched,
      "leave out ratings whose system or story is in none of the documents, and count "
      "them (default: stop and name them)");
  command->add_flag("--json", options->json, "print one JSON document");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_agree", *options); };
  });
}

}  // namespace asbench::cli
