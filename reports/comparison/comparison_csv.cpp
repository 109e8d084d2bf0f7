#include <fmt/format.h>

#include "reports/comparison/comparison_output.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {

std::string comparison_csv(const Comparison& comparison) {
  std::string text = "story,ip,metric,direction,base,candidate,difference\r\n";
  for (const auto& metric : comparison.metrics) {
    for (const auto& story : metric.stories) {
      text += fmt::format("{},{},{},{},{},{},{}\r\n", csv_field(story.story), csv_field(story.ip),
                          csv_field(metric.id), to_string(metric.direction), story.base,
                          story.candidate, story.difference);
    }
  }
  return text;
}

}  // namespace asbench::reports
