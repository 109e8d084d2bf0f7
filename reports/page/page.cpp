#include "reports/page/page.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "core/embedded_files.h"
#include "core/error.h"

namespace asbench::detail {

/// Defined by cmake/EmbedFiles.cmake: reports/page/* and Chart.js.
const std::vector<EmbeddedFile>& page_files();

}  // namespace asbench::detail

namespace asbench::reports {
namespace {

std::string_view page_file(std::string_view name) {
  for (const auto& file : detail::page_files()) {
    if (file.name == name) return file.text;
  }
  throw InternalError(fmt::format("the program was built without reports/page/{}", name));
}

/// Replaces each {{name}} of the template once; inserted text is not searched again.
std::string fill(std::string_view text,
                 const std::map<std::string, std::function<std::string()>, std::less<>>& values) {
  std::string filled;
  while (true) {
    const auto open = text.find("{{");
    const auto close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) return filled.append(text);
    filled.append(text.substr(0, open));
    filled += values.at(std::string(text.substr(open + 2, close - open - 2)))();
    text.remove_prefix(close + 2);
  }
}

}  // namespace

std::string json_for_html(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size() + 64);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest(text.data() + i, std::min<std::size_t>(3, text.size() - i));
    if (text[i] == '<')
      safe += "\\u003c";
    else if (text[i] == '>')
      safe += "\\u003e";
    else if (rest == "\xE2\x80\xA8" || rest == "\xE2\x80\xA9") {
      safe += rest.back() == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else
      safe += text[i];
  }
  return safe;
}

std::string page_html(std::span<const document::Result> results, const Pictures& pictures,
                      const PageDataOptions& options) {
  if (results.empty()) throw UsageError("a report needs at least one result document");
  const auto embedded = [](std::string_view name) {
    return [name] { return std::string(page_file(name)); };
  };
  return fill(page_file("template.html"),
              {{"css", embedded("page.css")},
               {"chart.js", embedded("chart.min.js")},
               {"base.js", embedded("base.js")},
               {"leaderboard.js", embedded("leaderboard.js")},
               {"charts.js", embedded("charts.js")},
               {"stories.js", embedded("stories.js")},
               {"page.js", embedded("page.js")},
               {"data", [&] { return json_for_html(page_data(results, pictures, options)); }}});
}

}  // namespace asbench::reports
