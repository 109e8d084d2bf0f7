#include "baselines/mini_world/draw_character.h"

#include <algorithm>
#include <cmath>

#include "baselines/mini_world/pen.h"

// Figures are one unit high, feet at (0, 0): body around (0, 0.32), head around (0, 0.7).
namespace asbench::baselines {
namespace {

constexpr Colour kDark{38, 32, 44};
constexpr Colour kEyeWhite{250, 250, 250};
constexpr Colour kBeak{246, 176, 50};
constexpr double kHeadHeight = 0.70;

cv::Matx23d figure_to_pixels(const Character& character, const Pose& pose, const Stance& stance) {
  const double width =
      stance.height * character.build * (2.0 - pose.squash) * (pose.facing_left ? -1.0 : 1.0);
  const double height = stance.height * pose.squash;
  const double c = std::cos(pose.lean);
  const double s = std::sin(pose.lean);
  // Lying figures rest on their side, not on the axis that they turned around.
  const double y =
      stance.feet.y - pose.lift * stance.height - 0.2 * std::abs(s) * s * s * stance.height;
  const double x = stance.feet.x - 0.45 * s * s * s * stance.height;
  return {c * width, s * height, x, s * width, -c * height, y};
}

bool is_round(Species species) {
  return species == Species::bird || species == Species::penguin || species == Species::ghost;
}

class Figure {
 public:
  Figure(const Pen& pen, const Character& character, const Pose& pose)
      : pen_(pen),
        character_(character),
        pose_(pose),
        coat_(character.coat),
        light_(shaded(coat_, 0.45)),
        dark_(shaded(coat_, -0.25)) {}

  void draw(Prop prop, std::size_t prop_colour) const {
    tail();
    legs();
    arm(-1.0, pose_.left_arm);
    body();
    pattern();
    ears();
    head();
    face();
    headgear();
    hand_with(prop, prop_colour);
  }

 private:
  void tail() const {
    if (character_.species == Species::cat) {
      pen_.stroke({{-0.16, 0.2}, {-0.3, 0.24}, {-0.36, 0.4}, {-0.31, 0.5}}, 0.06, coat_);
    } else if (character_.species == Species::fox) {
      pen_.polygon(
          {{-0.12, 0.16}, {-0.32, 0.14}, {-0.46, 0.32}, {-0.4, 0.54}, {-0.3, 0.4}, {-0.14, 0.3}},
          coat_);
      pen_.polygon({{-0.45, 0.36}, {-0.4, 0.54}, {-0.33, 0.44}}, kEyeWhite, false);
    } else if (character_.species == Species::rabbit) {
      pen_.ellipse({-0.2, 0.2}, 0.07, 0.07, kEyeWhite);
    }
  }

  void legs() const {
    if (character_.species == Species::ghost) return;
    const double width = character_.species == Species::bird ? 0.035 : 0.1;
    const Colour skin = is_round(character_.species)           ? kBeak
                        : character_.species == Species::robot ? shaded(coat_, -0.45)
                                                               : dark_;
    for (const double side : {-1.0, 1.0}) {
      const double swing = side < 0 ? pose_.left_leg : pose_.right_leg;
      const cv::Point2d foot{0.09 * side + swing, 0.04 + 0.25 * std::max(0.0, swing)};
      pen_.stroke({{0.08 * side, 0.2}, {0.085 * side + 0.5 * swing, 0.11}, foot}, width, skin);
      pen_.ellipse({foot.x + 0.03, foot.y - 0.01}, 0.075, 0.04, skin);
    }
  }

  void arm(double side, double angle) const {
    if (character_.species == Species::ghost && angle < 0.5) angle = 0.6;
    const cv::Point2d shoulder{0.17 * side, 0.43};
    const cv::Point2d hand{shoulder.x + 0.24 * std::sin(angle) * side,
                           shoulder.y - 0.24 * std::cos(angle)};
    if (is_round(character_.species) && character_.species != Species::ghost) {
      pen_.ellipse({0.5 * (shoulder.x + hand.x), 0.5 * (shoulder.y + hand.y)}, 0.15, 0.06, dark_,
                   true, std::atan2(hand.y - shoulder.y, hand.x - shoulder.x));
      return;
    }
    pen_.stroke({shoulder, hand}, 0.08, dark_);
    pen_.ellipse(hand, 0.05, 0.05,
                 character_.species == Species::robot ? shaded(coat_, -0.45) : light_);
  }

