#include <fmt/format.h>

#include <map>
#include <stdexcept>
#include <utility>

#include "baselines/mini_world/cast.h"
#include "baselines/mini_world/mini_world.h"
#include "baselines/mini_world/render.h"
#include "baselines/mini_world/story.h"
#include "core/stats.h"
#include "loaders/split.h"
#include "tests/cli/planted/planted_changes.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using baselines::ShotScript;
using ScriptOf = std::map<std::pair<std::string, int>, ShotScript>;

constexpr std::uint64_t kTakes = 8;  ///< of one shot

/// The scripts of the demo's world by story and number, as mini_world.cpp writes them.
ScriptOf scripts_of_world() {
  const baselines::MiniWorldOptions options;
  const auto cast = baselines::make_cast(options.cast, options.seed, options.ips);
  const auto settings = baselines::settings_of(options.cast);
  ScriptOf scripts;
  for (std::size_t ip = 0; ip < cast.size(); ++ip) {
    const std::uint64_t seed = ip * 101 + 1;
    for (int story = 0; story < options.stories_per_ip; ++story) {
      const auto shots =
          baselines::write_story(cast[ip], settings, seed, story, options.shots_per_story);
      for (std::size_t i = 0; i < shots.size(); ++i)
        scripts[{fmt::format("{}/{}", cast[ip].id(), story), static_cast<int>(i) + 1}] = shots[i];
    }
  }
  return scripts;
}

/// @throws std::runtime_error where a script is not what the split's caption says.
void require_captions(const ScriptOf& scripts, const fs::path& manifest) {
  for (const auto& story : loaders::read_split(manifest).stories) {
    const int count = static_cast<int>(story.shots.size());
    for (const auto& shot : story.shots) {
      const auto opening = baselines::opening_of(shot.number - 1, count);
      if (scripts.at({story.id, shot.number}).narrative(opening) != shot.caption)
        throw std::runtime_error(story.id + ": the drawn world has another caption");
    }
  }
}

/// What captions leave open, drawn anew: the place's details, camera, size and direction.
ShotScript another_take(ShotScript shot, std::uint64_t seed) {
  SplitMix64 random(seed);
  shot.setting.variant = random.below(100'000);
  shot.camera = static_cast<baselines::CameraMove>(random.below(3));
  const bool lying = shot.action == baselines::Action::sleep;
  shot.size = static_cast<baselines::ShotSize>(random.below(lying ? 2 : 3));
  shot.leftwards = random.below(2) == 0;
  return shot;
}

void draw_take(const ShotScript& script, const fs::path& file) {
  const baselines::RenderFormat format;
  Clip clip{{}, format.frames_per_second};
  for (int i = 0; i < format.frames; ++i)
    clip.frames.push_back(baselines::render_frame(script, format, i));
  write_clip_as_drawn(file, clip);
}

/// A run of the system: each shot one of several takes, chosen by the run's seed.
Scoring take(const PlantedWorld& world, const fs::path& videos, std::uint64_t run) {
  const auto scripts = scripts_of_world();
  require_captions(scripts, world.split());
  SplitMix64 random(run);
  for (std::size_t i = 0; i < world.shots().size(); ++i) {
    const WorldShot& shot = world.shots()[i];
    const std::uint64_t version = random.below(kTakes);
    world.put_version({shot, "take", version}, videos, [&](const fs::path& file) {
      const ShotScript& script = scripts.at({shot.story, shot.number});
      draw_take(another_take(script, (version << 32U) + i), file);
    });
  }
  return {.videos = videos, .system = "candidate"};
}

PlantedPair further_run(PlantedWorld& world, std::uint64_t draw) {
  const fs::path base = world.scored_once(
      "first-take", [&] { return take(world, world.folder() / "first-take", 0); });
  return {base, world.score(take(world, world.workplace(), draw + 1))};
}

}  // namespace

PlantedChange another_run() {
  return {"another run",
          "all shots drawn anew, on both sides: what captions leave open (camera, size of the "
          "character, direction, details of the place) by another seed",
          further_run};
}

}  // namespace asbench::testing
