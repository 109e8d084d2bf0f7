#include "reports/paper/by_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace asbench::reports {

std::string listed(const std::vector<std::string>& texts) {
  std::string list;
  for (std::size_t i = 0; i < texts.size(); ++i)
    list += (i == 0 ? "" : i + 1 == texts.size() ? " and " : ", ") + texts[i];
  return list;
}

std::string by_value(const std::vector<const document::Result*>& results,
                     const std::function<std::string(const document::Result&)>& of) {
  std::vector<std::pair<std::string, std::vector<std::string>>> values;
  for (const auto* result : results) {
    const std::string value = of(*result);
    auto found = std::find_if(values.begin(), values.end(),
                              [&](const auto& known) { return known.first == value; });
    if (found == values.end()) found = values.insert(found, {value, {}});
    found->second.push_back(result->system);
  }
  if (values.size() == 1) return values.front().first;
  std::vector<std::string> texts;
  for (const auto& [value, systems] : values)
    texts.push_back(fmt::format("{} ({})", value, fmt::join(systems, ", ")));
  return listed(texts);
}

}  // namespace asbench::reports
