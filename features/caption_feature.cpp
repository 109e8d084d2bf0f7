#include "features/caption_feature.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"

namespace asbench::features {

void put_caption(const FeatureStore& store, std::string_view key, const CaptionFeature& caption) {
  FeatureMatrix row = caption.feature;
  row.cols += 1;
  row.values.push_back(caption.truncated ? 1.0F : 0.0F);
  store.put(key, row);
}

std::optional<CaptionFeature> get_caption(const FeatureStore& store, std::string_view key) {
  auto row = store.get(key);
  if (!row) return std::nullopt;
  if (row->rows != 1 || row->cols < 2) {
    throw BadInput(fmt::format(
        "feature store: the entry {} is a [{}, {}] matrix, where a caption's feature and its mark "
        "are expected.\n  Remove it from {}; it is then computed again.",
        key, row->rows, row->cols, store.root().string()));
  }
  CaptionFeature caption;
  caption.truncated = row->values.back() != 0.0F;
  row->values.pop_back();
  row->cols -= 1;
  caption.feature = std::move(*row);
  return caption;
}

}  // namespace asbench::features
