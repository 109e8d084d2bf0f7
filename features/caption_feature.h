#pragma once

#include <optional>
#include <string_view>

#include "features/feature_matrix.h"
#include "features/store.h"

namespace asbench::features {

/// A caption under a text tower.
struct CaptionFeature {
  FeatureMatrix feature;   ///< [1, D], not normalised
  bool truncated = false;  ///< the text was longer than the tower reads
  bool operator==(const CaptionFeature&) const = default;
};

/// The store's entry of a caption (caption_key): a row of the feature's D values and one mark, 1
/// when the text was truncated, else 0. One entry, so that feature and mark are kept or lost
/// together; this layout is known here alone, and entries of earlier versions have it.
void put_caption(const FeatureStore& store, std::string_view key, const CaptionFeature& caption);
/// Nothing when the entry is absent or damaged. @throws BadInput for a row that is no such entry.
[[nodiscard]] std::optional<CaptionFeature> get_caption(const FeatureStore& store,
                                                        std::string_view key);

}  // namespace asbench::features
