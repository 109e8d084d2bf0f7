#include <fmt/format.h>

#include "reports/agreement/agreement.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace {

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.3f}", *value) : "-";
}

std::string with_interval(const std::optional<double>& value,
                          const std::optional<Interval>& interval) {
  return number(value) + (interval ? fmt::format(" [{:.3f}, {:.3f}]", interval->low, interval->high)
                                   : " [no interval]");
}

Json json_number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json json_interval(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json();
}

}  // namespace

std::string agreement_text(const Agreement& agreement) {
  std::string text =
      "Agreement between raters (Krippendorff's alpha, interval metric; 1: perfect, 0: as by "
      "chance)\n\n";
  text += fmt::format("{:<24}{:>8}{:>8}{:>8}{:>9}\n", "dimension", "alpha", "raters", "units",
                      "ratings");
  for (const auto& row : agreement.dimensions) {
    text += fmt::format("{:<24}{:>8}{:>8}{:>8}{:>9}\n", terminal_text(row.dimension),
                        number(row.alpha), row.raters, row.units, row.ratings);
  }
  text +=
      "\nAgreement between metrics and raters on the order of stories (N: pairs of system and "
      "story, "
      "all systems pooled;\n"
      "positive is agreement; 95 % interval by bootstrap over whole IPs)\n\n";
  text += fmt::format("{:<24}{:<28}{:>6}{:>6}   {:<26}{:<26}\n", "dimension", "metric", "N", "IPs",
                      "Kendall tau-b", "Spearman rho");
  for (const auto& row : agreement.metrics) {
    text += fmt::format("{:<24}{:<28}{:>6}{:>6}   {:<26}{:<26}\n", terminal_text(row.dimension),
                        terminal_text(row.metric), row.n, row.ips,
                        with_interval(row.kendall, row.kendall_ci95),
                        with_interval(row.spearman, row.spearman_ci95));
  }
  if (agreement.unmatched.ratings > 0)
    text += "\nLeft out: " + unmatched_text(agreement.unmatched) + "\n";
  return text;
}

Json agreement_json(const Agreement& agreement) {
  Json json = {{"schema", "asbench/agreement@1"},
               {"alpha_metric", "interval"},
               {"ratings", agreement.unmatched.all},
               {"unmatched",
                {{"ratings", agreement.unmatched.ratings},
                 {"systems", agreement.unmatched.systems},
                 {"stories", agreement.unmatched.stories}}},
               {"dimensions", Json::array()},
               {"metrics", Json::array()}};
  for (const auto& row : agreement.dimensions) {
    json["dimensions"].push_back({{"dimension", row.dimension},
                                  {"alpha", json_number(row.alpha)},
                                  {"raters", row.raters},
                                  {"units", row.units},
                                  {"ratings", row.ratings}});
  }
  for (const auto& row : agreement.metrics) {
    json["metrics"].push_back({{"metric", row.metric},
                               {"dimension", row.dimension},
                               {"n", row.n},
                               {"ips", row.ips},
                               {"kendall_tau_b", json_number(row.kendall)},
                               {"kendall_ci95", json_interval(row.kendall_ci95)},
                               {"spearman_rho", json_number(row.spearman)},
                               {"spearman_ci95", json_interval(row.spearman_ci95)}});
  }
  return json;
}

}  // namespace asbench::reports
