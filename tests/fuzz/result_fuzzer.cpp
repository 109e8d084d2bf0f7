// Result documents: any bytes, and sound documents with anything put anywhere, must give a
// comparison in every form and a report (page, tables in three languages, leaderboard, ratings), or
// an Error. Links asbench::reports.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "document/consistency.h"
#include "document/result.h"
#include "reports/agreement/agreement.h"
#include "reports/comparison/compare.h"
#include "reports/comparison/comparison_output.h"
#include "reports/leaderboard/leaderboard.h"
#include "reports/leaderboard/metric_parts.h"
#include "reports/leaderboard/published.h"
#include "reports/leaderboard/ranking.h"
#include "reports/page/page.h"
#include "reports/page/page_data.h"
#include "reports/page/pictures.h"
#include "reports/paper/bibliography.h"
#include "reports/paper/methods.h"
#include "reports/tables/tables.h"
#include "tests/support/synthetic_result.h"

namespace {

using namespace asbench;
using namespace asbench::reports;

Gate quick_gate() {
  Gate gate;
  gate.name = "fuzz";
  gate.replicates = 100;
  gate.sign_flips = 1000;
  gate.metrics["clip_i"] = {
      .role = GateRole::headline, .tolerance = 0.001, .minimum_effect = 0.02, .limit = 0.5};
  return gate;
}

const Json& sound() {
  static const Json document = [] {
    testing::SyntheticResult options;
    options.ips = 3;
    options.shots = 2;
    options.frames = 2;
    options.metrics = {"clip_i", "frozen_rate"};
    options.value = [](int metric, int story) { return 0.5 * metric + 0.1 * story; };
    Json json = options.document();
    json["references"] = {{"ip00", {std::string(64, 'b')}}};
    json["metrics"]["clip_i"]["by_distance"] =
        Json::array({{{"distance", 1}, {"value", 0.5}, {"n_stories", 6}}});
    json["coverage"]["findings"].push_back(
        {{"kind", "short_shot"}, {"story", "ip00/0"}, {"shot", 1}, {"detail", "x"}});
    return json;
  }();
  return document;
}

/// Reads the input as orders: which value of a sound document becomes what.
Json disturbed(std::string_view orders) {
  static const std::vector<std::string> places = [] {
    std::vector<std::string> all;
    const Json flat = sound().flatten();
    for (const auto& [pointer, ignored] : flat.items()) {
      // The value itself and every container that it lies in.
      for (auto end = pointer.size(); end != std::string::npos && end > 0;
           end = pointer.rfind('/', end - 1))
        all.push_back(pointer.substr(0, end));
    }
    return all;
  }();
  static const std::vector<Json> values = {nullptr,
                                           true,
                                           0,
                                           -1,
                                           1e308,
                                           -1e308,
                                           5e-324,
                                           4294967296LL,
                                           18446744073709551615ULL,
                                           "",
                                           "ip01",
                                           "a\nb<|&\"",
                                           0.5,
                                           Json::array(),
                                           Json::object(),
                                           Json::array({0.1}),
                                           Json::array({1, -1})};
  Json document = sound();
  for (; orders.size() >= 3; orders.remove_prefix(3)) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(orders[i]));
    };
    const Json::json_pointer place(places[(byte(0) * 256 + byte(1)) % places.size()]);
    if (!document.contains(place)) continue;
    const std::size_t action = byte(2);
    Json& parent = document.at(place.parent_pointer());
    if (action < values.size())
      document.at(place) = values[action];
    else if (action % 3 == 0 && parent.is_object())
      parent.erase(place.back());
    else if (action % 3 == 1 && parent.is_array() && parent.size() < 64)
      parent.push_back(Json(document.at(place)));
    else if (parent.is_object())
      parent["further " + std::to_string(action)] = Json(document.at(place));
  }
  return document;
}

