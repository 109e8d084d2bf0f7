#pragma once

// Which parts a document's metrics have; not a public header.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "document/ordered_map.h"
#include "document/result.h"

namespace asbench::document {

/// The names of the parts that stories and their shots have under each metric, with the first place
/// of each: small, however many the stories are.
class PartNames {
 public:
  /// In document order.
  void add(const ResultStory& story);

  /// A part that its metric's description should list and doesn't.
  struct Unlisted {
    std::string place;  ///< path in the document, that of the part
    const ResultMetric* metric = nullptr;
  };
  /// The first one, metric by metric: of the metric itself, then of the stories added. A metric
  /// that the document doesn't describe (those of earlier versions, published results) lists none.
  [[nodiscard]] std::optional<Unlisted> unlisted(const std::vector<ResultMetric>& metrics) const;

 private:
  std::size_t stories_ = 0;
  OrderedMap<OrderedMap<std::string>> metrics_;  ///< metric -> part -> place
};

}  // namespace asbench::document
