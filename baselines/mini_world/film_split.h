#pragma once

#include <filesystem>
#include <vector>

#include "baselines/mini_world/film.h"
#include "baselines/mini_world/film_references.h"
#include "core/image.h"
#include "loaders/split.h"

namespace asbench::baselines {

/// Adds a film to a split: the IP with its video, a story for each segment ("<film>/<index from
/// 0>"), with characters, scenes, the shots' true ranges and, with audio, their sounds. Writes each
/// character's references, frame x mask, below `folder` as PNG files with alpha.
/// @param frames  all of the film, as its file decodes
/// @throws what write_file_atomically() throws; InternalError for a mask of another size.
void add_to_split(loaders::Split& split, const Film& film,
                  const std::vector<std::vector<FilmReference>>& references,
                  const std::vector<Image>& frames, const std::filesystem::path& video,
                  const std::filesystem::path& folder, bool with_audio);

/// "<film>/<segment>".
[[nodiscard]] std::string film_story_id(const Film& film, std::size_t segment);

}  // namespace asbench::baselines
