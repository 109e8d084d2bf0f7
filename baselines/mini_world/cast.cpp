#include "baselines/mini_world/cast.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/stats.h"

namespace asbench::baselines {
namespace {

constexpr int kTrainingCharacters = 400;

// Colours: 0 red, 1 orange, 2 yellow, 3 green, 4 blue, 5 purple, 6 pink, 7 white.
constexpr struct {
  Species species;
  std::size_t colour;
  Headgear headgear;
  std::size_t headgear_colour;
  Pattern pattern;
} kDemo[] = {
    {Species::cat, 0, Headgear::cap, 3, Pattern::stripes},
    {Species::rabbit, 7, Headgear::bow, 6, Pattern::plain},
    {Species::bear, 4, Headgear::party_hat, 2, Pattern::plain},
    {Species::bird, 2, Headgear::top_hat, 5, Pattern::spots},
    {Species::robot, 3, Headgear::none, 0, Pattern::plain},
    {Species::penguin, 5, Headgear::cap, 1, Pattern::plain},
    {Species::fox, 1, Headgear::crown, 4, Pattern::plain},
    {Species::ghost, 6, Headgear::top_hat, 0, Pattern::spots},
    {Species::cat, 4, Headgear::crown, 2, Pattern::spots},
    {Species::rabbit, 1, Headgear::none, 0, Pattern::stripes},
    {Species::bear, 6, Headgear::cap, 4, Pattern::spots},
    {Species::robot, 0, Headgear::party_hat, 7, Pattern::stripes},
};

std::uint8_t varied(std::uint8_t level, SplitMix64& random) {
  return static_cast<std::uint8_t>(
      std::clamp(static_cast<int>(level) + static_cast<int>(random.below(25)) - 12, 0, 255));
}

void finish(Character& character, SplitMix64& random) {
  const Colour& named = kColours[character.colour].value;
  character.coat = {varied(named.red, random), varied(named.green, random),
                    varied(named.blue, random)};
  character.build = 0.85 + 0.3 * static_cast<double>(random.below(1000)) / 999.0;
}

bool in_demo(Species species, std::size_t colour) {
  return std::any_of(std::begin(kDemo), std::end(kDemo), [&](const auto& entry) {
    return entry.species == species && entry.colour == colour;
  });
}

Character drawn_at_random(SplitMix64& random) {
  Character character;
  do {
    character.species = static_cast<Species>(random.below(kSpecies.size()));
    character.colour = static_cast<std::size_t>(random.below(kColours.size()));
  } while (in_demo(character.species, character.colour));
  character.headgear = static_cast<Headgear>(random.below(kHeadgear.size()));
  do {
    character.headgear_colour = static_cast<std::size_t>(random.below(kColours.size()));
  } while (character.headgear_colour == character.colour);
  character.pattern = static_cast<Pattern>(random.below(kPatterns.size()));
  return character;
}

std::string joined_with_dashes(std::string text) {
  std::replace(text.begin(), text.end(), ' ', '-');
  return text;
}

}  // namespace

std::string Character::words() const {
  std::string text(kColours[colour].name);
  if (pattern != Pattern::plain)
    text += fmt::format(" {}", kPatterns[static_cast<std::size_t>(pattern)]);
  text += fmt::format(" {}", kSpecies[static_cast<std::size_t>(species)]);
  if (headgear != Headgear::none) {
    const std::string_view shade = kColours[headgear_colour].name;
    text += fmt::format(" with {} {} {}", shade == "orange" ? "an" : "a", shade,
                        kHeadgear[static_cast<std::size_t>(headgear)]);
  }
  return text;
}

std::string Character::id() const {
  std::string text = words();
  for (const std::string_view filler : {" with a ", " with an "}) {
    if (const auto at = text.find(filler); at != std::string::npos)
      text.replace(at, filler.size(), " ");
  }
  return joined_with_dashes(text);
}

std::string Setting::words() const {
  return fmt::format("{} {}", kPlaces[static_cast<std::size_t>(place)],
                     kHours[static_cast<std::size_t>(hour)]);
}

int characters_in(Cast cast) {
  return cast == Cast::demo ? static_cast<int>(std::size(kDemo)) : kTrainingCharacters;
}

std::vector<Character> make_cast(Cast cast, std::uint64_t seed, int count) {
  if (count < 1 || count > characters_in(cast)) {
    throw UsageError(
        fmt::format("{} characters; expected 1 to {} for this cast", count, characters_in(cast)));
  }
  SplitMix64 random(seed ^ (cast == Cast::demo ? 0xD3A0ULL : 0x7EA1ULL));
  std::vector<Character> characters;
  std::set<std::string> seen;
  while (static_cast<int>(characters.size()) < count) {
    Character character;
    if (cast == Cast::demo) {
      const auto& entry = kDemo[characters.size()];
      character.species = entry.species;
      character.colour = entry.colour;
      character.headgear = entry.headgear;
      character.headgear_colour = entry.headgear_colour;
      character.pattern = entry.pattern;
    } else {
      character = drawn_at_random(random);
    }
    if (!seen.insert(character.words()).second) continue;
    finish(character, random);
    characters.push_back(character);
  }
  return characters;
}

std::vector<Setting> settings_of(Cast cast) {
  std::vector<Setting> settings;
  for (std::size_t place = 0; place < kPlaces.size(); ++place) {
    for (std::size_t hour = 0; hour < kHours.size(); ++hour) {
      if ((hour == place % kHours.size()) == (cast == Cast::demo)) {
        settings.push_back({static_cast<Place>(place), static_cast<Hour>(hour), 0});
      }
    }
  }
  return settings;
}

}  // namespace asbench::baselines
