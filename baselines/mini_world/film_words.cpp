#include "baselines/mini_world/film_words.h"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace asbench::baselines {
namespace {

std::string capital(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

/// "the red cat dances and the blue bear waves a hand".
std::string deeds(const FilmSegment& segment, const FilmShot& shot, bool are_verbs) {
  std::string text;
  for (const FilmFigure& figure : shot.figures) {
    text += fmt::format("{}the {}", text.empty() ? "" : " and ",
                        deed(segment.cast[figure.member], figure.action, figure.prop,
                             figure.prop_colour, are_verbs));
  }
  return text.empty() ? "nobody is" : text;
}

std::string where(const FilmSegment& segment, const FilmShot& shot) {
  return shot.scene ? segment.scenes[*shot.scene].words() : "before a plain card";
}

std::string_view sound_in(Place place) {
  constexpr std::array<std::string_view, 12> kSounds = {
      "waves roll in",       "leaves rustle", "wind over the snow",
      "distant traffic",     "a kettle hums", "a clock ticks",
      "birds sing",          "dry wind",      "an echo of the wind",
      "deep silence, a hum", "bubbles rise",  "a murmur of many people"};
  return kSounds[static_cast<std::size_t>(place)];
}

std::string_view sound_of_action(Action action) {
  constexpr std::array<std::string_view, 8> kSounds = {
      "soft steps",     "quick steps",       "a thud at every landing", "a short rustle",
      "slow breathing", "steps in a rhythm", "a faint squeak",          "a puzzled hum"};
  return kSounds[static_cast<std::size_t>(action)];
}

}  // namespace

std::string name_of(const Character& character) {
  return fmt::format("{} {}", capital(std::string(kColours[character.colour].name)),
                     capital(std::string(kSpecies[static_cast<std::size_t>(character.species)])));
}

std::string name_of(const Setting& scene) {
  const std::string_view words = kPlaces[static_cast<std::size_t>(scene.place)];
  constexpr std::string_view kArticle = "the ";
  return capital(std::string(words.substr(words.find(kArticle) + kArticle.size())));
}

std::string narrative_of(const FilmSegment& segment, std::size_t index) {
  const FilmShot& shot = segment.shots.at(index);
  return capital(fmt::format("{} {}.", deeds(segment, shot, true), where(segment, shot)));
}

std::string descriptive_of(const FilmSegment& segment, std::size_t index) {
  const FilmShot& shot = segment.shots.at(index);
  return fmt::format("{}: {} {}.", camera_words(shot.size, shot.camera),
                     deeds(segment, shot, false), where(segment, shot));
}

std::string storyline_of(const FilmSegment& segment) {
  std::string who;
  for (std::size_t i = 0; i < segment.cast.size(); ++i) {
    const bool is_last = i + 1 == segment.cast.size();
    who += fmt::format("{}the {}", i == 0 ? "" : is_last ? " and " : ", ", segment.cast[i].words());
  }
  return capital(fmt::format("{} set out {} and end up {}.", who, segment.scenes.front().words(),
                             segment.scenes.back().words()));
}

FilmSound sound_of(const FilmSegment& segment, std::size_t index) {
  const FilmShot& shot = segment.shots.at(index);
  FilmSound sound;
  sound.visual_context = narrative_of(segment, index);
  if (!shot.scene) {
    sound.type = "Music";
    sound.description = "A short closing tune.";
    return sound;
  }
  const std::string_view around = sound_in(segment.scenes[*shot.scene].place);
  sound.type = shot.figures.empty() ? "Ambient sound" : "Sound effect";
  sound.description = capital(
      shot.figures.empty()
          ? fmt::format("{}.", around)
          : fmt::format("{}, while {}.", sound_of_action(shot.figures.front().action), around));
  return sound;
}

}  // namespace asbench::baselines
