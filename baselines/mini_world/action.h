#pragma once

#include <array>
#include <string_view>

// What a character does: an action is a pose for every moment.
namespace asbench::baselines {

enum class Action { walk, run, jump, wave, sleep, dance, hold, look };

/// The words of an action: "walks", "walking".
struct ActionWords {
  std::string_view verb;
  std::string_view participle;
};
inline constexpr std::array<ActionWords, 8> kActions = {{{"walks", "walking"},
                                                         {"runs", "running"},
                                                         {"jumps", "jumping"},
                                                         {"waves a hand", "waving a hand"},
                                                         {"falls asleep", "falling asleep"},
                                                         {"dances", "dancing"},
                                                         {"holds", "holding"},
                                                         {"looks around", "looking around"}}};

enum class Prop { none, ball, balloon, flower, book };
inline constexpr std::array<std::string_view, 5> kProps = {"", "ball", "balloon", "flower", "book"};

/// Angles in radians, lengths in character heights.
struct Pose {
  double travel = 0.0;    ///< along the ground since the shot began
  double lift = 0.0;      ///< above the ground
  double squash = 1.0;    ///< of the height
  double lean = 0.0;      ///< of the whole figure; pi/2 lies on its back
  double left_leg = 0.0;  ///< swing of a foot, forwards positive
  double right_leg = 0.0;
  double left_arm = 0.0;  ///< 0 hangs down, pi/2 points sideways, pi up
  double right_arm = 0.0;
  double gaze = 0.0;  ///< pupils, -1 left to 1 right
  double eyes_open = 1.0;
  bool asleep = false;
  bool facing_left = false;
};

/// @param seconds  since the shot began
/// @param share    of the shot that has passed, 0 to 1
[[nodiscard]] Pose pose_at(Action action, double seconds, double share);

}  // namespace asbench::baselines
