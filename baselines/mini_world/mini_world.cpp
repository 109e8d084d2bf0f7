#include "baselines/mini_world/mini_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <opencv2/core/version.hpp>
#include <opencv2/imgcodecs.hpp>
#include <thread>
#include <vector>

#include "baselines/mini_world/render.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/json.h"
#include "core/threads.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "loaders/video/clip_writer.h"
#include "loaders/video/mat_image.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMarker = "mini_world.json";
constexpr std::string_view kFolder = "mini-world";
constexpr std::string_view kManifest = "mini-world.json";
constexpr int kVersion = 2;  ///< of the drawing: raised when pictures change

std::uint64_t seed_of(const MiniWorldOptions& options, int character) {
  return options.seed * 0x9E3779B97F4A7C15ULL + static_cast<std::uint64_t>(character) * 101 +
         (options.cast == Cast::demo ? 1 : 500009);
}

void check(const MiniWorldOptions& options) {
  const auto within = [](const char* name, int value, int low, int high) {
    if (value < low || value > high)
      throw UsageError(
          fmt::format("mini world: {} = {}; expected {} to {}", name, value, low, high));
  };
  within("ips", options.ips, 1, characters_in(options.cast));
  within("stories_per_ip", options.stories_per_ip, 1, 10);
  within("shots_per_story", options.shots_per_story, 1, 100);
  within("clips_per_ip", options.clips_per_ip, 0, 100);
  within("frames", options.frames, 1, 10000);
  within("width", options.width, 32, 4096);
  within("height", options.height, 32, 4096);
  if (!(options.frames_per_second >= 1.0 && options.frames_per_second <= 240.0)) {
    throw UsageError(fmt::format("mini world: {} frames per second; expected 1 to 240",
                                 options.frames_per_second));
  }
}

/// What decides the pictures: a run must not resume in a folder of another description.
Json description(const MiniWorldOptions& options, const loaders::VideoCodec& codec) {
  Json json;
  json["schema"] = "asbench/mini-world@1";
  json["version"] = kVersion;
  json["cast"] = options.cast == Cast::demo ? "demo" : "training";
  json["seed"] = options.seed;
  json["ips"] = options.ips;
  json["stories_per_ip"] = options.stories_per_ip;
  json["shots_per_story"] = options.shots_per_story;
  json["clips_per_ip"] = options.clips_per_ip;
  json["frames"] = options.frames;
  json["frames_per_second"] = options.frames_per_second;
  json["width"] = options.width;
  json["height"] = options.height;
  json["codec"] = codec.name;
  json["opencv"] = CV_VERSION;
  return json;
}

void open_description(const fs::path& file, const Json& wanted) {
  if (!is_there(file)) return write_json_file(file, wanted);
  const Json there = read_json_file(file);
  for (const auto& [key, value] : wanted.items()) {
    if (there.is_object() && there.contains(key) && there.at(key) == value) continue;
    throw UsageError(fmt::format(
        "{}: the folder has a mini world of other settings: {} is {} there and {} now.\n  Remove "
        "the "
        "folder or choose another.",
        file.parent_path().string(), key,
        there.is_object() && there.contains(key) ? there.at(key).dump() : "absent", value.dump()));
  }
}

