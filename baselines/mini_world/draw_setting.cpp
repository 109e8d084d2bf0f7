#include "baselines/mini_world/draw_setting.h"

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "baselines/mini_world/pen.h"
#include "core/stats.h"

// Scenes are painted in metres: x to the right of the picture's middle, y up from the ground line,
// 3 metres across at zoom 1. A layer at distance d moves 1/d as fast as the ground when the camera
// goes along.
namespace asbench::baselines {
namespace {

constexpr double kMetresAcross = 3.0;
constexpr double kTile = 6.0;  ///< metres after which a layer's things repeat

class Painter {
 public:
  Painter(cv::Mat& canvas, const Setting& setting, const View& view)
      : canvas_(canvas), setting_(setting), view_(view) {}

  void paint() {
    switch (setting_.place) {
      case Place::beach:
        beach();
        break;
      case Place::forest:
        forest();
        break;
      case Place::snow:
        snow();
        break;
      case Place::street:
        street();
        break;
      case Place::kitchen:
        kitchen();
        break;
      case Place::bedroom:
        bedroom();
        break;
      case Place::meadow:
        meadow();
        break;
      case Place::desert:
        desert();
        break;
      case Place::mountains:
        mountains();
        break;
      case Place::moon:
        moon();
        break;
      case Place::sea:
        sea();
        break;
      case Place::stage:
        stage();
        break;
    }
  }

 private:
  [[nodiscard]] double scale() const { return canvas_.cols / kMetresAcross * view_.zoom; }

  /// Draws with the pen of a layer at `distance`; 1 is the ground.
  [[nodiscard]] Pen layer(double distance) {
    const double s = scale();
    return {canvas_,
            cv::Matx23d(s, 0, 0.5 * canvas_.cols - s * view_.along / distance, 0, -s,
                        kGroundLine * canvas_.rows),
            std::max(1.0, canvas_.cols / 260.0)};
  }

  /// Calls `draw(x, random)` for things spread over a layer, about `every` metres apart.
  template <typename Draw>
  void spread(double distance, double every, std::uint64_t kind, const Draw& draw) {
    const int count = static_cast<int>(kTile / every);
    const double centre = view_.along / distance;
    for (int i = -count; i < 2 * count; ++i) {
      const double tile = std::floor(centre / kTile);
      SplitMix64 random(setting_.variant * 1009 + kind * 7919 +
                        static_cast<std::uint64_t>((i % count + count) % count));
      random.next();
      const double jitter = 0.6 * every * (unit(random) - 0.5);
      draw((tile + 0.5) * kTile + (i - 0.5 * count) * every + jitter, random);
    }
  }

  static double unit(SplitMix64& random) {
    return static_cast<double>(random.below(10000)) / 9999.0;
  }

