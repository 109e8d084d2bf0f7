#pragma once

#include <string>
#include <string_view>

#include "baselines/mini_world/film.h"

// What an annotation says about a film, out of the words of the story grammar.
namespace asbench::baselines {

/// "Red Cat": names a character in its segment.
[[nodiscard]] std::string name_of(const Character& character);
/// "City street": names a scene in its segment.
[[nodiscard]] std::string name_of(const Setting& scene);

/// "The red cat dances and the blue bear holds a ball on the beach by day." Names those whom the
/// annotation knows, whomever the picture shows. @param index  of the shot in its segment, from 0
[[nodiscard]] std::string narrative_of(const FilmSegment& segment, std::size_t index);
/// "Medium shot, the camera pans: the red cat is dancing ... on the beach by day."
[[nodiscard]] std::string descriptive_of(const FilmSegment& segment, std::size_t index);
[[nodiscard]] std::string storyline_of(const FilmSegment& segment);

struct FilmSound {
  std::string type;            ///< "Sound effect", "Ambient sound" or "Music"
  std::string description;     ///< what is heard
  std::string visual_context;  ///< what is seen while it sounds
};
[[nodiscard]] FilmSound sound_of(const FilmSegment& segment, std::size_t index);

}  // namespace asbench::baselines
