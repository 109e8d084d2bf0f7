#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "document/result.h"
#include "reports/page/pictures.h"

namespace asbench::reports {

/// A text that the page offers to copy: one table in one language.
struct CopyText {
  std::string label;  ///< "LaTeX"
  std::string text;
};

/// Makes the texts of one table, in the order of their buttons, from its systems.
using CopyTexts = std::function<std::vector<CopyText>(std::span<const document::Result>)>;

struct PageDataOptions {
  /// Largest size of the page. Pictures take what the numbers leave, those of the worst stories
  /// first.
  std::size_t page_bytes = 14'000'000;
  CopyTexts copies = {};                   ///< called for each table; none: nothing can be copied
  std::size_t picture_bytes = 13'000'000;  ///< largest size of all pictures, in base64
};

/// Everything that the page shows, written compactly: arrays in the order of lists at the top,
/// numbers rounded to four or five significant digits, each picture once however many shots show
/// it. What a metric is called, means and is for comes from its description in the documents. The
/// reader is reports/page/base.js, which names the places.
[[nodiscard]] Json page_data(std::span<const document::Result> results, const Pictures& pictures,
                             const PageDataOptions& options = {});

}  // namespace asbench::reports