void show(const Comparison& comparison) {
  static_cast<void>(comparison_text(comparison));
  if (comparison_markdown(comparison, {.story_link = "https://x/#{story}"}).empty()) std::abort();
  static_cast<void>(comparison_csv(comparison));
  static_cast<void>(comparison_junit(comparison));
  const Json json = comparison_json(comparison);
  if (parse_json(json.dump(), "again") != json) std::abort();  // no NaN, no lost digit
}

template <typename Action>
void attempt(Action action) {
  try {
    action();
  } catch (const BadInput&) {
    // the expected answer to most inputs
  } catch (const NotComparable&) {
  } catch (const UsageError&) {
  }
}

/// Two raters' views of the first stories of every system, once where systems share a name.
std::vector<Rating> ratings_of(const std::vector<document::Result>& results) {
  std::vector<Rating> ratings;
  std::set<std::string> systems;
  for (const auto& result : results) {
    if (!systems.insert(result.system).second) continue;
    for (std::size_t s = 0; s < std::min<std::size_t>(4, result.stories.size()); ++s) {
      for (const char* rater : {"a", "b"})
        ratings.push_back({result.system, result.stories[s].id, "quality", rater,
                           1.0 + static_cast<double>(s % 3)});
    }
  }
  return ratings;
}

void report(std::vector<document::Result> results) {
  static const std::vector<document::Result> published = published_results();
  attempt([&] {
    require_reportable(results);
  });  // the program stops here; what lies behind must hold all the same
  attempt([&] {
    static_cast<void>(
        agreement_json(agreement(results, ratings_of(results), {.replicates = 20})).dump());
  });
  attempt([&] { attach_ratings(results, ratings_of(results), "fuzz.csv"); });
  results.insert(results.end(), published.begin(), published.end());
  static_cast<void>(leaderboard_markdown(results));
  static_cast<void>(leaderboard_text(results));
  for (const auto intervals : {IntervalPlace::none, IntervalPlace::beside, IntervalPlace::under}) {
    attempt([&] {
      TableOptions options{.intervals = intervals};
      for (const auto& result : results) {
        for (const auto& metric : result.metrics) {
          for (const auto& [part, value] : parts_of(metric))
            options.columns.push_back(table_column(part));
        }
      }
      if (table_markdown(results, options).empty() || table_latex(results, options).empty() ||
          table_csv(results, options).empty())
        std::abort();
    });
  }
  attempt([&] {
    const TableOptions options{.set = column_set("leaderboard")};
    if (table_markdown(results, options).empty() || table_latex(results, options).empty() ||
        table_csv(results, options).empty())
      std::abort();
  });
  attempt([&] { static_cast<void>(bibtex(results)); });
  for (const auto format : {TextFormat::plain, TextFormat::markdown, TextFormat::latex})
    attempt([&] { static_cast<void>(methods_paragraph(results, {}, format)); });
  // All of page_html that depends on the documents, without its copies of the scripts.
  const std::string island = json_for_html(page_data(results, Pictures{}));
  if (island.find('<') != std::string::npos || parse_json(island, "island").empty()) std::abort();
}

void check(const Json& document) {
  attempt([&] {
    const document::Result result = document::result_from_json(document, "fuzz");
    attempt([&] { document::require_consistent(result); });  // files are checked so, too
    attempt([&] {
      const Comparison same = compare(result, result, quick_gate());
      if (same.regressed()) std::abort();  // nothing is worse than itself
      show(same);
    });
    static const document::Result base = document::result_from_json(sound(), "base");
    for (const auto& allow : {std::set<std::string>{},
                              std::set<std::string>{"split", "coverage", "references", "metrics",
                                                    "stories", "version", "frames", "enc"}}) {
      attempt([&] { show(compare(base, result, quick_gate(), {.allow = allow})); });
      attempt([&] { show(compare(result, base, quick_gate(), {.allow = allow})); });
    }
    report({result, base});
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with("{"))
    attempt([&] { check(parse_json(text, "fuzz")); });
  else
    check(disturbed(text));
  return 0;
}
