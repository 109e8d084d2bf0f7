#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "tests/cli/planted/planted_changes.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

constexpr double kBlurSigma = 0.5;    // pixels, of frames 192 wide
constexpr double kHueDegrees = 20.0;  // of 360
constexpr int kFlickerLevels = 2;     // of 255
constexpr int kBarRows = 6;           // of 128
constexpr double kMissingShare = 0.02;
constexpr int kNarrowWidth = 170;  // for 192x128: 4:3 in place of 3:2

PlantedPair against_base(PlantedWorld& world, const fs::path& videos) {
  return {world.base(), world.score({.videos = videos, .system = "candidate"})};
}

/// Every clip with its frames changed.
PlantedPair with_frames(PlantedWorld& world, const std::function<Frames(const Frames&)>& change,
                        double rate = 1.0) {
  const fs::path videos = world.workplace();
  for (const auto& shot : world.shots()) {
    Clip clip = read_clip(world.ground_truth() / shot.file);
    clip.frames = change(clip.frames);
    clip.fps *= rate;
    write_clip_as_drawn(videos / shot.file, clip);
  }
  return against_base(world, videos);
}

/// The files as they are, each in the place that `shown` says: the file to show for a shot.
PlantedPair with_files(PlantedWorld& world,
                       const std::function<fs::path(const WorldShot& shot)>& shown) {
  const fs::path videos = world.workplace();
  for (const auto& shot : world.shots()) {
    fs::create_directories((videos / shot.file).parent_path());
    fs::copy_file(world.ground_truth() / shown(shot), videos / shot.file);
  }
  return against_base(world, videos);
}

/// Files by story and number.
std::map<std::pair<std::string, int>, fs::path> files_of(const PlantedWorld& world) {
  std::map<std::pair<std::string, int>, fs::path> files;
  for (const auto& shot : world.shots()) files[{shot.story, shot.number}] = shot.file;
  return files;
}

int shots_in(const PlantedWorld& world, const std::string& story) {
  return static_cast<int>(std::count_if(world.shots().begin(), world.shots().end(),
                                        [&](const auto& shot) { return shot.story == story; }));
}

PlantedPair swapped_in_one_ip(PlantedWorld& world) {
  const auto ips = world.ips();
  return with_files(world, [&](const WorldShot& shot) {
    if (shot.ip != ips.at(0)) return shot.file;
    return ips.at(1) / shot.file.lexically_relative(ips.at(0));
  });
}

PlantedPair frozen_last_shot(PlantedWorld& world) {
  const fs::path videos = world.workplace();
  for (const auto& shot : world.shots()) {
    const fs::path from = world.ground_truth() / shot.file;
    fs::create_directories((videos / shot.file).parent_path());
    if (shot.number < shots_in(world, shot.story)) {
      fs::copy_file(from, videos / shot.file);
      continue;
    }
    Clip clip = read_clip(from);
    clip.frames = frozen(clip.frames);
    write_clip_as_drawn(videos / shot.file, clip);
  }
  return against_base(world, videos);
}

/// Every shot shows the next caption of its story, the last one the first.
PlantedPair shuffled_captions(PlantedWorld& world) {
  const auto files = files_of(world);
  return with_files(world, [&](const WorldShot& shot) {
    return files.at({shot.story, shot.number % shots_in(world, shot.story) + 1});
  });
}

PlantedPair repeated_shots(PlantedWorld& world) {
  const auto files = files_of(world);
  return with_files(world, [&](const WorldShot& shot) {
    return shot.number == 2 ? files.at({shot.story, 1}) : shot.file;
  });
}

int missing_shots(const PlantedWorld& world) {
  const double share = kMissingShare * static_cast<double>(world.shots().size());
  return std::max(1, static_cast<int>(std::lround(share)));
}

PlantedPair two_percent_missing(PlantedWorld& world) {
  const fs::path videos = world.workplace();
  fs::copy(world.ground_truth(), videos, fs::copy_options::recursive);
  const auto& shots = world.shots();
  const auto step = shots.size() / static_cast<std::size_t>(missing_shots(world) + 1);
  for (int i = 1; i <= missing_shots(world); ++i)
    fs::remove(videos / shots.at(static_cast<std::size_t>(i) * step).file);
  return {world.base("zero"),
          world.score({.videos = videos, .system = "candidate", .more = {"--missing", "zero"}})};
}

PlantedChange of_frames(std::string name, std::string what,
                        std::function<Frames(const Frames&)> change, double rate = 1.0) {
  return {std::move(name), std::move(what),
          [change = std::move(change), rate](PlantedWorld& world, std::uint64_t) {
            return with_frames(world, change, rate);
          }};
}

PlantedChange of_files(std::string name, std::string what, PlantedPair (*change)(PlantedWorld&)) {
  return {std::move(name), std::move(what),
          [change](PlantedWorld& world, std::uint64_t) { return change(world); }};
}

}  // namespace

std::vector<PlantedChange> planted_regressions() {
  return {
      of_frames("blur", fmt::format("Gaussian, sigma {:g} pixel", kBlurSigma),
                [](const Frames& frames) { return blurred(frames, kBlurSigma); }),
      of_frames("colour shift", fmt::format("all hues turned by {:g} degrees", kHueDegrees),
                [](const Frames& frames) { return turned_hues(frames, kHueDegrees); }),
      of_files("swap in one IP", "the shots of one character of eight show another",
               swapped_in_one_ip),
      of_files("frozen last shot", "the last shot of every story stands still", frozen_last_shot),
      of_files("shuffled captions", "every shot shows the next caption of its story",
               shuffled_captions),
      of_frames(
          "low frame rate", "every second frame dropped: 6 frames a second in place of 12",
          [](const Frames& frames) { return every_second(frames); }, 0.5),
      of_frames(
          "flicker",
          fmt::format("all pictures lighter and darker by turns, +-{} levels", kFlickerLevels),
          [](const Frames& frames) { return flickering(frames, kFlickerLevels); }),
      of_files("2 % missing",
               "one shot in fifty (at least one) is not there; both scored with `--missing zero`",
               two_percent_missing),
      of_files("repeated shots", "the second shot of every story is a copy of the first",
               repeated_shots),
      of_frames("letterbox", fmt::format("black bars of {} rows above and below, of 128", kBarRows),
                [](const Frames& frames) { return letterboxed(frames, kBarRows); }),
      of_frames("cut in half", "every clip ends after the first half of its frames",
                [](const Frames& frames) { return first_half(frames); }),
      of_frames("wrong aspect",
                fmt::format("pictures squeezed from 192x128 to {}x128", kNarrowWidth),
                [](const Frames& frames) {
                  return resized(frames, kNarrowWidth, frames.front().height);
                }),
  };
}

}  // namespace asbench::testing
