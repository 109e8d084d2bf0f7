#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "baselines/mini_world/cast.h"
#include "baselines/mini_world/story.h"
#include "loaders/frame_range.h"

// Films as AnimeShooter annotates them: several stories one after the other, each with characters
// and scenes of its own, shots of different lengths, times in whole seconds. Plain values; who
// draws them is film_render.h, who writes them down film_world.h.
namespace asbench::baselines {

struct FilmOptions {
  Cast cast = Cast::demo;
  std::uint64_t seed = 0;
  int segments = 2;                 ///< 1 to 20
  double frames_per_second = 12.0;  ///< 1 to 240
};

/// Somebody in a shot.
struct FilmFigure {
  std::size_t member = 0;  ///< of FilmSegment::cast: whom the annotation names
  Character looks;         ///< whom the picture shows: the same, unless another was planted
  Action action = Action::wave;
  Prop prop = Prop::none;
  std::size_t prop_colour = 0;
  double place = 0.0;  ///< metres to the right of the setting's middle
  bool leftwards = false;
  bool operator==(const FilmFigure&) const = default;
};

struct FilmShot {
  std::vector<FilmFigure> figures;   ///< at most two; the later one stands in front
  std::optional<std::size_t> scene;  ///< of FilmSegment::scenes; none in an epilogue
  std::optional<Setting> setting;    ///< what the picture shows; none: a plain card
  CameraMove camera = CameraMove::still;
  ShotSize size = ShotSize::medium;
  bool leftwards = false;  ///< the way that a pan takes
  bool is_epilogue = false;
  loaders::FrameRange frames;  ///< where it truly is in the film; at least two seconds
  /// What the annotation says, in seconds since the segment's begin: less than a second off at
  /// either end, so that frames of a neighbour come in or own ones are lost.
  int annotated_begin = 0;
  int annotated_end = 0;

  [[nodiscard]] int length() const { return frames.end_frame - frames.begin_frame; }
  bool operator==(const FilmShot&) const = default;
};

/// A story of the film. Names mean nothing in another segment.
struct FilmSegment {
  std::vector<Character> cast;  ///< 2 or 3, of different species
  std::vector<Setting> scenes;  ///< 2, in different places
  std::vector<FilmShot> shots;  ///< 4 to 6, one after the other without a gap
  loaders::FrameRange frames;   ///< of the film
  bool operator==(const FilmSegment&) const = default;
};

struct Film {
  std::string id;  ///< "film-<seed>-<number>"
  FilmOptions options;
  std::vector<FilmSegment> segments;  ///< the last shot of the last is an epilogue without scene
  [[nodiscard]] int frames() const {
    return segments.empty() ? 0 : segments.back().frames.end_frame;
  }
};

/// Film `number` (from 0) of the options. Depends on the arguments only. In every segment each
/// character is to be seen in two shots at least, or in one beside another; both scenes have two
/// shots; one shot shows nobody. @throws UsageError for options out of range.
[[nodiscard]] Film make_film(const FilmOptions& options, int number);

/// The frames of the film that the annotated times stand for (docs/design/dataset.md 3, rule 3).
[[nodiscard]] loaders::FrameRange annotated_frames(const FilmSegment& segment, const FilmShot& shot,
                                                   double frames_per_second);

/// What a picture shows in the place of what its annotation says.
enum class Plant {
  other_character,  ///< the shot's first figure looks like somebody outside the segment's cast
  other_setting     ///< the shot is set in a place that is none of the segment's scenes
};

/// Plants into one shot of the film; everything that the annotation says stays. Whom or what comes
/// in depends on the film alone. @param segment  from 0  @param shot  from 1
/// @throws UsageError when there is no such shot, or it shows nobody (has no setting).
void plant(Film& film, Plant what, std::size_t segment, int shot);

}  // namespace asbench::baselines
