#pragma once

#include <cstddef>
#include <vector>

#include "baselines/mini_world/film.h"
#include "baselines/mini_world/film_render.h"
#include "loaders/masks/rle.h"

namespace asbench::baselines {

/// A mask that an annotation lists: frame x mask is a reference picture of the character.
struct FilmReference {
  std::size_t member = 0;  ///< of FilmSegment::cast
  int frame = 0;           ///< of the film
  loaders::Mask mask;
  bool operator==(const FilmReference&) const = default;
};

/// The masks of a segment: one frame a second from its first frame on, and in it everybody who
/// covers 5 % to 90 % of the picture, the range that the data set's authors kept. Somebody who is
/// never that large has the largest mask alone. By member, then frame.
[[nodiscard]] std::vector<FilmReference> film_references(const FilmSegment& segment,
                                                         const FilmFormat& format);

}  // namespace asbench::baselines
