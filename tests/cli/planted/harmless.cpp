#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/json.h"
#include "core/stats.h"
#include "tests/cli/planted/planted_changes.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

/// What the base's own clips lose by compression: x264 at the world's rate factor leaves 39 to 42
/// dB (loaders/video/video_encoder.cpp), a standard deviation of 2 to 2.9 levels.
constexpr double kNoiseLevels = 3.0;

/// Of a clip's metadata, sound and noise.
constexpr std::uint64_t kVersions = 6;

constexpr int kBestRateFactor = 17;
constexpr std::uint64_t kRateFactors = 12;
constexpr std::array kPresets{"medium", "ultrafast", "slow", "veryfast"};

/// One setting for all clips in the first draws, rate factors 17 to 28, then a mixture.
PlantedPair quality_factor(PlantedWorld& world, std::uint64_t draw) {
  SplitMix64 random(draw);
  const fs::path videos = world.workplace();
  for (const auto& shot : world.shots()) {
    const auto setting = draw < kRateFactors ? draw : random.below(kRateFactors);
    world.put_version({shot, "quality", setting}, videos, [&](const fs::path& file) {
      write_clip_compressed(file, read_clip(world.ground_truth() / shot.file),
                            {.rate_factor = kBestRateFactor + static_cast<int>(setting),
                             .preset = kPresets.at(setting % kPresets.size())});
    });
  }
  return {world.base(), world.score({.videos = videos, .system = "candidate"})};
}

/// Another name of the system and of every file, in a layout of its own.
PlantedPair names(PlantedWorld& world, std::uint64_t draw) {
  constexpr std::array kTemplates{"{ip}/{prompt}/{shot}", "{ip}-{prompt}-{shot:03}",
                                  "{prompt}/{ip}_{shot0}", "s{shot:02}/{ip}.{prompt}"};
  SplitMix64 random(draw);
  const std::string word = fmt::format("run{:06x}", random.below(1U << 24U));
  const std::string layout =
      fmt::format("{}/{}.mp4", word, kTemplates.at(draw % kTemplates.size()));
  const fs::path videos = world.workplace();
  for (const auto& shot : world.shots()) {
    std::string name = layout;
    const auto put = [&](const std::string& place, const std::string& text) {
      const auto at = name.find(place);
      if (at != std::string::npos) name.replace(at, place.size(), text);
    };
    put("{ip}", shot.ip);
    put("{prompt}", shot.story.substr(shot.ip.size() + 1));
    put("{shot}", std::to_string(shot.number));
    put("{shot0}", std::to_string(shot.number - 1));
    put("{shot:02}", fmt::format("{:02}", shot.number));
    put("{shot:03}", fmt::format("{:03}", shot.number));
    fs::create_directories((videos / name).parent_path());
    fs::copy_file(world.ground_truth() / shot.file, videos / name);
  }
  return {world.base(),
          world.score({.videos = videos, .system = word, .more = {"--layout", layout}})};
}

/// The same packets in another kind of file: one kind for all in the first draws, then a mixture.
PlantedPair container(PlantedWorld& world, std::uint64_t draw) {
  constexpr std::array kEndings{".mkv", ".mov", ".ts", ".avi", ".mp4"};
  SplitMix64 random(draw);
  const fs::path videos = world.workplace();
  for (const auto& shot : world.shots()) {
    const auto kind = draw < kEndings.size() ? draw : random.below(kEndings.size());
    fs::path file = videos / shot.file;
    file.replace_extension(kEndings.at(kind));
    package_clip(world.ground_truth() / shot.file, file);
  }
  return {world.base(), world.score({.videos = videos, .system = "candidate"})};
}

/// A title, a comment and dates in every file, in one of several versions: equal files are decoded
/// once however often they are drawn.
PlantedPair metadata(PlantedWorld& world, std::uint64_t draw) {
  SplitMix64 random(draw);
  const fs::path videos = world.workplace();
  for (const auto& shot : world.shots()) {
    const auto version = random.below(kVersions);
    const Packaging packaging{
        .metadata = {{"title", fmt::format("{} shot {}", shot.story, shot.number)},
                     {"comment", std::string(40 * version, 'c')},
                     {"date", std::to_string(1990 + version)},
                     {"creation_time", fmt::format("20{:02}-01-01T00:00:00Z", version)}}};
    package_clip(world.ground_truth() / shot.file, videos / shot.file, packaging);
  }
  return {world.base(), world.score({.videos = videos, .system = "candidate"})};
}

