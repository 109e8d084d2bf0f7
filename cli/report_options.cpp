#include "cli/report_options.h"

#include <CLI/App.hpp>
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
      "report",
      "turn result documents into a leaderboard page, tables, figures and contact sheets");
  command->footer(
      "Example (the inputs are what `asbench demo` leaves behind):\n"
      "  asbench report asbench-demo/results/*.json --out report\n"
      "Then open report/index.html. Pictures are taken from result.frames/ beside each "
      "result.json, "
      "where `asbench score` saves\n"
      "them; without that folder the page shows numbers only.\n"
      "A table for a paper, on stdout:\n"
      "  asbench report asbench-demo/results/*.json --table headline --rows ref-still,... "
      "--format latex");
  command->add_option(
      "RESULTS", options->results,
      "result documents of `asbench score`, one per system; none are needed for the "
      "paper's rows alone (--table paper2 --format markdown)");
  command->option_defaults()->group("Output");
  command->add_option("--out", options->out,
                      "folder to write: index.html, table.md, table.csv, table.tex and sheets/");
  command->add_option("--format", options->format,
                      "print the table instead: latex, markdown or csv");
  command->add_flag(
      "--bibtex", options->bibtex,
      "what to cite for metrics and encoders, as BibTeX: references.bib in --out, else "
      "printed");
  command->add_flag("--methods{text}", options->methods,
                    "a paragraph on how the numbers were made: --methods, --methods=markdown or "
                    "--methods=latex; methods.txt (.md, .tex) in --out, else printed");
  command
      ->add_option(
          "--metrics", options->metrics,
          "metrics to put in the tables (comma-separated; default: the headline metrics and their "
          "controls)")
      ->check(suggests(metric_names()))
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option(
          "--columns", options->columns,
          "values to show of each metric (comma-separated): shots, mean, harmeanp, or a part of "
          "the metrics such as worst")
      ->check(suggests({"shots", "mean", "harmeanp"}))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  command->add_option("--digits", options->digits, "number of decimals in table.md and table.tex")
      ->check(CLI::Range(0, 12))
      ->capture_default_str();
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
  command->add_option(
      "--figures", options->figures,
      "folder to write charts to, each as PDF and SVG, sized for papers: drift over shots, decay "
      "with distance between shots, adherence to the character against the caption, and with "
      "--scores, metrics against ratings; captions.md says what each shows. Metrics: --metrics, "
      "else the headline metrics");
  command->add_flag("--force", options->force,
                    "write into --out and --figures even if they hold files that `asbench report` "
                    "did not write");
  add_table_options(*command, options->table);
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
  command
      ->add_option("--format", options->format, "output format: text, json, markdown, latex or csv")
      ->capture_default_str();
  command->add_flag("--json", options->json, "print one JSON document: the same as --format json");
  command->add_option("--figure", options->figure,
                      "also write a scatter chart of stories by metric and rating, a panel for "
                      "each metric and dimension; FILE ends in .pdf, .svg or .png");
  command
      ->add_option("--figure-metrics", options->figure_metrics,
                   "metrics of the chart (comma-separated; default: the headline metrics)")
      ->delimiter(',')
      ->needs("--figure");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_agree", *options); };
  });
}

}  // namespace asbench::cli
