#include "baselines/mini_world/film_annotation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "baselines/mini_world/film_words.h"
#include "loaders/masks/rle.h"

namespace asbench::baselines {
namespace {

constexpr int kExcerptSeconds = 4;

std::string clock(int seconds) {
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

/// Whole seconds that are surely of this shot, at most four: the annotator's best excerpt.
std::string excerpt_of(const FilmSegment& segment, const FilmShot& shot, double fps) {
  const int begin =
      static_cast<int>(std::ceil((shot.frames.begin_frame - segment.frames.begin_frame) / fps));
  const int end =
      static_cast<int>(std::floor((shot.frames.end_frame - segment.frames.begin_frame) / fps));
  return fmt::format("{}-{}", clock(begin), clock(std::min(end, begin + kExcerptSeconds)));
}

Json shot_json(const FilmSegment& segment, std::size_t index, double fps, bool with_audio) {
  const FilmShot& shot = segment.shots[index];
  Json characters = Json::array();
  for (const FilmFigure& figure : shot.figures)
    characters.push_back(name_of(segment.cast[figure.member]));
  Json json{{"start time", clock(shot.annotated_begin)},
            {"end time", clock(shot.annotated_end)},
            {"is_prologue_or_epilogue", shot.is_epilogue},
            {"main characters", characters},
            {"scene", shot.scene ? name_of(segment.scenes[*shot.scene]) : "N/A"},
            {"visual annotation",
             {{"narrative caption", narrative_of(segment, index)},
              {"descriptive caption", descriptive_of(segment, index)}}},
            {"extra 4-second timestamp", excerpt_of(segment, shot, fps)}};
  if (with_audio) {
    const FilmSound sound = sound_of(segment, index);
    json["audio annotation"] = {{"type", sound.type},
                                {"sound description", sound.description},
                                {"visual context", sound.visual_context}};
  }
  return json;
}

Json references_json(const FilmSegment& segment, const std::vector<FilmReference>& references) {
  Json list = Json::array();
  for (std::size_t member = 0; member < segment.cast.size(); ++member) {
    Json masks = Json::array();
    for (const FilmReference& reference : references) {
      if (reference.member != member) continue;
      masks.push_back({{"frame index", reference.frame},
                       {"rle mask", loaders::runs_to_json(loaders::encode_mask(reference.mask))}});
    }
    list.push_back({{"ID", name_of(segment.cast[member])}, {"masks", masks}});
  }
  return list;
}

Json segment_json(const FilmSegment& segment, const std::vector<FilmReference>& references,
                  double fps, bool with_audio) {
  Json characters = Json::array();
  for (const Character& character : segment.cast) {
    characters.push_back(
        {{"ID", name_of(character)}, {"appearance", fmt::format("A {}.", character.words())}});
  }
  Json scenes = Json::array();
  for (const Setting& scene : segment.scenes)
    scenes.push_back({{"ID", name_of(scene)}, {"environment", scene.words()}});
  Json shots = Json::array();
  for (std::size_t i = 0; i < segment.shots.size(); ++i)
    shots.push_back(shot_json(segment, i, fps, with_audio));
  return {{"start frame index", segment.frames.begin_frame},
          {"end frame index", segment.frames.end_frame},
          {"story script",
           {{"storyline", storyline_of(segment)},
            {"main characters", characters},
            {"main scenes", scenes},
            {"shots", shots}}},
          {"reference images", references_json(segment, references)}};
}

}  // namespace

Json film_annotation(const Film& film, const std::vector<std::vector<FilmReference>>& references,
                     bool with_audio) {
  Json segments = Json::array();
  for (std::size_t i = 0; i < film.segments.size(); ++i) {
    segments.push_back(segment_json(film.segments[i], references.at(i),
                                    film.options.frames_per_second, with_audio));
  }
  return {{"video ID", film.id},
          {"url", fmt::format("https://example.org/{}", film.id)},
          {"fps", film.options.frames_per_second},
          {"segments", segments}};
}

}  // namespace asbench::baselines