  void body() const {
    switch (character_.species) {
      case Species::robot:
        pen_.polygon({{-0.19, 0.15}, {0.19, 0.15}, {0.21, 0.5}, {-0.21, 0.5}}, coat_);
        pen_.ellipse({0.0, 0.38}, 0.05, 0.05, {250, 232, 120});
        break;
      case Species::ghost:
        pen_.polygon({{-0.24, 0.12},
                      {-0.16, 0.18},
                      {-0.08, 0.11},
                      {0.0, 0.18},
                      {0.08, 0.11},
                      {0.16, 0.18},
                      {0.24, 0.12},
                      {0.25, 0.4},
                      {0.22, 0.66},
                      {-0.22, 0.66},
                      {-0.25, 0.4}},
                     coat_);
        break;
      default:
        pen_.ellipse({0.0, 0.32}, is_round(character_.species) ? 0.25 : 0.21, 0.24, coat_);
        if (character_.pattern == Pattern::plain) {
          pen_.ellipse({0.02, 0.29}, 0.13, 0.16,
                       character_.species == Species::penguin ? kEyeWhite : light_, false);
        }
    }
  }

  void pattern() const {
    const Colour mark = shaded(coat_, -0.5);
    if (character_.pattern == Pattern::stripes) {
      for (const double y : {0.2, 0.3, 0.4}) {
        const double half = 0.19 - 1.2 * (y - 0.31) * (y - 0.31);
        pen_.stroke({{-half + 0.01, y}, {0.0, y - 0.02}, {half - 0.01, y}}, 0.035, mark, false);
      }
    } else if (character_.pattern == Pattern::spots) {
      for (const cv::Point2d at : {cv::Point2d{-0.1, 0.4},
                                   {0.08, 0.44},
                                   {0.11, 0.27},
                                   {-0.05, 0.27},
                                   {-0.12, 0.2},
                                   {0.04, 0.17}}) {
        pen_.ellipse(at, 0.035, 0.035, mark, false);
      }
    }
  }

  void ears() const {
    const Colour inner = mixed(light_, {240, 150, 160}, 0.5);
    for (const double side : {-1.0, 1.0}) {
      switch (character_.species) {
        case Species::cat:
          pen_.polygon({{0.08 * side, 0.86}, {0.25 * side, 0.78}, {0.22 * side, 1.02}}, coat_);
          pen_.polygon({{0.12 * side, 0.86}, {0.22 * side, 0.82}, {0.2 * side, 0.96}}, inner,
                       false);
          break;
        case Species::fox:
          pen_.polygon({{0.05 * side, 0.84}, {0.27 * side, 0.76}, {0.26 * side, 1.08}}, coat_);
          pen_.polygon({{0.2 * side, 0.95}, {0.265 * side, 0.93}, {0.26 * side, 1.08}}, kDark,
                       false);
          break;
        case Species::rabbit:
          pen_.ellipse({0.11 * side, 1.02}, 0.065, 0.2, coat_, true, -0.15 * side);
          pen_.ellipse({0.11 * side, 1.02}, 0.03, 0.14, inner, false, -0.15 * side);
          break;
        case Species::bear:
          pen_.ellipse({0.19 * side, 0.88}, 0.085, 0.085, coat_);
          pen_.ellipse({0.19 * side, 0.88}, 0.045, 0.045, inner, false);
          break;
        case Species::robot:
          pen_.polygon(
              {{0.24 * side, 0.64}, {0.3 * side, 0.66}, {0.3 * side, 0.76}, {0.24 * side, 0.78}},
              shaded(coat_, -0.45));
          break;
        default:
          break;
      }
    }
    if (character_.species == Species::robot) {
      pen_.stroke({{0.0, 0.88}, {0.0, 1.02}}, 0.02, kDark, false);
      pen_.ellipse({0.0, 1.04}, 0.04, 0.04, {240, 80, 80});
    } else if (character_.species == Species::bird) {
      pen_.polygon({{-0.06, 0.88},
                    {-0.14, 1.02},
                    {-0.02, 0.96},
                    {0.02, 1.05},
                    {0.06, 0.95},
                    {0.14, 1.0},
                    {0.07, 0.87}},
                   dark_);
    }
  }

