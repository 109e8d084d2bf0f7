#pragma once

#include <filesystem>
#include <vector>

#include "baselines/mini_world/film.h"
#include "baselines/mini_world/film_render.h"

namespace asbench::baselines {

struct FilmWorldOptions {
  FilmOptions film;
  int films = 2;  ///< 1 to 100
  int width = 192;
  int height = 128;
  bool with_audio = false;  ///< annotations of the audio subset's form
};

/// What write_film_world wrote.
struct FilmWorld {
  std::filesystem::path annotations;  ///< `annotations/`: <film>.json, AnimeShooter's own form
  std::filesystem::path videos;       ///< `videos/`: <film>.mp4, all shots one after the other
  std::filesystem::path manifest;     ///< `manifest.json`: the same as our manifest, with true
                                      ///< ranges and `references/`, frame x mask
  std::vector<Film> films;            ///< the truth: FilmShot::frames and what the annotation says
};

/// Draws films and writes them below `folder`, which is made; files of these names are replaced.
/// Same options: same annotations and, on one machine, same videos.
/// @throws UsageError for options out of range; BadInput when the folder can't be written and
///   "interrupted" after SIGINT.
FilmWorld write_film_world(const FilmWorldOptions& options, const std::filesystem::path& folder);

/// What write_film_outputs wrote.
struct FilmOutputs {
  std::filesystem::path shots;  ///< `shots/`: a clip each, the default output layout
  std::filesystem::path masks;  ///< `masks/`: run lengths of every frame, as `--masks` takes them
};

/// The films' shots as a system would deliver them, with its masks; epilogues too. To plant facts,
/// change the films before (plant()): masks are of whom the picture shows, under the name that the
/// annotation has. @throws as write_film_world().
FilmOutputs write_film_outputs(const std::vector<Film>& films, const FilmFormat& format,
                               const std::filesystem::path& folder);

/// The format in which write_film_world draws.
[[nodiscard]] FilmFormat format_of(const FilmWorldOptions& options);

}  // namespace asbench::baselines
