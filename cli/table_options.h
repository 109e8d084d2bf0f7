#pragma once

#include <string>
#include <vector>

#include "cli/cli11.h"
#include "document/result.h"
#include "reports/tables/row_names.h"
#include "reports/tables/tables.h"

namespace asbench::cli {

/// The options of `asbench report` that say how tables look. Plain data, as they stand on the
/// command line.
struct TableArguments {
  std::string set;  ///< name of a column set, a list, or a file; empty: a block for each metric
  std::vector<std::string> rows;
  std::vector<std::string> names;
  std::string highlight;
  std::vector<std::string> digits_of;
  std::string intervals = "none";
  std::string caption, label;
  bool footnote = true;
  std::string wide = "auto";
};

void add_table_options(CLI::App& command, TableArguments& arguments);

/// Whether the column set that is asked for has the paper's printed rows. @throws UsageError
[[nodiscard]] bool shows_published(const TableArguments& arguments);

/// Reads the names that systems are to have. @throws UsageError
[[nodiscard]] std::vector<reports::DisplayName> display_names(
    const TableArguments& arguments, const std::vector<document::Result>& results);

/// Enters the arguments into `options`, which has metrics, columns and digits.
/// @param results  with their display names
/// @throws UsageError naming the option, the value and what is allowed; BadInput for a file that is
/// no column set
void apply(const TableArguments& arguments, const std::vector<document::Result>& results,
           const std::vector<reports::DisplayName>& names, reports::TableOptions& options);

}  // namespace asbench::cli
