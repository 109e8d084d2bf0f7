#include "baselines/mini_world/film.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/stats.h"

namespace asbench::baselines {
namespace {

constexpr int kLeastSeconds = 2;  ///< so that whole seconds keep the shots apart
constexpr int kMostSeconds = 4;
constexpr double kBeside = 0.4;  ///< metres from the middle to each of two figures

constexpr std::array kFilmActions = {Action::walk, Action::jump,  Action::wave,
                                     Action::hold, Action::dance, Action::look};
/// Those that stay where they are: two figures beside each other keep their places.
constexpr std::array kActionsInPlace = {Action::jump, Action::wave, Action::hold, Action::look};

/// Who is in a shot, and in which scene. The cast's last stands for the third, or in a cast of two
/// for the second.
enum class Who { first, second, last };
struct Entry {
  std::vector<Who> who;
  std::size_t scene;
};
const std::vector<Entry>& plan() {
  static const std::vector<Entry> entries = {{{Who::first}, 0},
                                             {{Who::first, Who::second}, 0},
                                             {{}, 1},
                                             {{Who::second, Who::last}, 1},
                                             {{Who::last, Who::first}, 1},
                                             {{Who::second}, 0}};
  return entries;
}

template <typename Value>
void shuffle(std::vector<Value>& values, SplitMix64& random) {
  for (std::size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[static_cast<std::size_t>(random.below(i))]);
}

void check(const FilmOptions& options, int number) {
  if (options.segments < 1 || options.segments > 20) {
    throw UsageError(fmt::format("film: {} segments; expected 1 to 20", options.segments));
  }
  if (!(options.frames_per_second >= 1.0 && options.frames_per_second <= 240.0)) {
    throw UsageError(
        fmt::format("film: {} frames per second; expected 1 to 240", options.frames_per_second));
  }
  if (number < 0) throw UsageError(fmt::format("film {}; expected a number from 0 on", number));
}

/// Everybody who can play: the training cast is large, and a part of it is enough.
std::vector<Character> candidates(const FilmOptions& options) {
  return make_cast(options.cast, options.seed, std::min(40, characters_in(options.cast)));
}

std::vector<Character> draw_cast(std::vector<Character> all, std::size_t count,
                                 SplitMix64& random) {
  shuffle(all, random);
  std::vector<Character> cast;
  for (const Character& character : all) {
    const bool is_double = std::any_of(cast.begin(), cast.end(), [&](const Character& other) {
      return other.species == character.species;
    });
    if (!is_double && cast.size() < count) cast.push_back(character);
  }
  return cast;
}

std::vector<Setting> draw_scenes(std::vector<Setting> all, SplitMix64& random) {
  shuffle(all, random);
  std::vector<Setting> scenes;
  for (Setting& setting : all) {
    if (!scenes.empty() && scenes.front().place == setting.place) continue;
    setting.variant = random.below(100000);
    scenes.push_back(setting);
    if (scenes.size() == 2) break;
  }
  return scenes;
}

FilmFigure draw_figure(const FilmSegment& segment, std::size_t member, bool is_alone,
                       SplitMix64& random) {
  FilmFigure figure;
  figure.member = member;
  figure.looks = segment.cast[member];
  figure.action =
      is_alone ? kFilmActions[static_cast<std::size_t>(random.below(kFilmActions.size()))]
               : kActionsInPlace[static_cast<std::size_t>(random.below(kActionsInPlace.size()))];
  if (figure.action == Action::hold) {
    figure.prop = static_cast<Prop>(1 + random.below(kProps.size() - 1));
    do {
      figure.prop_colour = static_cast<std::size_t>(random.below(kColours.size()));
    } while (figure.prop_colour == figure.looks.colour);
  }
  figure.leftwards = random.below(2) == 0;
  return figure;
}

FilmShot draw_shot(const FilmSegment& segment, const Entry& entry, SplitMix64& random) {
  FilmShot shot;
  shot.scene = entry.scene;
  shot.setting = segment.scenes[entry.scene];
  std::vector<std::size_t> members;
  for (const Who who : entry.who) {
    const std::size_t member =
        who == Who::last ? segment.cast.size() - 1 : static_cast<std::size_t>(who);
    if (std::find(members.begin(), members.end(), member) == members.end())
      members.push_back(member);
  }
  for (const std::size_t member : members)
    shot.figures.push_back(draw_figure(segment, member, members.size() == 1, random));
  if (shot.figures.size() == 2) {
    const double jitter = 0.1 * static_cast<double>(random.below(1000)) / 999.0;
    shot.figures[0].place = -kBeside - jitter;
    shot.figures[1].place = kBeside - jitter;
  }
  constexpr std::array kMoves = {CameraMove::still, CameraMove::pan, CameraMove::zoom_in};
  shot.camera = kMoves[static_cast<std::size_t>(random.below(kMoves.size()))];
  shot.size = shot.figures.empty()       ? ShotSize::wide
              : shot.figures.size() == 1 ? ShotSize::close
                                         : ShotSize::medium;
  shot.leftwards = random.below(2) == 0;
  return shot;
}

FilmShot draw_epilogue(const FilmSegment& segment) {
  FilmShot shot;
  FilmFigure figure;
  figure.looks = segment.cast.front();
  shot.figures.push_back(figure);
  shot.size = ShotSize::close;
  shot.is_epilogue = true;
  return shot;
}

/// Lengths in frames, all different, from two to four seconds.
std::vector<int> draw_lengths(std::size_t count, double fps, SplitMix64& random) {
  std::vector<int> all;
  const int least = static_cast<int>(std::ceil(kLeastSeconds * fps));
  const int most = std::max(least + static_cast<int>(count), static_cast<int>(kMostSeconds * fps));
  for (int length = least; length <= most; ++length) all.push_back(length);
  shuffle(all, random);
  all.resize(count);
  return all;
}

/// Puts the shots one after the other from frame `begin` on, and gives them annotated times.
void place_shots(FilmSegment& segment, int begin, double fps, SplitMix64& random) {
  const auto lengths = draw_lengths(segment.shots.size(), fps, random);
  int at = begin;
  int second = 0;
  for (std::size_t i = 0; i < segment.shots.size(); ++i) {
    FilmShot& shot = segment.shots[i];
    shot.frames = {at, at + lengths[i]};
    at = shot.frames.end_frame;
    shot.annotated_begin = second;
    const double end = (at - begin) / fps;
    // The last shot ends before its segment does, as in the annotations.
    const bool is_early = random.below(2) == 0 || i + 1 == segment.shots.size();
    second = static_cast<int>(is_early ? std::floor(end) : std::ceil(end));
    shot.annotated_end = second;
  }
  segment.frames = {begin, at};
}

FilmSegment draw_segment(const FilmOptions& options, bool is_last, int begin, SplitMix64& random) {
  FilmSegment segment;
  segment.cast =
      draw_cast(candidates(options), 2 + static_cast<std::size_t>(random.below(2)), random);
  segment.scenes = draw_scenes(settings_of(options.cast), random);
  const std::size_t shots = 4 + static_cast<std::size_t>(random.below(is_last ? 2 : 3));
  for (std::size_t i = 0; i < shots; ++i)
    segment.shots.push_back(draw_shot(segment, plan()[i], random));
  if (is_last) segment.shots.push_back(draw_epilogue(segment));
  place_shots(segment, begin, options.frames_per_second, random);
  return segment;
}

FilmShot& shot_of(Film& film, std::size_t segment, int shot) {
  if (segment >= film.segments.size() || shot < 1 ||
      static_cast<std::size_t>(shot) > film.segments[segment].shots.size()) {
    throw UsageError(
        fmt::format("film {}: there is no segment {} with a shot {}", film.id, segment, shot));
  }
  return film.segments[segment].shots[static_cast<std::size_t>(shot) - 1];
}

}  // namespace

Film make_film(const FilmOptions& options, int number) {
  check(options, number);
  SplitMix64 random(options.seed * 0x9E3779B97F4A7C15ULL +
                    1000003ULL * static_cast<std::uint64_t>(number + 1));
  Film film;
  film.id = fmt::format("film-{}-{}", options.seed, number);
  film.options = options;
  for (int index = 0; index < options.segments; ++index) {
    film.segments.push_back(
        draw_segment(options, index + 1 == options.segments, film.frames(), random));
  }
  return film;
}

loaders::FrameRange annotated_frames(const FilmSegment& segment, const FilmShot& shot,
                                     double frames_per_second) {
  const auto frame_at = [&](int seconds) {
    const int frame = segment.frames.begin_frame +
                      static_cast<int>(std::floor(seconds * frames_per_second + 0.5));
    return std::min(frame, segment.frames.end_frame);
  };
  return {frame_at(shot.annotated_begin), frame_at(shot.annotated_end)};
}

void plant(Film& film, Plant what, std::size_t segment, int shot) {
  FilmShot& target = shot_of(film, segment, shot);
  const FilmSegment& home = film.segments[segment];
  if (what == Plant::other_character) {
    if (target.figures.empty()) {
      throw UsageError(
          fmt::format("film {}: shot {} of segment {} shows nobody", film.id, shot, segment));
    }
    for (const Character& other : candidates(film.options)) {
      const bool is_unlike =
          std::none_of(home.cast.begin(), home.cast.end(), [&](const Character& character) {
            return character.species == other.species || character.colour == other.colour;
          });
      if (!is_unlike) continue;
      target.figures.front().looks = other;
      return;
    }
    throw InternalError("mini world: nobody is unlike a cast of three");
  }
  if (!target.setting) {
    throw UsageError(
        fmt::format("film {}: shot {} of segment {} has no setting", film.id, shot, segment));
  }
  for (Setting other : settings_of(film.options.cast)) {
    const bool is_known =
        std::any_of(home.scenes.begin(), home.scenes.end(),
                    [&](const Setting& scene) { return scene.place == other.place; });
    if (is_known) continue;
    other.variant = target.setting->variant;
    target.setting = other;
    return;
  }
}

}  // namespace asbench::baselines
