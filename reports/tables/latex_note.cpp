#include "reports/tables/latex_note.h"

#include "reports/tables/escape_text.h"

namespace asbench::reports {

std::string latex_note(std::string_view text) {
  constexpr std::string_view kPunctuation = ",/=#>@:;";
  constexpr std::size_t kBreak = 40;  ///< columns, after which a line may end anywhere
  std::string latex;
  std::size_t begin = 0;
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    const bool inside = kPunctuation.find(text[at]) != std::string_view::npos &&
                        text[at + 1] != ' ' &&
                        kPunctuation.find(text[at + 1]) == std::string_view::npos;
    if (!inside) continue;
    latex += latex_text(text.substr(begin, at + 1 - begin), kBreak) + "\\allowbreak{}";
    begin = at + 1;
  }
  return latex + latex_text(text.substr(begin), kBreak);
}

}  // namespace asbench::reports
