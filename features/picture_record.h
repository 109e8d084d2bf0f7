#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/picture_statistics.h"
#include "features/store.h"

namespace asbench::features {

/// Stores what all frames of a clip have shown, under picture_key().
void store_pictures(const FeatureStore& store, const std::string& key,
                    const PictureStatistics& statistics);

/// @returns nothing when the store has no such entry.
[[nodiscard]] std::optional<PictureStatistics> read_pictures(const FeatureStore& store,
                                                             const std::string& key);

}  // namespace asbench::features
