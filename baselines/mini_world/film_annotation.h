#pragma once

#include <vector>

#include "baselines/mini_world/film.h"
#include "baselines/mini_world/film_references.h"
#include "core/json.h"

namespace asbench::baselines {

/// The film as AnimeShooter's release writes it down (docs/design/dataset.md 2 to 5): keys with
/// spaces, times "MM:SS" in whole seconds since the segment's begin, masks with frame indices of
/// the source video.
/// @param references  of each segment, film_references()
/// @param with_audio  the form of the audio subset: every shot has its sound
[[nodiscard]] Json film_annotation(const Film& film,
                                   const std::vector<std::vector<FilmReference>>& references,
                                   bool with_audio);

}  // namespace asbench::baselines
