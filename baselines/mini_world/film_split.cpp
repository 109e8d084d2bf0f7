#include "baselines/mini_world/film_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <string_view>

#include "baselines/mini_world/film_words.h"
#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "loaders/video/mat_image.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;

Image cut_out(const Image& frame, const loaders::Mask& mask) {
  if (mask.height != frame.height || mask.width != frame.width)
    throw InternalError("mini world: a mask of another size than its film");
  Image picture(frame.height, frame.width, 4);
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    if (mask.values[i] == 0) continue;
    std::copy_n(frame.bytes.data() + 3 * i, 3, picture.bytes.data() + 4 * i);
    picture.bytes[4 * i + 3] = 255;
  }
  return picture;
}

/// @returns the SHA-256 of the file
std::string write_png(const fs::path& file, const Image& picture) {
  std::vector<unsigned char> bytes;
  cv::imencode(".png", loaders::to_mat(picture), bytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  write_file_atomically(file, text);
  return sha256_hex(text);
}

loaders::Shot shot_of(const FilmSegment& segment, std::size_t index, bool with_audio) {
  const FilmShot& drawn = segment.shots[index];
  loaders::Shot shot;
  shot.number = static_cast<int>(index) + 1;
  shot.caption = narrative_of(segment, index);
  shot.descriptive_caption = descriptive_of(segment, index);
  shot.characters.emplace();
  for (const FilmFigure& figure : drawn.figures)
    shot.characters->push_back(name_of(segment.cast[figure.member]));
  if (drawn.scene) shot.scene = name_of(segment.scenes[*drawn.scene]);
  shot.is_prologue_or_epilogue = drawn.is_epilogue;
  shot.source = drawn.frames;
  if (with_audio) {
    const FilmSound sound = sound_of(segment, index);
    shot.audio_prompt = sound.description;
    shot.audio_type = sound.type;
    shot.audio_context = sound.visual_context;
  }
  return shot;
}

loaders::Character character_of(const Character& looks, std::size_t member,
                                const std::vector<FilmReference>& references,
                                const std::vector<Image>& frames, const fs::path& folder) {
  loaders::Character character;
  character.id = name_of(looks);
  character.appearance = fmt::format("A {}.", looks.words());
  for (const FilmReference& reference : references) {
    if (reference.member != member) continue;
    const fs::path file = folder / looks.id() / fmt::format("{}.png", reference.frame);
    make_folders(file.parent_path());
    character.references.push_back(file);
    character.reference_frames.push_back(reference.frame);
    character.reference_sha256.push_back(write_png(
        file, cut_out(frames.at(static_cast<std::size_t>(reference.frame)), reference.mask)));
  }
  return character;
}

}  // namespace

std::string film_story_id(const Film& film, std::size_t segment) {
  return fmt::format("{}/{}", film.id, segment);
}

void add_to_split(loaders::Split& split, const Film& film,
                  const std::vector<std::vector<FilmReference>>& references,
                  const std::vector<Image>& frames, const fs::path& video, const fs::path& folder,
                  bool with_audio) {
  loaders::Ip ip;
  ip.id = film.id;
  ip.video = video;
  split.ips.push_back(ip);
  for (std::size_t index = 0; index < film.segments.size(); ++index) {
    const FilmSegment& segment = film.segments[index];
    loaders::Story story;
    story.id = film_story_id(film, index);
    story.ip = film.id;
    story.prompt = std::to_string(index);
    story.storyline = storyline_of(segment);
    for (std::size_t member = 0; member < segment.cast.size(); ++member) {
      story.characters.push_back(character_of(segment.cast[member], member, references.at(index),
                                              frames, folder / film.id / std::to_string(index)));
    }
    for (const Setting& scene : segment.scenes)
      story.scenes.push_back({name_of(scene), scene.words()});
    for (std::size_t shot = 0; shot < segment.shots.size(); ++shot)
      story.shots.push_back(shot_of(segment, shot, with_audio));
    split.stories.push_back(std::move(story));
  }
}

}  // namespace asbench::baselines