  void head() const {
    if (character_.species == Species::robot) {
      pen_.polygon({{-0.25, 0.53}, {0.25, 0.53}, {0.24, 0.89}, {-0.24, 0.89}}, coat_);
      pen_.polygon({{-0.2, 0.62}, {0.2, 0.62}, {0.19, 0.83}, {-0.19, 0.83}}, shaded(coat_, 0.7),
                   false);
    } else if (character_.species == Species::ghost) {
      pen_.ellipse({0.0, kHeadHeight}, 0.225, 0.22, coat_);
      pen_.polygon({{-0.215, 0.5}, {0.215, 0.5}, {0.215, 0.7}, {-0.215, 0.7}}, coat_, false);
    } else {
      pen_.ellipse({0.0, kHeadHeight}, 0.255, 0.215, coat_);
    }
    if (character_.species == Species::fox) {
      pen_.polygon({{-0.2, 0.63}, {0.0, 0.7}, {0.2, 0.63}, {0.09, 0.53}, {-0.09, 0.53}}, kEyeWhite,
                   false);
    } else if (character_.species == Species::bear) {
      pen_.ellipse({0.0, 0.62}, 0.11, 0.08, light_, false);
    } else if (character_.species == Species::penguin) {
      pen_.ellipse({-0.09, 0.7}, 0.11, 0.14, kEyeWhite, false);
      pen_.ellipse({0.09, 0.7}, 0.11, 0.14, kEyeWhite, false);
    }
  }

  void face() const {
    for (const double side : {-1.0, 1.0}) {
      const cv::Point2d at{0.1 * side, 0.73};
      if (pose_.eyes_open < 0.3) {
        pen_.stroke({{at.x - 0.045, at.y}, {at.x, at.y - 0.025}, {at.x + 0.045, at.y}}, 0.02, kDark,
                    false);
      } else {
        pen_.ellipse(at, 0.055, 0.065 * pose_.eyes_open, kEyeWhite);
        pen_.ellipse({at.x + 0.025 * pose_.gaze, at.y}, 0.026, 0.034 * pose_.eyes_open, kDark,
                     false);
      }
      pen_.ellipse({0.17 * side, 0.645}, 0.035, 0.022, mixed(coat_, {250, 120, 130}, 0.55), false);
    }
    if (character_.species == Species::bird || character_.species == Species::penguin) {
      pen_.polygon({{-0.07, 0.67}, {0.07, 0.67}, {0.0, 0.58}}, kBeak);
      return;
    }
    if (character_.species != Species::robot && character_.species != Species::ghost)
      pen_.ellipse({0.0, 0.66}, 0.03, 0.02, kDark, false);
    if (pose_.asleep) {
      pen_.ellipse({0.0, 0.59}, 0.025, 0.025, kDark, false);
    } else {
      pen_.stroke({{-0.06, 0.615}, {-0.025, 0.59}, {0.025, 0.59}, {0.06, 0.615}}, 0.02, kDark,
                  false);
    }
  }

