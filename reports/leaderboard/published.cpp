#include "reports/leaderboard/published.h"

#include "core/config_files.h"
#include "core/json.h"

namespace asbench::reports {

std::vector<document::Result> published_results() {
  std::vector<document::Result> results;
  for (const auto& name : config_file_names("reported/"))
    results.push_back(document::result_from_json(parse_json(*config_file(name), name), name));
  return results;
}

}  // namespace asbench::reports