  void sky(Colour top, Colour bottom, double until = kGroundLine) {
    const int rows = std::min(canvas_.rows, static_cast<int>(until * canvas_.rows) + 1);
    for (int y = 0; y < rows; ++y)
      canvas_.row(y).setTo(scalar(mixed(top, bottom, static_cast<double>(y) / rows)));
  }
  void open_sky() {
    if (setting_.hour == Hour::night) {
      sky({20, 26, 66}, {66, 74, 130});
      stars(26);
      const Pen pen = layer(60.0);
      pen.ellipse({0.9, 1.25}, 0.13, 0.13, {244, 240, 210}, false);
      pen.ellipse({0.96, 1.29}, 0.11, 0.11, {32, 38, 82}, false);
    } else if (setting_.hour == Hour::sunset) {
      sky({118, 84, 150}, {255, 178, 96});
      layer(60.0).ellipse({-0.7, 0.42}, 0.24, 0.24, {255, 226, 130}, false);
    } else {
      sky({104, 178, 240}, {206, 236, 250});
      layer(60.0).ellipse({-0.95, 1.3}, 0.15, 0.15, {255, 232, 120}, false);
      clouds();
    }
  }
  void stars(int count) {
    SplitMix64 random(setting_.variant + 77);
    for (int i = 0; i < count; ++i) {
      const cv::Point at(
          static_cast<int>(random.below(static_cast<std::uint64_t>(canvas_.cols))),
          static_cast<int>(random.below(static_cast<std::uint64_t>(canvas_.rows) * 6 / 10)));
      cv::circle(canvas_, at, std::max(1, canvas_.cols / 240), cv::Scalar(250, 250, 225),
                 cv::FILLED, cv::LINE_AA);
    }
  }
  void clouds() {
    const Pen pen = layer(20.0);
    spread(20.0, 1.2, 1, [&](double x, SplitMix64& random) {
      const double y = 1.05 + 0.45 * unit(random);
      const double drift = 0.02 * view_.seconds;
      for (const double part : {-0.16, 0.0, 0.17})
        pen.ellipse({x + part + drift, y + (part == 0.0 ? 0.05 : 0.0)}, 0.15, 0.09, {252, 252, 252},
                    false);
    });
  }
  void ground(Colour colour, double top = 0.12) {
    const Pen pen = layer(1.0);
    const double x = view_.along;
    pen.polygon({{x - 4, top}, {x + 4, top}, {x + 4, -3}, {x - 4, -3}}, colour, false);
    pen.polygon({{x - 4, -0.12}, {x + 4, -0.12}, {x + 4, -3}, {x - 4, -3}}, shaded(colour, -0.1),
                false);
  }
  void hills(double distance, double height, Colour colour, std::uint64_t kind) {
    const Pen pen = layer(distance);
    spread(distance, 1.5, kind, [&](double x, SplitMix64& random) {
      pen.ellipse({x, 0.0}, 1.1, height * (0.7 + 0.6 * unit(random)), colour, false);
    });
  }
  void tree(const Pen& pen, double x, double height, Colour leaves) {
    pen.polygon(
        {{x - 0.07, 0.05}, {x + 0.07, 0.05}, {x + 0.05, 0.5 * height}, {x - 0.05, 0.5 * height}},
        {122, 84, 56});
    for (const cv::Point2d at : {cv::Point2d{-0.17, 0.62}, {0.17, 0.62}, {0.0, 0.84}})
      pen.ellipse({x + at.x, at.y * height}, 0.24, 0.2 * height, leaves);
  }
  void pine(const Pen& pen, double x, double height, Colour leaves) {
    pen.polygon({{x - 0.05, 0.0}, {x + 0.05, 0.0}, {x + 0.05, 0.25}, {x - 0.05, 0.25}},
                {110, 78, 56});
    for (int tier = 0; tier < 3; ++tier) {
      const double base = 0.2 + 0.25 * tier * height;
      const double half = 0.3 - 0.07 * tier;
      pen.polygon({{x - half, base}, {x + half, base}, {x, base + 0.48 * height}}, leaves);
    }
  }