void write_reference(const fs::path& file, const Character& character) {
  if (is_there(file)) return;
  std::vector<unsigned char> bytes;
  cv::imencode(".png", loaders::to_mat(render_reference(character)), bytes);
  write_file_atomically(
      file, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void write_manifest(const MiniWorldFolders& folders,
                    const std::map<loaders::ShotKey, std::string>& descriptions) {
  loaders::Split split = loaders::read_split(folders.split);
  for (auto& story : split.stories) {
    for (auto& shot : story.shots)
      shot.descriptive_caption = descriptions.at({story.id, shot.number});
  }
  loaders::finish_split(split);
  write_json_file(folders.manifest,
                  loaders::split_to_manifest(split, folders.manifest.parent_path()));
}

struct Job {
  fs::path file;  ///< with the codec's ending
  ShotScript shot;
};

void render_clip(const Job& job, const RenderFormat& format) {
  loaders::ClipWriter writer(job.file, format.width, format.height, format.frames_per_second);
  for (int frame = 0; frame < format.frames; ++frame)
    writer.write(render_frame(job.shot, format, frame));
  writer.finish();
}

/// Runs the jobs on all cores; the first failure ends them all.
void run_jobs(const std::vector<Job>& jobs, const RenderFormat& format, Progress& progress) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < jobs.size(); i = next++) {
        if (interrupted())
          throw BadInput("interrupted. Finished clips are kept; the same command resumes.");
        render_clip(jobs[i], format);
        progress.advance();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = jobs.size();
    }
  };
  run_on_threads(std::max(1U, std::thread::hardware_concurrency()), work,
                 [&] { next = jobs.size(); });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

int clips_in(const MiniWorldOptions& options) {
  return options.ips * (options.stories_per_ip * options.shots_per_story + options.clips_per_ip);
}

bool is_mini_world(const fs::path& split) {
  return is_file((split.filename() == kManifest ? split.parent_path() / kFolder : split) / kMarker);
}

MiniWorldFolders render_mini_world(const MiniWorldOptions& options, const fs::path& folder,
                                   Progress& progress) {
  check(options);
  const auto codec = loaders::codec_at_hand();
  MiniWorldFolders folders{folder / kFolder, folder / kManifest, folder / "ground_truth",
                           std::string(codec.name), 0};
  make_folders(folders.split);
  make_folders(folders.ground_truth);
  open_description(folders.split / kMarker, description(options, codec));

  const RenderFormat format{options.width, options.height, options.frames,
                            options.frames_per_second};
  const auto settings = settings_of(options.cast);
  const auto cast = make_cast(options.cast, options.seed, options.ips);
  std::map<loaders::ShotKey, std::string> descriptions;
  std::vector<Job> jobs;
  const auto add = [&](const fs::path& file, const ShotScript& shot) {
    if (is_there(file)) return progress.advance();
    jobs.push_back({file, shot});
  };
  for (int ip = 0; ip < options.ips; ++ip) {
    const Character& character = cast[static_cast<std::size_t>(ip)];
    const std::uint64_t seed = seed_of(options, ip);
    const fs::path home = folders.split / character.id();
    make_folders(home / "clips");
    write_reference(home / "reference.png", character);

    Json prompts = Json::array();
    for (int story = 0; story < options.stories_per_ip; ++story) {
      const auto shots = write_story(character, settings, seed, story, options.shots_per_story);
      Json captions = Json::array();
      for (int index = 0; index < options.shots_per_story; ++index) {
        const auto& shot = shots[static_cast<std::size_t>(index)];
        captions.push_back(shot.narrative(opening_of(index, options.shots_per_story)));
        descriptions[{fmt::format("{}/{}", character.id(), story), index + 1}] = shot.descriptive();
        add(folders.ground_truth / character.id() / std::to_string(story) /
                fmt::format("shot_{:02}{}", index + 1, codec.ending),
            shot);
      }
      prompts.push_back(captions);
    }
    write_json_file(home / "prompts.json", {{"prompts", prompts}});

    Json clips = Json::array();
    for (int number = 0; number < options.clips_per_ip; ++number) {
      const ShotScript shot = write_clip(character, settings, seed, number);
      const std::string file = fmt::format("clips/{:02}{}", number + 1, codec.ending);
      const double length = options.frames / options.frames_per_second;
      clips.push_back({{"file", file},
                       {"start", number * length},
                       {"end", (number + 1) * length},
                       {"caption", shot.narrative("The")}});
      add(home / file, shot);
    }
    write_json_file(home / "clips.json", clips);
  }
  remove_abandoned_temporaries(folder, Sweep::folder_and_below);
  run_jobs(jobs, format, progress);
  write_manifest(folders, descriptions);
  folders.rendered_clips = static_cast<int>(jobs.size());
  return folders;
}

}  // namespace asbench::baselines
