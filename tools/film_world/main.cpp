// Writes drawn films, their annotations and a system's outputs for them into a folder: see
// docs/baselines.md, "Drawn films". Exit status: 0; 2 when it can't be done.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "baselines/mini_world/film_world.h"
#include "core/error.h"

int main(int argc, char** argv) {
  using namespace asbench::baselines;
  FilmWorldOptions options;
  std::string out;
  std::string planted;
  int shot = 1;
  CLI::App app("Draws films in AnimeShooter's annotation form, with masks and true boundaries.");
  app.add_option("folder", out, "where they are written")->required();
  app.add_option("--films", options.films, "how many")->check(CLI::Range(1, 100));
  app.add_option("--segments", options.film.segments, "stories of a film")
      ->check(CLI::Range(1, 20));
  app.add_option("--seed", options.film.seed, "of the films");
  app.add_flag("--audio", options.with_audio, "the form of the audio subset");
  app.add_option("--plant", planted, "in the clips of every story: another character or setting")
      ->check(CLI::IsMember({"character", "setting"}));
  app.add_option("--shot", shot, "where it is planted, from 1");
  CLI11_PARSE(app, argc, argv);
  try {
    const FilmWorld world = write_film_world(options, out);
    auto films = world.films;
    for (Film& film : films) {
      for (std::size_t segment = 0; !planted.empty() && segment < film.segments.size(); ++segment) {
        plant(film, planted == "character" ? Plant::other_character : Plant::other_setting, segment,
              shot);
      }
    }
    const FilmOutputs outputs = write_film_outputs(films, format_of(options), out);
    fmt::print("annotations {}\nvideos      {}\nmanifest    {}\nshots       {}\nmasks       {}\n",
               world.annotations.string(), world.videos.string(), world.manifest.string(),
               outputs.shots.string(), outputs.masks.string());
  } catch (const asbench::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  return 0;
}
