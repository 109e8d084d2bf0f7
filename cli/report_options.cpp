#include "cli/report_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"

namespace asbench::cli {

void add_report_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "report", "write the leaderboard page, tables and contact sheets of result documents");
  command->footer(
      "Example:\n"
      "  asbench report results/*.json --out report     then open report/index.html\n"
      "Pictures come from R.frames/ beside each R.json, where asbench score left them; without "
      "them the page shows numbers only.");
  command->add_option("RESULTS", options->results, "result documents, a system each")->required();
  command
      ->add_option("--out", options->out,
                   "folder for index.html, table.md, table.csv, table.tex and sheets/")
      ->required();
  command
      ->add_option(
          "--metrics", options->metrics,
          "rows of the tables (comma-separated); default: the headline metrics and their controls")
      ->delimiter(',');
  command
      ->add_option(
          "--columns", options->columns,
          "columns of the tables: shots, mean, harmeanp, or a part of the metrics such as worst "
          "(comma-separated)")
      ->delimiter(',')
      ->capture_default_str();
  command
      ->add_option("--digits", options->digits, "digits behind the point in table.md and table.tex")
      ->check(CLI::Range(0, 12))
      ->capture_default_str();
  command->add_flag("--intervals", options->intervals,
                    "95 % intervals beside the means in table.md and table.tex");
  command->add_option("--scores", options->scores,
                      "ratings by people or judges, CSV with columns "
                      "system,story,dimension,rater,value: further columns");
  command->add_flag("--reported", options->reported,
                    "also the results that the AnimeShooter paper printed: greyed, never ranked");
  command->add_flag(
      "--sheets,!--no-sheets", options->sheets,
      "contact sheets of the worst and best shots and of those that controls flag (default), "
      "or none");
  command->add_flag("--force", options->force, "overwrite files that no report wrote");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_report", *options); };
  });
}

void add_agree_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<AgreeOptions>();
  CLI::App* command =
      app.add_subcommand("agree", "say how metrics rank stories as people or judges do");
  command->footer(
      "Example:\n"
      "  asbench agree results/*.json --scores ratings.csv\n"
      "ratings.csv has the columns system,story,dimension,rater,value; system and story as the "
      "documents write them.");
  command->add_option("RESULTS", options->results, "result documents, a system each")->required();
  command->add_option("--scores", options->scores, "the ratings (CSV)")->required();
  command->add_option("--replicates", options->replicates, "bootstrap replicates of the intervals")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of the bootstrap")->capture_default_str();
  command->add_flag("--json", options->json, "print one JSON document");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_agree", *options); };
  });
}

}  // namespace asbench::cli
