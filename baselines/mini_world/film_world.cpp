#include "baselines/mini_world/film_world.h"

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>

#include "baselines/mini_world/film_annotation.h"
#include "baselines/mini_world/film_references.h"
#include "baselines/mini_world/film_split.h"
#include "baselines/mini_world/film_words.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/threads.h"
#include "loaders/masks/rle.h"
#include "loaders/split.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/clip_writer.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

void check(const FilmWorldOptions& options) {
  const auto within = [](const char* name, int value, int low, int high) {
    if (value < low || value > high)
      throw UsageError(
          fmt::format("film world: {} = {}; expected {} to {}", name, value, low, high));
  };
  within("films", options.films, 1, 100);
  within("width", options.width, 32, 4096);
  within("height", options.height, 32, 4096);
}

/// Runs job(0) to job(count - 1) on all cores; the first failure ends them all.
void run_jobs(std::size_t count, const std::function<void(std::size_t)>& job) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) {
        if (interrupted()) throw BadInput("interrupted");
        job(i);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  run_on_threads(cores_at_hand(), work, [&] { next = count; });
  if (failure) std::rethrow_exception(failure);
}

void write_frames(loaders::ClipWriter& writer, const FilmShot& shot, const FilmFormat& format) {
  for (int frame = 0; frame < shot.length(); ++frame)
    writer.write(render_film_frame(shot, format, frame));
}

/// @returns the file's name
fs::path write_video(const Film& film, const FilmFormat& format, const fs::path& file) {
  loaders::ClipWriter writer(file, format.width, format.height, format.frames_per_second);
  for (const FilmSegment& segment : film.segments) {
    for (const FilmShot& shot : segment.shots) write_frames(writer, shot, format);
  }
  return writer.finish();
}

std::vector<Image> frames_of(const fs::path& video) {
  const std::vector rules = {loaders::parse_frame_rule("all")};
  auto clip = loaders::decode_clip({.path = video}, rules);
  std::vector<Image> frames;
  for (auto& [index, frame] : clip.frames) frames.push_back(std::move(frame));
  return frames;
}

struct WrittenFilm {
  fs::path video;
  std::vector<std::vector<FilmReference>> references;  ///< of each segment
};

/// One shot of one film.
struct ShotJob {
  const Film* film = nullptr;
  std::size_t segment = 0;
  std::size_t shot = 0;
};

/// Run lengths of every frame, as loaders::MaskSource reads them.
Json masks_json(const FilmSegment& segment, const FilmShot& shot, const FilmFormat& format) {
  Json json = Json::object();
  for (int frame = 0; frame < shot.length(); ++frame) {
    const auto masks = film_masks(shot, format, frame);
    for (std::size_t i = 0; i < masks.size(); ++i) {
      json[name_of(segment.cast[shot.figures[i].member])][std::to_string(frame)] =
          loaders::runs_to_json(loaders::encode_mask(masks[i]));
    }
  }
  return json;
}

}  // namespace

FilmFormat format_of(const FilmWorldOptions& options) {
  return {options.width, options.height, options.film.frames_per_second};
}

FilmWorld write_film_world(const FilmWorldOptions& options, const fs::path& folder) {
  check(options);
  const FilmFormat format = format_of(options);
  FilmWorld world{folder / "annotations", folder / "videos", folder / "manifest.json", {}};
  for (int number = 0; number < options.films; ++number)
    world.films.push_back(make_film(options.film, number));
  make_folders(world.annotations);
  make_folders(world.videos);

  std::vector<WrittenFilm> written(world.films.size());
  run_jobs(world.films.size(), [&](std::size_t i) {
    const Film& film = world.films[i];
    written[i].video = write_video(film, format, world.videos / (film.id + ".mp4"));
    for (const FilmSegment& segment : film.segments)
      written[i].references.push_back(film_references(segment, format));
    write_json_file(world.annotations / (film.id + ".json"),
                    film_annotation(film, written[i].references, options.with_audio));
  });
  loaders::Split split;
  split.name = "film-world";
  for (std::size_t i = 0; i < world.films.size(); ++i) {
    add_to_split(split, world.films[i], written[i].references, frames_of(written[i].video),
                 written[i].video, folder / "references", options.with_audio);
  }
  loaders::finish_split(split);
  write_json_file(world.manifest, loaders::split_to_manifest(split, folder));
  return world;
}

FilmOutputs write_film_outputs(const std::vector<Film>& films, const FilmFormat& format,
                               const fs::path& folder) {
  const FilmOutputs outputs{folder / "shots", folder / "masks"};
  std::vector<ShotJob> jobs;
  for (const Film& film : films) {
    for (std::size_t segment = 0; segment < film.segments.size(); ++segment) {
      make_folders(outputs.masks / film_story_id(film, segment));
      for (std::size_t shot = 0; shot < film.segments[segment].shots.size(); ++shot)
        jobs.push_back({&film, segment, shot});
    }
  }
  run_jobs(jobs.size(), [&](std::size_t i) {
    const FilmSegment& segment = jobs[i].film->segments[jobs[i].segment];
    const FilmShot& shot = segment.shots[jobs[i].shot];
    const std::string story = film_story_id(*jobs[i].film, jobs[i].segment);
    const std::string name = fmt::format("shot_{:02}", jobs[i].shot + 1);
    loaders::ClipWriter writer(outputs.shots / story / (name + ".mp4"), format.width, format.height,
                               format.frames_per_second);
    write_frames(writer, shot, format);
    writer.finish();
    if (!shot.figures.empty()) {
      write_json_file(outputs.masks / story / (name + ".json"), masks_json(segment, shot, format));
    }
  });
  return outputs;
}

}  // namespace asbench::baselines
