#pragma once

#include <span>
#include <string>

#include "document/result.h"
#include "reports/page/page_data.h"
#include "reports/page/pictures.h"

namespace asbench::reports {

/// The report page: one HTML file with its styles, its scripts, Chart.js and its data as JSON
/// (page_data). It makes no network request, and nothing of a document becomes markup: the scripts
/// write text only.
[[nodiscard]] std::string page_html(std::span<const document::Result> results,
                                    const Pictures& pictures, const PageDataOptions& options = {});

/// JSON that may stand inside a <script> element: no tag, comment or line separator in it.
[[nodiscard]] std::string json_for_html(const Json& json);

}  // namespace asbench::reports
