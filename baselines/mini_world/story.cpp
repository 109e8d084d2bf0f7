#include "baselines/mini_world/story.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/stats.h"

namespace asbench::baselines {
namespace {

constexpr std::array<std::array<Action, 4>, 4> kArcs = {
    {{Action::walk, Action::hold, Action::jump, Action::sleep},
     {Action::look, Action::run, Action::dance, Action::wave},
     {Action::run, Action::look, Action::hold, Action::sleep},
     {Action::wave, Action::walk, Action::jump, Action::dance}}};

std::string_view article(std::string_view noun) {
  return noun.starts_with("orange") ? "an" : "a";
}

void choose_details(ShotScript& shot, SplitMix64& random) {
  if (shot.action == Action::hold) {
    shot.prop = static_cast<Prop>(1 + random.below(kProps.size() - 1));
    do {
      shot.prop_colour = static_cast<std::size_t>(random.below(kColours.size()));
    } while (shot.prop_colour == shot.character.colour);
  }
  const bool moves = shot.action == Action::walk || shot.action == Action::run;
  shot.camera =
      moves && random.below(2) == 0 ? CameraMove::follow : static_cast<CameraMove>(random.below(3));
  shot.size = static_cast<ShotSize>(random.below(3));
  if (shot.action == Action::sleep && shot.size == ShotSize::close) shot.size = ShotSize::medium;
  shot.leftwards = random.below(2) == 0;
}

/// The cast's settings in an order of the character's own.
std::vector<Setting> shuffled(std::vector<Setting> settings, std::uint64_t seed) {
  SplitMix64 random(seed);
  for (std::size_t i = settings.size(); i > 1; --i)
    std::swap(settings[i - 1], settings[static_cast<std::size_t>(random.below(i))]);
  for (auto& setting : settings) setting.variant = random.next() % 100000;
  return settings;
}

}  // namespace

std::string deed(const Character& character, Action action, Prop prop, std::size_t prop_colour,
                 bool is_verb) {
  const ActionWords& words = kActions[static_cast<std::size_t>(action)];
  const std::string_view shade = kColours[prop_colour].name;
  const std::string object =
      prop == Prop::none
          ? std::string()
          : fmt::format(" {} {} {}", article(shade), shade, kProps[static_cast<std::size_t>(prop)]);
  return is_verb ? fmt::format("{} {}{}", character.words(), words.verb, object)
                 : fmt::format("{} is {}{}", character.words(), words.participle, object);
}

std::string camera_words(ShotSize size, CameraMove camera) {
  constexpr std::array<std::string_view, 3> kSizes = {"Wide shot", "Medium shot", "Close shot"};
  constexpr std::array<std::string_view, 4> kMoves = {"the camera stands still", "the camera pans",
                                                      "the camera moves in", "the camera follows"};
  return fmt::format("{}, {}", kSizes[static_cast<std::size_t>(size)],
                     kMoves[static_cast<std::size_t>(camera)]);
}

std::string ShotScript::narrative(std::string_view opening) const {
  return fmt::format("{} {} {}.",
                     opening == "A" && character.words().starts_with("orange") ? "An" : opening,
                     deed(character, action, prop, prop_colour, true), setting.words());
}

std::string ShotScript::descriptive() const {
  return fmt::format("{}: the {} {}.", camera_words(size, camera),
                     deed(character, action, prop, prop_colour, false), setting.words());
}

std::vector<ShotScript> write_story(const Character& character,
                                    const std::vector<Setting>& settings, std::uint64_t seed,
                                    int story, int shots) {
  const auto places = shuffled(settings, seed);
  SplitMix64 random(seed + 1000003ULL * static_cast<std::uint64_t>(story + 1));
  const auto& arc = kArcs[(seed + static_cast<std::uint64_t>(story)) % kArcs.size()];
  std::vector<ShotScript> scripts;
  for (int index = 0; index < shots; ++index) {
    ShotScript shot;
    shot.character = character;
    // Shots in one setting would share half a caption, and a repeated shot answer its neighbour's.
    shot.setting = places[static_cast<std::size_t>(shots * story + index) % places.size()];
    shot.action = arc[static_cast<std::size_t>(index) % arc.size()];
    choose_details(shot, random);
    scripts.push_back(shot);
  }
  return scripts;
}

ShotScript write_clip(const Character& character, const std::vector<Setting>& settings,
                      std::uint64_t seed, int number) {
  const auto places = shuffled(settings, seed);
  SplitMix64 random(seed + 7000003ULL * static_cast<std::uint64_t>(number + 1));
  ShotScript shot;
  shot.character = character;
  shot.setting = places[places.size() - 1 - static_cast<std::size_t>(number) % places.size()];
  shot.action = static_cast<Action>(random.below(kActions.size()));
  choose_details(shot, random);
  return shot;
}

std::string_view opening_of(int index, int count) {
  if (index == 0) return "A";
  return index + 1 == count ? "Finally, the" : "The";
}

}  // namespace asbench::baselines
