#pragma once

#include <span>

#include "core/json.h"
#include "document/result.h"
#include "reports/page/pictures.h"

namespace asbench::reports {

struct PageDataOptions {
  /// Largest size of the page. Pictures take what the numbers leave, those of the worst stories
  /// first.
  std::size_t page_bytes = 14'000'000;
  std::size_t picture_bytes = 13'000'000;  ///< largest size of all pictures, in base64
};

/// Everything that the page shows, written compactly: arrays in the order of lists at the top,
/// numbers rounded to four or five significant digits, each picture once however many shots show
/// it. What a metric is called, means and is for comes from its description in the documents. The
/// reader is reports/page/base.js, which names the places.
[[nodiscard]] Json page_data(std::span<const document::Result> results, const Pictures& pictures,
                             const PageDataOptions& options = {});

}  // namespace asbench::reports
