#include "baselines/mini_world/action.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace asbench::baselines {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

/// Legs and opposite arms swing; the body bobs twice a step.
Pose stride(double seconds, double steps_per_second, double swing, double speed) {
  Pose pose;
  const double phase = kTurn * steps_per_second * seconds;
  pose.travel = speed * seconds;
  pose.left_leg = swing * std::sin(phase);
  pose.right_leg = -pose.left_leg;
  pose.left_arm = 0.35 - 2.2 * pose.left_leg;
  pose.right_arm = 0.35 - 2.2 * pose.right_leg;
  pose.lift = 0.25 * swing * std::abs(std::cos(phase));
  return pose;
}

Pose jump(double seconds) {
  Pose pose;
  const double beat = std::fmod(1.25 * seconds, 1.0);
  if (beat < 0.25) {
    pose.squash = 1.0 - 0.2 * std::sin(std::numbers::pi * beat / 0.25);
    pose.left_arm = pose.right_arm = 0.2;
  } else {
    const double flight = (beat - 0.25) / 0.75;
    pose.lift = 1.5 * flight * (1.0 - flight);
    pose.squash = 1.06;
    pose.left_arm = pose.right_arm = 0.4 + 2.2 * std::sin(std::numbers::pi * flight);
    pose.left_leg = pose.right_leg = -0.08;
  }
  return pose;
}

Pose fall_asleep(double seconds, double share) {
  Pose pose;
  const double down = std::clamp((share - 0.15) / 0.35, 0.0, 1.0);
  const double eased = down * down * (3.0 - 2.0 * down);
  pose.lean = 0.5 * std::numbers::pi * eased;
  pose.eyes_open = 1.0 - std::clamp(share / 0.3, 0.0, 1.0);
  pose.asleep = share > 0.3;
  pose.squash = 1.0 + 0.025 * eased * std::sin(kTurn * 0.7 * seconds);
  pose.left_arm = pose.right_arm = 0.25;
  return pose;
}

Pose dance(double seconds) {
  Pose pose;
  const double phase = kTurn * 1.1 * seconds;
  pose.lean = 0.18 * std::sin(phase);
  pose.travel = 0.12 * std::sin(phase);
  pose.lift = 0.06 * std::abs(std::sin(phase));
  pose.left_arm = 1.6 + 1.1 * std::sin(phase);
  pose.right_arm = 1.6 - 1.1 * std::sin(phase);
  pose.left_leg = 0.08 * std::sin(phase);
  pose.right_leg = 0.08 * std::cos(phase);
  pose.facing_left = std::sin(0.5 * phase) < 0.0;
  return pose;
}

}  // namespace

Pose pose_at(Action action, double seconds, double share) {
  Pose pose;
  switch (action) {
    case Action::walk:
      pose = stride(seconds, 1.2, 0.1, 0.35);
      break;
    case Action::run:
      pose = stride(seconds, 2.4, 0.17, 0.95);
      pose.lean = 0.16;
      break;
    case Action::jump:
      pose = jump(seconds);
      break;
    case Action::wave:
      pose.left_arm = 0.25;
      pose.right_arm = 2.5 + 0.5 * std::sin(kTurn * 1.8 * seconds);
      pose.lean = 0.04 * std::sin(kTurn * 0.9 * seconds);
      break;
    case Action::sleep:
      pose = fall_asleep(seconds, share);
      break;
    case Action::dance:
      pose = dance(seconds);
      break;
    case Action::hold:
      pose.left_arm = 0.3;
      pose.right_arm = 1.35 + 0.12 * std::sin(kTurn * 0.6 * seconds);
      pose.lift = 0.012 * (1.0 + std::sin(kTurn * 0.6 * seconds));
      break;
    case Action::look:
      pose.gaze = std::sin(kTurn * 0.55 * seconds);
      pose.lean = 0.07 * pose.gaze;
      pose.left_arm = pose.right_arm = 0.28;
      pose.facing_left = pose.gaze < -0.4;
      break;
  }
  // A blink of an eighth of a second, every two seconds.
  if (!pose.asleep && std::fmod(seconds + 0.7, 2.0) < 0.125) pose.eyes_open = 0.0;
  return pose;
}

}  // namespace asbench::baselines
