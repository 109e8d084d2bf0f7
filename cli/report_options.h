#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli11.h"
#include "cli/table_options.h"

namespace asbench::cli {

/// `asbench report`. Plain data: parsed by the program, executed by the media module (modules.h).
struct ReportOptions {
  std::vector<std::string> results;
  std::string out;  ///< empty: no folder is written
  std::optional<std::string> scores;
  std::vector<std::string> metrics;
  std::vector<std::string> columns = {"shots", "mean", "harmeanp"};
  int digits = 4;
  TableArguments table;
  std::string format;   ///< print the table: latex, markdown, csv; empty: don't
  bool bibtex = false;  ///< write or print what to cite
  std::string methods;  ///< write or print a paragraph: text, markdown, latex; empty: don't
  bool reported = false;
  bool sheets = true;
  std::optional<std::string> figures;
  bool force = false;
};

/// `asbench agree`: how raters agree among each other, and metrics with them.
struct AgreeOptions {
  std::vector<std::string> results;
  std::string scores;
  int replicates = 1000;
  std::uint64_t seed = 0;
  bool allow_unmatched = false;
  bool json = false;            ///< the same as --format json
  std::string format = "text";  ///< text, json, markdown, latex, csv
  std::optional<std::string> figure;
  std::vector<std::string> figure_metrics;
};

void add_report_command(CLI::App& app, std::function<int()>& chosen);
void add_agree_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace asbench::cli