  void headgear() const {
    const Colour colour = kColours[character_.headgear_colour].value;
    const Colour band = shaded(colour, -0.4);
    switch (character_.headgear) {
      case Headgear::none:
        break;
      case Headgear::top_hat:
        pen_.polygon({{-0.13, 0.88}, {0.13, 0.88}, {0.15, 1.14}, {-0.15, 1.14}}, colour);
        pen_.polygon({{-0.13, 0.9}, {0.13, 0.9}, {0.135, 0.95}, {-0.135, 0.95}}, band, false);
        pen_.ellipse({0.0, 0.88}, 0.22, 0.035, colour);
        break;
      case Headgear::cap:
        pen_.polygon({{-0.21, 0.85}, {-0.16, 0.97}, {0.0, 1.02}, {0.16, 0.97}, {0.21, 0.85}},
                     colour);
        pen_.ellipse({0.22, 0.85}, 0.15, 0.03, band);
        break;
      case Headgear::party_hat:
        pen_.polygon({{-0.13, 0.87}, {0.13, 0.87}, {0.0, 1.2}}, colour);
        pen_.stroke({{-0.09, 0.97}, {0.08, 0.99}}, 0.03, shaded(colour, 0.6), false);
        pen_.ellipse({0.0, 1.2}, 0.045, 0.045, kEyeWhite);
        break;
      case Headgear::crown:
        pen_.polygon({{-0.16, 0.86},
                      {-0.19, 1.07},
                      {-0.09, 0.97},
                      {0.0, 1.11},
                      {0.09, 0.97},
                      {0.19, 1.07},
                      {0.16, 0.86}},
                     colour);
        pen_.ellipse({0.0, 0.92}, 0.03, 0.03, band, false);
        break;
      case Headgear::bow:
        pen_.polygon({{0.12, 0.9}, {-0.06, 1.0}, {-0.06, 0.82}}, colour);
        pen_.polygon({{0.12, 0.9}, {0.3, 1.0}, {0.3, 0.82}}, colour);
        pen_.ellipse({0.12, 0.9}, 0.045, 0.045, band);
        break;
    }
  }

  void hand_with(Prop prop, std::size_t prop_colour) const {
    const double angle = pose_.right_arm;
    const cv::Point2d hand{0.17 + 0.24 * std::sin(angle), 0.43 - 0.24 * std::cos(angle)};
    const Colour colour = kColours[prop_colour].value;
    if (prop == Prop::balloon) {
      pen_.stroke({hand, {hand.x + 0.03, hand.y + 0.22}, {hand.x + 0.02, hand.y + 0.4}}, 0.012,
                  kDark, false);
      pen_.ellipse({hand.x + 0.02, hand.y + 0.55}, 0.14, 0.17, colour);
      pen_.ellipse({hand.x - 0.03, hand.y + 0.61}, 0.03, 0.045, shaded(colour, 0.7), false);
    } else if (prop == Prop::flower) {
      pen_.stroke({{hand.x, hand.y - 0.06}, {hand.x + 0.02, hand.y + 0.18}}, 0.025, {86, 150, 70},
                  false);
      for (int petal = 0; petal < 5; ++petal) {
        const double turn = 1.2566 * petal;
        pen_.ellipse(
            {hand.x + 0.02 + 0.065 * std::cos(turn), hand.y + 0.23 + 0.065 * std::sin(turn)}, 0.045,
            0.045, colour);
      }
      pen_.ellipse({hand.x + 0.02, hand.y + 0.23}, 0.04, 0.04, {250, 220, 90});
    } else if (prop == Prop::ball) {
      pen_.ellipse({hand.x + 0.1, hand.y + 0.03}, 0.13, 0.13, colour);
      pen_.stroke(
          {{hand.x, hand.y + 0.06}, {hand.x + 0.1, hand.y + 0.01}, {hand.x + 0.2, hand.y + 0.06}},
          0.03, shaded(colour, 0.65), false);
    } else if (prop == Prop::book) {
      pen_.polygon({{hand.x - 0.03, hand.y - 0.08},
                    {hand.x + 0.1, hand.y - 0.04},
                    {hand.x + 0.1, hand.y + 0.16},
                    {hand.x - 0.03, hand.y + 0.12}},
                   colour);
      pen_.polygon({{hand.x + 0.1, hand.y - 0.04},
                    {hand.x + 0.23, hand.y - 0.08},
                    {hand.x + 0.23, hand.y + 0.12},
                    {hand.x + 0.1, hand.y + 0.16}},
                   kEyeWhite);
    }
    arm(1.0, angle);
  }

  const Pen& pen_;
  const Character& character_;
  const Pose& pose_;
  Colour coat_, light_, dark_;
};

}  // namespace

void draw_character(cv::Mat& canvas, const Character& character, const Pose& pose, Prop prop,
                    std::size_t prop_colour, const Stance& stance) {
  const Pen pen(canvas, figure_to_pixels(character, pose, stance),
                std::max(1.0, stance.height / 75.0));
  Figure(pen, character, pose).draw(prop, prop_colour);
}

}  // namespace asbench::baselines
