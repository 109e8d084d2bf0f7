#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "baselines/mini_world/film.h"
#include "core/image.h"
#include "loaders/masks/rle.h"

namespace asbench::baselines {

/// The size of a film's pictures.
struct FilmFormat {
  int width = 192;
  int height = 128;
  double frames_per_second = 12.0;
};

/// Frame `index` of a shot, from 0: [height, width, 3] RGB. Depends on the arguments only.
/// @param hidden  a figure that is left out, though its shadow stays: what differs are its pixels
[[nodiscard]] Image render_film_frame(const FilmShot& shot, const FilmFormat& format, int index,
                                      std::optional<std::size_t> hidden = {});

/// Who is to be seen where in that frame: a mask for each figure, in their order. A figure's pixels
/// are those of which it makes up half or more, with what it holds, without its shadow and without
/// what a figure in front of it hides. May be empty of pixels.
[[nodiscard]] std::vector<loaders::Mask> film_masks(const FilmShot& shot, const FilmFormat& format,
                                                    int index);

}  // namespace asbench::baselines
