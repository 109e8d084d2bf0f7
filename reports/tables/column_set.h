#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace asbench::reports {

/// Values of a metric that a table may show. `shots` stands for one column per shot, `part` for the
/// part of a metric that `part` names ("worst").
struct TableColumn {
  enum class Kind { shots, mean, harmeanp, part };
  Kind kind = Kind::mean;
  std::string part = {};
  bool operator==(const TableColumn&) const = default;
};

/// By its name on the command line: "shots", "mean", "harmeanp", or the name of a part. Whether a
/// document has such a part shows when the table is made.
[[nodiscard]] TableColumn table_column(std::string_view name);
/// The name again.
[[nodiscard]] std::string name_of(const TableColumn& column);

/// One column of a set.
struct SetColumn {
  std::string metric;
  TableColumn value = {};
  std::string head = {};           ///< empty: the value's name, or the metric's id
  std::optional<int> digits = {};  ///< nothing: the table's
  bool optional = false;           ///< left out where no document has the metric
};

struct SetGroup {
  std::string head = {};  ///< stands above its columns; empty: nothing does
  std::vector<SetColumn> columns;
};

/// Metrics side by side: which columns a table has. A file (configs/tables/*.json, schema
/// asbench/table@1) or a list on the command line.
struct ColumnSet {
  enum class Choice {
    groups,       ///< as listed
    headline,     ///< the headline metrics of the leaderboard, by family
    leaderboard,  ///< every metric of the leaderboard, by family
  };
  std::string name;
  Choice choice = Choice::groups;
  std::vector<SetGroup> groups = {};
  std::string caption = {};  ///< unless the user states one
  std::string label = {};
  /// The results printed in the paper are rows too, without being asked for: a table of the paper.
  bool published = false;
};

/// The names of the built-in sets: "headline", "leaderboard", "paper2".
[[nodiscard]] std::vector<std::string> column_set_names();

/// A built-in set by its name, or a list "clip_i,dino_i:harmeanp,fvd=FVD": metrics, each with the
/// value that is shown (mean where none is stated) and, after =, the head. Where a metric occurs
/// twice, metrics are the groups, else families are.
/// @throws UsageError for a list with an empty entry.
[[nodiscard]] ColumnSet column_set(std::string_view text);

/// @throws BadInput when it does not fit the schema.
[[nodiscard]] ColumnSet column_set_from_json(const Json& json, std::string_view where);

}  // namespace asbench::reports