/// Everything decoded and encoded anew with other numbers of threads and another batch size, on one
/// story of each character.
PlantedPair threads(PlantedWorld& world, std::uint64_t draw) {
  SplitMix64 random(draw);
  const auto up_to = [&](std::uint64_t most) { return std::to_string(1 + random.below(most)); };
  const std::vector<std::string> part{"--subset", std::to_string(world.ips().size()), "--seed",
                                      "1"};
  const fs::path base = world.scored_once(
      "base-part", [&] { return Scoring{.videos = world.ground_truth(), .more = part}; });
  Scoring scoring{
      .videos = world.ground_truth(),
      .system = "candidate",
      .more = {"--threads", up_to(8), "--decode-threads", up_to(8), "--batch", up_to(64)},
      .features = world.workplace() / "features"};
  scoring.more.insert(scoring.more.end(), part.begin(), part.end());
  return {base, world.score(scoring)};
}

/// A run of a system whose every shot has noise of its own: each shot one of several, which differ
/// in their seed. Run 0 has the first of all, the others have none of these.
Scoring with_noise(const PlantedWorld& world, const fs::path& videos, std::uint64_t run) {
  SplitMix64 random(run);
  for (std::size_t i = 0; i < world.shots().size(); ++i) {
    const WorldShot& shot = world.shots()[i];
    const std::uint64_t version = run == 0 ? 0 : 1 + random.below(kVersions);
    world.put_version({shot, "noise", version}, videos, [&](const fs::path& file) {
      Clip clip = read_clip(world.ground_truth() / shot.file);
      clip.frames = noisy(clip.frames, kNoiseLevels, (version << 32U) + i);
      write_clip_as_drawn(file, clip);
    });
  }
  return {.videos = videos, .system = "candidate"};
}

PlantedPair seeds_noise(PlantedWorld& world, std::uint64_t draw) {
  const fs::path base = world.scored_once(
      "noise-base", [&] { return with_noise(world, world.folder() / "noise-base", 0); });
  return {base, world.score(with_noise(world, world.workplace(), draw + 1))};
}

/// The base has a sound track, shorter or longer than the pictures, each clip one of several; the
/// candidate has none.
PlantedPair audio_removed(PlantedWorld& world, std::uint64_t draw) {
  constexpr std::array kRates{22'050, 32'000, 44'100, 48'000};
  SplitMix64 random(draw);
  const fs::path videos = world.workplace();
  for (const auto& shot : world.shots()) {
    const auto version = static_cast<int>(random.below(kVersions));
    const Sound sound{.seconds = 0.5 + 0.5 * version,
                      .channels = 1 + version % 2,
                      .sample_rate = kRates.at(static_cast<std::size_t>(version) % kRates.size())};
    package_clip(world.ground_truth() / shot.file, videos / shot.file, {.sound = &sound});
  }
  const fs::path base = world.score({.videos = videos, .system = "with-sound"});
  return {base, world.base()};
}

/// Stories of the split and files on the disk in another order.
PlantedPair order(PlantedWorld& world, std::uint64_t draw) {
  SplitMix64 random(draw);
  const auto shuffle = [&](auto& list) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
  };
  Json split = read_json_file(world.split());
  shuffle(split.at("stories"));
  shuffle(split.at("ips"));
  const fs::path shuffled = world.folder() / "shuffled.json";  // beside the pictures that it names
  write_json_file(shuffled, split);
  auto shots = world.shots();
  shuffle(shots);
  const fs::path videos = world.workplace();
  for (const auto& shot : shots) {
    fs::create_directories((videos / shot.file).parent_path());
    fs::copy_file(world.ground_truth() / shot.file, videos / shot.file);
  }
  return {world.base(), world.score({.videos = videos, .system = "candidate", .split = shuffled})};
}

}  // namespace

std::vector<PlantedChange> harmless_changes() {
  return {
      {"quality factor",
       fmt::format("x264's rate factor {} to {} (the base has 21), {} presets", kBestRateFactor,
                   kBestRateFactor + static_cast<int>(kRateFactors) - 1, kPresets.size()),
       quality_factor},
      {"names", "another name of the system and of all files, four layouts", names},
      {"container", "the same packets in mkv, mov, ts, avi and mp4", container},
      {"metadata", "title, comment and dates in every file", metadata},
      {"threads",
       "1 to 8 threads, 1 to 8 decoder threads, batches of 1 to 64, nothing stored, one story of "
       "each character",
       threads},
      {"seeds' noise",
       fmt::format("normal noise of {:g} levels on every value of every frame, on both sides, each "
                   "with its own seed",
                   kNoiseLevels),
       seeds_noise},
      {"audio removed", "the base has a sound track of 0.5 to 3 s, the candidate none",
       audio_removed},
      {"order", "stories of the split and files in another order", order},
  };
}

}  // namespace asbench::testing
