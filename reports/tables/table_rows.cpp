#include "reports/tables/table_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/nearest_name.h"
#include "document/result.h"
#include "reports/leaderboard/leaderboard.h"
#include "reports/leaderboard/metric_parts.h"

namespace asbench::reports {
namespace {

constexpr std::string_view kOthers = "...";

const document::ResultMetric& metric_or_empty(const document::Result& result,
                                              const std::string& id) {
  static const document::ResultMetric empty;
  const auto* found = result.find_metric(id);
  return found == nullptr ? empty : *found;
}

std::vector<RowSource> sources_of(const RankedTable& table) {
  std::vector<RowSource> rows;
  for (std::size_t i = 0; i < table.systems.size(); ++i) {
    RowSource row{&table, &table.systems[i], table.systems[i].result->system};
    row.grey = table.reported;
    if (table.reported)
      row.above = kReportedLabel;
    else if (i >= table.ranked)
      row.above = not_ranked_head(table);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The rows in the order asked for. A line over rows says what they are; it holds for published
/// ones at the end, else the name says it.
std::vector<RowSource> ordered(const std::vector<RowSource>& rows,
                               const std::vector<std::string>& order) {
  std::vector<RowSource> result;
  for (const auto& name : order) {
    for (const auto& row : rows) {
      const bool named = std::find(order.begin(), order.end(), row.name) != order.end();
      if (name == kOthers ? !named : row.name == name) result.push_back(row);
    }
  }
  auto last = result.end();
  while (last != result.begin() && std::prev(last)->grey) --last;
  for (auto row = result.begin(); row != result.end(); ++row) {
    if (!row->grey) row->above.clear();
    if (!row->grey || row >= last) continue;
    row->name += " (as published)";
    row->above.clear();
  }
  return result;
}

void require_names(const std::vector<RankedTable>& tables, const TableRows& rows) {
  std::vector<std::string> known;
  for (const auto& table : tables) {
    for (const auto& system : table.systems) known.push_back(system.result->system);
  }
  const auto require = [&](std::string_view option, const std::string& name) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    throw UsageError(fmt::format("{}: no document is of a system named '{}'.{} Systems: {}.",
                                 option, name, did_you_mean(name, known), fmt::join(known, ", ")));
  };
  std::set<std::string> seen;
  for (const auto& name : rows.order) {
    if (name != kOthers) require("--rows", name);
    if (!seen.insert(name).second)
      throw UsageError(fmt::format("--rows: '{}' stands twice; a system has one row", name));
  }
  if (!rows.highlighted.empty()) require("--highlight", rows.highlighted);
}

}  // namespace

TableRow RowSource::row(bool withheld) const {
  TableRow row;
  row.name = name;
  row.withheld = withheld;
  row.grey = grey;
  row.highlighted = highlighted;
  row.result = system->result;
  return row;
}

std::vector<RowPlan> plan_rows(const std::vector<RankedTable>& tables, const TableRows& rows) {
  require_names(tables, rows);
  std::vector<RowPlan> plans;
  std::vector<const RankedTable*> published;
  for (const auto& table : tables) {
    if (table.reported)
      published.push_back(&table);
    else
      plans.push_back({&table, {}, {}});
  }
  if (plans.empty()) {
    for (const auto* table : published) plans.push_back({table, {}, {}});
    published.clear();
  }
  for (auto& plan : plans) {
    plan.published = published;
    plan.rows = sources_of(*plan.table);
    for (const auto* table : published) {
      for (auto& row : sources_of(*table)) plan.rows.push_back(std::move(row));
    }
    if (!rows.order.empty()) plan.rows = ordered(plan.rows, rows.order);
    for (auto& row : plan.rows) row.highlighted = row.system->result->system == rows.highlighted;
  }
  std::erase_if(plans, [](const RowPlan& plan) {
    return std::none_of(plan.rows.begin(), plan.rows.end(),
                        [&](const RowSource& row) { return row.table == plan.table; });
  });
  return plans;
}

TableSection section_of(const std::vector<RowSource>& sources, std::vector<TableRow> rows) {
  TableSection section;
  std::string_view over;
  for (auto& row : rows) {
    const auto source = std::find_if(sources.begin(), sources.end(), [&](const RowSource& known) {
      return known.system->result == row.result;
    });
    if (source->above != over) row.above = source->above;
    over = source->above;
    section.rows.push_back(std::move(row));
  }
  return section;
}

void mark_section(TableSection& section, std::span<const document::ResultDirection> directions) {
  for (std::size_t column = 0; column < directions.size(); ++column) {
    std::vector<Contender> contenders;
    int digits = kUsualDigits;
    for (const auto& row : section.rows) {
      const TableCell& cell = row.cells[column];
      contenders.push_back({cell.value, cell.interval, cell.withheld || row.grey});
      digits = cell.digits;
    }
    const auto marks = mark_column(contenders, directions[column], digits);
    for (std::size_t i = 0; i < marks.size(); ++i) section.rows[i].cells[column].marks = marks[i];
  }
}

std::vector<std::string> notes_of(const RowPlan& plan, const std::vector<std::string>& shown) {
  const RankedTable& table = *plan.table;
  std::vector<std::string> notes;
  const auto has_row = [&](const RankedSystem& system) {
    return std::any_of(plan.rows.begin(), plan.rows.end(),
                       [&](const RowSource& row) { return row.system == &system; });
  };
  const std::string head = not_ranked_head(table);
  if (!head.empty() && std::any_of(plan.rows.begin(), plan.rows.end(),
                                   [&](const RowSource& row) { return row.above == head; }))
    notes.push_back(not_ranked_line(table));
  for (const auto& system : table.systems) {
    if (table.reported || !has_row(system)) continue;
    const auto& coverage = system.result->coverage;
    if (coverage.scored_shots < coverage.expected_shots) {
      notes.push_back(fmt::format("{}: {} of {} shots scored, policy for missing shots: {}",
                                  system.result->system, coverage.scored_shots,
                                  coverage.expected_shots, coverage.policy));
    }
    if (const std::string& note = system.result->note; !note.empty())
      notes.push_back(fmt::format("{}: {}", system.result->system, note));
    for (const auto& line : withheld_lines(table, system))
      notes.push_back(fmt::format("† {}: {}", system.result->system, line));
    for (const auto& line : fewer_stories_lines(table, system))
      notes.push_back("‡ mean of fewer stories: " + line);
  }
  const auto add_signatures = [&](const RankedTable& of) {
    for (std::size_t i = 0; i < of.metrics.size(); ++i) {
      if (std::find(shown.begin(), shown.end(), of.metrics[i]) != shown.end() &&
          std::any_of(of.systems.begin(), of.systems.end(), has_row))
        notes.push_back(of.signatures[i]);
    }
  };
  add_signatures(table);
  for (const auto* published : plan.published) add_signatures(*published);
  return notes;
}

std::vector<std::string> heads_of(const TableColumn& column, std::size_t shots) {
  std::vector<std::string> heads;
  switch (column.kind) {
    case TableColumn::Kind::shots:
      for (std::size_t i = 0; i < shots; ++i) heads.push_back(fmt::format("shot {}", i + 1));
      return heads;
    case TableColumn::Kind::mean:
      return {"Mean"};
    case TableColumn::Kind::harmeanp:
      return {"HarMeanP"};
    case TableColumn::Kind::part:
      return {column.part};
  }
  return heads;
}

std::vector<TableCell> cells_of(const document::Result& result, const std::string& id,
                                const TableColumn& column, std::size_t shots, int digits) {
  const document::ResultMetric& metric = metric_or_empty(result, id);
  const bool fewer = metric.of_stories.has_value();
  std::vector<TableCell> cells;
  const auto add = [&](const document::ResultValue& value,
                       const std::optional<Interval>& interval) {
    cells.push_back(
        {.value = value, .interval = interval, .digits = digits, .fewer_stories = fewer});
  };
  switch (column.kind) {
    case TableColumn::Kind::shots:
      for (std::size_t i = 0; i < shots; ++i)
        add(i < metric.per_shot_index.size() ? metric.per_shot_index[i] : document::ResultValue(),
            {});
      break;
    case TableColumn::Kind::mean:
      add(metric.mean, metric.ci95);
      break;
    case TableColumn::Kind::harmeanp:
      add(metric.harmeanp, {});
      break;
    case TableColumn::Kind::part:
      add(part_of(metric, column.part), {});
      break;
  }
  return cells;
}

std::size_t shots_of(const RowPlan& plan, const std::vector<std::string>& metrics) {
  std::size_t most = 0;
  for (const auto& row : plan.rows) {
    for (const auto& id : metrics)
      most = std::max(most, metric_or_empty(*row.system->result, id).per_shot_index.size());
  }
  return most;
}

document::ResultDirection direction_of(const RowPlan& plan, const std::string& metric,
                                       const TableColumn& column) {
  document::ResultDirection direction = document::ResultDirection::none;
  bool of_stories = false;
  for (const auto& row : plan.rows) {
    if (const auto* found = row.system->result->find_metric(metric);
        found != nullptr && direction == document::ResultDirection::none)
      direction = found->direction;
    for (const auto& story : row.system->result->stories) {
      const auto value = story.metrics.find(metric);
      of_stories =
          of_stories || (value != story.metrics.end() && value->second.parts.contains(column.part));
    }
  }
  return column.kind == TableColumn::Kind::part && !of_stories ? document::ResultDirection::none
                                                               : direction;
}

int digits_of(const TableOptions& options, const std::string& metric, const TableColumn& column,
              std::optional<int> stated) {
  const auto& known = options.digits_of;
  if (const auto found = known.find(fmt::format("{}:{}", metric, name_of(column)));
      found != known.end())
    return found->second;
  if (const auto found = known.find(metric); found != known.end()) return found->second;
  return stated.value_or(options.digits);
}

std::string family_head(std::string family) {
  if (!family.empty() && family.front() >= 'a' && family.front() <= 'z')
    family.front() = static_cast<char>(family.front() - 'a' + 'A');
  return family;
}

void finish_table(Table& table, const RowPlan& plan, const TableOptions& options,
                  const std::vector<std::string>& shown) {
  const std::string set_caption = options.set ? options.set->caption : std::string();
  const std::string set_label = options.set ? options.set->label : std::string();
  table.caption = options.caption.empty() ? set_caption : options.caption;
  table.label = options.label.empty() ? set_label : options.label;
  table.marked = !plan.table->reported;
  // Always told: what was measured, and that the demo's encoders judge nothing.
  if (table.caption.empty())
    table.caption = table_heading(*plan.table);
  else
    table.notes.push_back(table_heading(*plan.table));
  for (auto& note : notes_of(plan, shown)) table.notes.push_back(std::move(note));
  drop_empty_columns(table);
}

}  // namespace asbench::reports
