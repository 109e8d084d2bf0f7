#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/mini_world/mini_world.h"

// Who and where: everything that a caption can name. Both casts use the same words in combinations
// that they don't share, so an encoder that learnt the words on one has something to say about the
// other.
namespace asbench::baselines {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Colour&) const = default;
};

/// A colour that captions name.
struct NamedColour {
  std::string_view name;
  Colour value;
};
inline constexpr std::array<NamedColour, 8> kColours = {{{"red", {214, 62, 56}},
                                                         {"orange", {240, 146, 52}},
                                                         {"yellow", {244, 210, 72}},
                                                         {"green", {92, 170, 88}},
                                                         {"blue", {70, 124, 206}},
                                                         {"purple", {146, 92, 184}},
                                                         {"pink", {238, 142, 176}},
                                                         {"white", {236, 236, 230}}}};

enum class Species { cat, rabbit, bear, bird, robot, penguin, fox, ghost };
inline constexpr std::array<std::string_view, 8> kSpecies = {"cat",   "rabbit",  "bear", "bird",
                                                             "robot", "penguin", "fox",  "ghost"};

enum class Headgear { none, top_hat, cap, party_hat, crown, bow };
inline constexpr std::array<std::string_view, 6> kHeadgear = {"",          "top hat", "cap",
                                                              "party hat", "crown",   "bow"};

enum class Pattern { plain, stripes, spots };
inline constexpr std::array<std::string_view, 3> kPatterns = {"", "striped", "spotted"};

struct Character {
  Species species = Species::cat;
  std::size_t colour = 0;  ///< index in kColours
  Headgear headgear = Headgear::none;
  std::size_t headgear_colour = 0;
  Pattern pattern = Pattern::plain;
  Colour coat;         ///< the named colour, a little varied
  double build = 1.0;  ///< width against height, 0.85 to 1.15

  [[nodiscard]] std::string id() const;     ///< "red-striped-cat-green-cap"
  [[nodiscard]] std::string words() const;  ///< "red striped cat with a green cap"
  bool operator==(const Character&) const = default;
};

enum class Place {
  beach,
  forest,
  snow,
  street,
  kitchen,
  bedroom,
  meadow,
  desert,
  mountains,
  moon,
  sea,
  stage
};
/// After the verb: "walks on the beach".
inline constexpr std::array<std::string_view, 12> kPlaces = {
    "on the beach",     "in the forest",  "in the snow",   "on the city street",
    "in the kitchen",   "in the bedroom", "on the meadow", "in the desert",
    "in the mountains", "on the moon",    "under the sea", "on the stage"};

enum class Hour { day, sunset, night };
inline constexpr std::array<std::string_view, 3> kHours = {"by day", "at sunset", "at night"};

/// A place at an hour. `variant` moves its trees, houses and clouds.
struct Setting {
  Place place = Place::beach;
  Hour hour = Hour::day;
  std::uint64_t variant = 0;
  [[nodiscard]] std::string words() const;  ///< "on the beach at sunset"
  bool operator==(const Setting&) const = default;
};

/// `count` characters of a cast, no two alike. The demo's are twelve fixed ones and vary in shade
/// only; the training cast is drawn from the seed and never has a demo character's species in its
/// colour.
/// @throws UsageError for more than characters_in(cast).
[[nodiscard]] std::vector<Character> make_cast(Cast cast, std::uint64_t seed, int count);

/// The settings of a cast: every place, at one hour in the demo and at the two others in training.
[[nodiscard]] std::vector<Setting> settings_of(Cast cast);

}  // namespace asbench::baselines
