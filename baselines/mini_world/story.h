#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/mini_world/action.h"
#include "baselines/mini_world/cast.h"

// The story grammar: who does what, where, and how the camera sees it; and the sentences that say
// so.
namespace asbench::baselines {

enum class CameraMove { still, pan, zoom_in, follow };
enum class ShotSize { wide, medium, close };

/// Everything that one shot shows.
struct ShotScript {
  Character character;
  Setting setting;
  Action action = Action::walk;
  Prop prop = Prop::none;
  std::size_t prop_colour = 0;
  CameraMove camera = CameraMove::still;
  ShotSize size = ShotSize::medium;
  bool leftwards = false;

  /// "The red cat walks on the beach at sunset." @param opening  "A", "The", "Finally, the"
  [[nodiscard]] std::string narrative(std::string_view opening) const;
  /// "Medium shot, the camera pans: the red cat is walking on the beach at sunset."
  [[nodiscard]] std::string descriptive() const;
};

/// "red cat holds a blue ball"; not as a verb: "red cat is holding a blue ball".
[[nodiscard]] std::string deed(const Character& character, Action action, Prop prop,
                               std::size_t prop_colour, bool is_verb);

/// "Medium shot, the camera pans".
[[nodiscard]] std::string camera_words(ShotSize size, CameraMove camera);

/// A story: the character comes, meets something, does its utmost, rests, each shot in another
/// setting. Stories of one character share no setting either. Both hold as long as the cast has
/// enough settings: twelve in the demo, three stories of four shots. Depends on the arguments only.
[[nodiscard]] std::vector<ShotScript> write_story(const Character& character,
                                                  const std::vector<Setting>& settings,
                                                  std::uint64_t seed, int story, int shots);

/// A shot by itself, as tuning clips are. @param number  which one
[[nodiscard]] ShotScript write_clip(const Character& character,
                                    const std::vector<Setting>& settings, std::uint64_t seed,
                                    int number);

/// The opening of shot `index` of `count` in a story.
[[nodiscard]] std::string_view opening_of(int index, int count);

}  // namespace asbench::baselines