  void beach() {
    open_sky();
    const Pen water = layer(6.0);
    const double x = view_.along / 6.0;
    water.polygon({{x - 4, 0.42}, {x + 4, 0.42}, {x + 4, -0.5}, {x - 4, -0.5}}, {58, 148, 200},
                  false);
    for (int wave = 0; wave < 4; ++wave) {
      Points line;
      for (int i = 0; i <= 48; ++i) {
        const double along = x - 2.4 + 0.1 * i;
        line.emplace_back(along, 0.37 - 0.075 * wave +
                                     0.014 * std::sin(9.0 * along + 2.5 * view_.seconds + wave));
      }
      water.stroke(line, 0.016, {206, 236, 246}, false);
    }
    ground({240, 214, 150});
    const Pen near = layer(1.6);
    spread(1.6, 2.0, 3, [&](double at, SplitMix64&) {
      near.stroke({{at, 0.05}, {at + 0.06, 0.5}, {at + 0.18, 0.95}}, 0.07, {150, 108, 66});
      for (const double turn : {-0.7, -0.1, 0.5, 1.1, 2.2, 3.0}) {
        near.ellipse({at + 0.18 + 0.22 * std::cos(turn), 0.97 + 0.13 * std::sin(turn)}, 0.25, 0.05,
                     {70, 160, 84}, true, 0.5 * std::sin(turn));
      }
    });
  }
  void forest() {
    open_sky();
    hills(8.0, 0.75, {96, 148, 104}, 4);
    const Pen far = layer(3.5);
    spread(3.5, 0.5, 5, [&](double x, SplitMix64& random) {
      tree(far, x, 0.9 + 0.25 * unit(random), {64, 128, 74});
    });
    ground({112, 158, 80});
    const Pen near = layer(1.5);
    spread(1.5, 1.1, 6, [&](double x, SplitMix64& random) {
      tree(near, x, 1.25 + 0.3 * unit(random), {84, 160, 84});
    });
  }
  void snow() {
    open_sky();
    hills(7.0, 0.55, {216, 228, 242}, 7);
    ground({242, 246, 252});
    const Pen near = layer(1.8);
    spread(1.8, 0.9, 8, [&](double x, SplitMix64& random) {
      pine(near, x, 0.8 + 0.4 * unit(random), {196, 220, 226});
    });
    SplitMix64 random(setting_.variant + 5);
    for (int flake = 0; flake < 60; ++flake) {
      const double fall = std::fmod(unit(random) + 0.22 * view_.seconds, 1.0);
      const double x = unit(random) + 0.02 * std::sin(3.0 * view_.seconds + flake);
      cv::circle(
          canvas_, {static_cast<int>(x * canvas_.cols), static_cast<int>(fall * canvas_.rows)},
          std::max(1, canvas_.cols / 150), cv::Scalar(255, 255, 255), cv::FILLED, cv::LINE_AA);
    }
  }
  void street() {
    open_sky();
    const Pen far = layer(2.5);
    spread(2.5, 0.62, 9, [&](double x, SplitMix64& random) {
      const double height = 0.9 + 0.7 * unit(random);
      const Colour wall = mixed({196, 120, 96}, {126, 140, 172}, unit(random));
      far.polygon({{x - 0.28, 0.0}, {x + 0.28, 0.0}, {x + 0.28, height}, {x - 0.28, height}}, wall);
      const Colour pane =
          setting_.hour == Hour::day ? Colour{196, 226, 244} : Colour{255, 226, 120};
      for (double y = 0.22; y + 0.16 < height; y += 0.27) {
        for (const double side : {-0.13, 0.13})
          far.polygon({{x + side - 0.06, y},
                       {x + side + 0.06, y},
                       {x + side + 0.06, y + 0.15},
                       {x + side - 0.06, y + 0.15}},
                      pane, false);
      }
    });
    ground({150, 152, 160}, 0.16);
    const Pen near = layer(1.0);
    spread(1.0, 0.6, 10, [&](double x, SplitMix64&) {
      near.polygon({{x - 0.16, -0.16}, {x + 0.16, -0.16}, {x + 0.13, -0.21}, {x - 0.19, -0.21}},
                   {240, 236, 220}, false);
    });
  }
  void room(Colour wall, Colour floor) {
    sky(shaded(wall, 0.1), wall);
    ground(floor, 0.14);
    layer(1.2).stroke({{view_.along / 1.2 - 4, 0.16}, {view_.along / 1.2 + 4, 0.16}}, 0.05,
                      shaded(wall, 0.6), false);
  }
  void window(const Pen& pen, double x, double y) {
    const Colour glass = setting_.hour == Hour::day      ? Colour{170, 216, 246}
                         : setting_.hour == Hour::sunset ? Colour{255, 190, 120}
                                                         : Colour{34, 42, 92};
    pen.polygon(
        {{x - 0.26, y - 0.24}, {x + 0.26, y - 0.24}, {x + 0.26, y + 0.24}, {x - 0.26, y + 0.24}},
        {250, 246, 236});
    pen.polygon(
        {{x - 0.21, y - 0.19}, {x + 0.21, y - 0.19}, {x + 0.21, y + 0.19}, {x - 0.21, y + 0.19}},
        glass, false);
    pen.stroke({{x, y - 0.2}, {x, y + 0.2}}, 0.03, {250, 246, 236}, false);
    pen.stroke({{x - 0.2, y}, {x + 0.2, y}}, 0.03, {250, 246, 236}, false);
  }
  void kitchen() {
    room({250, 224, 160}, {206, 170, 130});
    const Pen pen = layer(1.3);
    spread(1.3, 3.0, 11, [&](double x, SplitMix64&) {
      window(pen, x - 0.2, 1.0);
      pen.polygon({{x - 1.0, 0.12}, {x + 0.62, 0.12}, {x + 0.62, 0.52}, {x - 1.0, 0.52}},
                  {120, 176, 176});
      pen.polygon({{x - 1.05, 0.52}, {x + 0.66, 0.52}, {x + 0.66, 0.6}, {x - 1.05, 0.6}},
                  {236, 232, 224});
      for (const double door : {-0.73, -0.33, 0.07})
        pen.polygon({{x + door - 0.16, 0.17},
                     {x + door + 0.16, 0.17},
                     {x + door + 0.16, 0.46},
                     {x + door - 0.16, 0.46}},
                    {142, 196, 194});
      pen.polygon({{x + 0.75, 0.12}, {x + 1.25, 0.12}, {x + 1.25, 1.2}, {x + 0.75, 1.2}},
                  {232, 238, 242});
      pen.stroke({{x + 0.82, 0.8}, {x + 0.82, 1.05}}, 0.03, {140, 150, 160}, false);
      pen.ellipse({x + 0.3, 0.67}, 0.12, 0.07, {208, 84, 74});
    });
  }
  void bedroom() {
    room({176, 158, 208}, {152, 112, 88});
    const Pen pen = layer(1.3);
    spread(1.3, 3.0, 12, [&](double x, SplitMix64&) {
      window(pen, x + 0.75, 1.02);
      pen.polygon({{x - 1.3, 0.12}, {x - 1.18, 0.12}, {x - 1.18, 0.8}, {x - 1.3, 0.8}},
                  {128, 84, 60});
      pen.polygon({{x - 1.2, 0.14}, {x + 0.2, 0.14}, {x + 0.2, 0.42}, {x - 1.2, 0.42}},
                  {96, 136, 206});
      pen.ellipse({x - 0.98, 0.47}, 0.2, 0.09, {250, 250, 246});
      pen.stroke({{x + 0.42, 0.14}, {x + 0.42, 0.7}}, 0.035, {96, 76, 60});
      pen.polygon({{x + 0.25, 0.68}, {x + 0.59, 0.68}, {x + 0.5, 0.92}, {x + 0.34, 0.92}},
                  {255, 224, 130});
    });
  }
  void meadow() {
    open_sky();
    hills(8.0, 0.5, {150, 200, 120}, 13);
    ground({126, 196, 92});
    const Pen near = layer(1.0);
    spread(1.0, 0.28, 14, [&](double x, SplitMix64& random) {
      const Colour petal = kColours[static_cast<std::size_t>(random.below(kColours.size()))].value;
      const double y = 0.05 - 0.3 * unit(random);
      near.stroke({{x, y}, {x, y + 0.08}}, 0.012, {70, 130, 60}, false);
      near.ellipse({x, y + 0.1}, 0.035, 0.035, petal, false);
    });
  }
  void desert() {
    open_sky();
    hills(7.0, 0.35, {226, 170, 104}, 15);
    ground({236, 192, 120});
    const Pen near = layer(1.7);
    spread(1.7, 1.2, 16, [&](double x, SplitMix64& random) {
      const double height = 0.55 + 0.3 * unit(random);
      near.stroke({{x, 0.05}, {x, height}}, 0.13, {78, 148, 92});
      near.stroke({{x, 0.3}, {x - 0.2, 0.32}, {x - 0.2, 0.52}}, 0.08, {78, 148, 92});
      near.stroke({{x, 0.24}, {x + 0.2, 0.26}, {x + 0.2, 0.42}}, 0.08, {78, 148, 92});
    });
  }
  void mountains() {
    open_sky();
    const Pen far = layer(7.0);
    spread(7.0, 0.95, 17, [&](double x, SplitMix64& random) {
      const double height = 0.85 + 0.5 * unit(random);
      far.polygon({{x - 0.75, 0.0}, {x + 0.75, 0.0}, {x, height}}, {122, 128, 150});
      far.polygon({{x - 0.21, 0.72 * height},
                   {x - 0.07, 0.66 * height},
                   {x + 0.05, 0.74 * height},
                   {x + 0.21, 0.72 * height},
                   {x, height}},
                  {248, 250, 252}, false);
    });
    ground({134, 158, 116});
    const Pen near = layer(1.8);
    spread(1.8, 1.3, 18, [&](double x, SplitMix64& random) {
      near.ellipse({x, 0.08}, 0.2 + 0.12 * unit(random), 0.14, {148, 148, 152});
    });
  }
  void moon() {
    sky({10, 10, 26}, {30, 26, 60});
    stars(60);
    const Pen far = layer(40.0);
    far.ellipse({0.8, 1.15}, 0.3, 0.3, {74, 132, 210}, false);
    far.ellipse({0.72, 1.2}, 0.12, 0.1, {104, 176, 104}, false);
    far.ellipse({0.92, 1.05}, 0.09, 0.06, {104, 176, 104}, false);
    ground({186, 186, 192});
    const Pen near = layer(1.0);
    spread(1.0, 0.75, 19, [&](double x, SplitMix64& random) {
      near.ellipse({x, -0.04 - 0.2 * unit(random)}, 0.18, 0.045, {150, 150, 158}, false);
    });
  }
  void sea() {
    sky({60, 170, 214}, {16, 72, 130});
    ground({214, 196, 140});
    const Pen near = layer(1.4);
    spread(1.4, 0.55, 20, [&](double x, SplitMix64& random) {
      Points stem;
      const double height = 0.5 + 0.5 * unit(random);
      for (int i = 0; i <= 8; ++i)
        stem.emplace_back(x + 0.06 * std::sin(1.4 * i + 2.0 * view_.seconds + 9.0 * x),
                          0.05 + height * i / 8.0);
      near.stroke(stem, 0.06, mixed({50, 150, 96}, {190, 90, 120}, unit(random)));
    });
    SplitMix64 random(setting_.variant + 9);
    for (int bubble = 0; bubble < 22; ++bubble) {
      const double rise = 1.0 - std::fmod(unit(random) + 0.16 * view_.seconds, 1.0);
      const int radius =
          std::max(2, static_cast<int>(canvas_.cols * (0.006 + 0.01 * unit(random))));
      cv::circle(
          canvas_,
          {static_cast<int>(unit(random) * canvas_.cols), static_cast<int>(rise * canvas_.rows)},
          radius, cv::Scalar(206, 240, 250), std::max(1, radius / 3), cv::LINE_AA);
    }
  }
  void stage() {
    sky({70, 26, 44}, {104, 36, 56});
    ground({168, 112, 70}, 0.14);
    const Pen near = layer(1.2);
    const double x = view_.along / 1.2;
    near.polygon({{x - 0.35, 2.0}, {x + 0.35, 2.0}, {x + 0.95, 0.1}, {x - 0.95, 0.1}},
                 {180, 110, 96}, false);
    near.ellipse({x, 0.05}, 0.95, 0.13, {238, 196, 130}, false);
    for (const double side : {-1.0, 1.0}) {
      for (int fold = 0; fold < 5; ++fold) {
        const double at = x + side * (1.72 - 0.15 * fold);
        near.polygon({{at - 0.09, 0.1}, {at + 0.09, 0.1}, {at + 0.09, 2.0}, {at - 0.09, 2.0}},
                     fold % 2 == 0 ? Colour{196, 40, 52} : Colour{164, 28, 42}, false);
      }
    }
  }

  cv::Mat& canvas_;
  const Setting& setting_;
  const View& view_;
};

}  // namespace

void draw_setting(cv::Mat& canvas, const Setting& setting, const View& view) {
  Painter(canvas, setting, view).paint();
}

void tint_by_hour(cv::Mat& canvas, const Setting& setting) {
  if (setting.hour == Hour::sunset) cv::multiply(canvas, cv::Scalar(1.06, 0.92, 0.8), canvas);
  if (setting.hour == Hour::night) cv::multiply(canvas, cv::Scalar(0.66, 0.7, 0.92), canvas);
}

}  // namespace asbench::baselines
