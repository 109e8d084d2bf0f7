#pragma once

#include <span>

#include "core/json.h"
#include "document/result.h"
#include "reports/page/pictures.h"

namespace asbench::reports {

struct PageDataOptions {
  /// Bytes that the page may have in all; pictures, the worst stories' first, take what the numbers
  /// leave.
  std::size_t page_bytes = 14'000'000;
  std::size_t picture_bytes = 13'000'000;  ///< and never more than this, in base64
};

/// Everything that the page shows, written compactly: arrays in the order of lists that stand once
/// at the top, numbers rounded to four or five digits, a picture once however many shots show it.
/// The reader is reports/page/page.js, which names the places.
[[nodiscard]] Json page_data(std::span<const document::Result> results, const Pictures& pictures,
                             const PageDataOptions& options = {});

}  // namespace asbench::reports
