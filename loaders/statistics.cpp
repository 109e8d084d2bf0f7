#include "loaders/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "loaders/annotations/annotation.h"
#include "loaders/annotations/word_count.h"

namespace asbench::loaders {
namespace {

// arXiv 2506.03126v1, "Dataset statistics"; the number of videos is that of the released list.
constexpr double kPaperVideos = 29428, kPaperStories = 148e3, kPaperShots = 2.2e6;

/// Everything that is counted, in the order of the table.
struct Collected {
  std::uint64_t videos = 0, stories = 0, shots = 0, references = 0, masks = 0, prologues = 0,
                excerpts = 0, sounds = 0;
  std::vector<float> video_seconds, video_stories;
  std::vector<float> story_seconds, story_shots, story_characters, story_scenes, storyline_words;
  std::vector<float> shot_seconds, shot_characters, narrative_words, descriptive_words;
};

float as_float(double number) {
  return static_cast<float>(number);
}

void add_length(std::vector<float>& values, std::int64_t frames, double fps) {
  if (fps > 0.0) values.push_back(as_float(static_cast<double>(frames) / fps));
}

void add_words(std::vector<float>& values, std::uint32_t words) {
  if (words > 0) values.push_back(as_float(words));
}

void add(const IndexedShot& shot, Collected& all) {
  ++all.shots;
  all.prologues += shot.is(IndexedShot::prologue_or_epilogue) ? 1 : 0;
  all.excerpts += shot.is(IndexedShot::has_excerpt) ? 1 : 0;
  all.sounds += shot.is(IndexedShot::has_audio) ? 1 : 0;
  all.shot_seconds.push_back(shot.seconds);
  all.shot_characters.push_back(as_float(shot.characters));
  add_words(all.narrative_words, shot.narrative_words);
  add_words(all.descriptive_words, shot.descriptive_words);
}

/// @param stories  those that count; null: all
void add(const IndexedFile& file, const IndexedVideo& video, const std::set<std::string>* stories,
         Collected& all) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t end = 0;
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < video.segments; ++i) {
    const IndexedSegment& segment = file.segments[video.first_segment + i];
    if (stories != nullptr && !stories->contains(annotated_story_id(video.id, segment.index)))
      continue;
    ++taken;
    first = std::min(first, segment.first_frame);
    end = std::max(end, segment.end_frame);
    ++all.stories;
    all.references += segment.references;
    all.masks += segment.masks;
    add_length(all.story_seconds, segment.end_frame - segment.first_frame, video.fps);
    all.story_shots.push_back(as_float(segment.shots));
    all.story_characters.push_back(as_float(segment.characters));
    all.story_scenes.push_back(as_float(segment.scenes));
    add_words(all.storyline_words, segment.storyline_words);
    for (std::uint32_t s = 0; s < segment.shots; ++s) add(file.shots[segment.first_shot + s], all);
  }
  if (taken > 0 || stories == nullptr) ++all.videos;
  if (taken == 0) return;
  all.video_stories.push_back(as_float(taken));
  // Of a video of which stories were chosen, the length says nothing.
  if (stories == nullptr) add_length(all.video_seconds, end - first, video.fps);
}

std::uint32_t words_of(const std::optional<std::string>& text) {
  return text ? static_cast<std::uint32_t>(words_in(*text)) : 0;
}

void add(const Shot& shot, Collected& all) {
  ++all.shots;
  all.prologues += shot.is_prologue_or_epilogue ? 1 : 0;
  all.sounds += shot.audio_prompt ? 1 : 0;
  if (shot.characters)
    all.shot_characters.push_back(as_float(static_cast<double>(shot.characters->size())));
  add_words(all.narrative_words, words_of(shot.caption));
  add_words(all.descriptive_words, words_of(shot.descriptive_caption));
}

SplitStatistics table_of(Collected all) {
  SplitStatistics statistics;
  statistics.counts = {{"videos", "videos", all.videos, kPaperVideos},
                       {"stories", "stories", all.stories, kPaperStories},
                       {"shots", "shots", all.shots, kPaperShots},
                       {"references", "characters with references", all.references, {}},
                       {"masks", "reference masks", all.masks, {}},
                       {"prologues", "prologues and epilogues", all.prologues, {}},
                       {"excerpts", "4-second excerpts", all.excerpts, {}},
                       {"sounds", "shots with a described sound", all.sounds, {}}};
  const auto series = [&](std::string_view key, std::string_view title, std::string_view unit,
                          std::vector<float>& values, std::optional<double> paper) {
    std::sort(values.begin(), values.end());
    statistics.series.push_back({key, title, unit, std::move(values), paper});
  };
  series("video_seconds", "length of a video", "s", all.video_seconds, 286.57);
  series("video_stories", "stories of a video", "", all.video_stories, 5.07);
  series("story_seconds", "length of a story", "s", all.story_seconds, 56.72);
  series("story_shots", "shots of a story", "", all.story_shots, 14.82);
  series("story_characters", "characters of a story", "", all.story_characters, 2.26);
  series("story_scenes", "scenes of a story", "", all.story_scenes, 2.20);
  series("storyline_words", "storyline", "words", all.storyline_words, 33.55);
  series("shot_seconds", "length of a shot", "s", all.shot_seconds, 3.85);
  series("shot_characters", "characters of a shot", "", all.shot_characters, {});
  series("narrative_words", "narrative caption", "words", all.narrative_words, 10.62);
  series("descriptive_words", "descriptive caption", "words", all.descriptive_words, 30.8);
  return statistics;
}

}  // namespace

double StatisticsSeries::mean() const {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0.0;
  for (const float value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double StatisticsSeries::quantile(double part) const {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = std::ceil(part * static_cast<double>(values.size())) - 1.0;
  const double last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::clamp(place, 0.0, last))];
}

SplitStatistics statistics_of(const AnnotationIndex& index,
                              const std::optional<std::set<std::string>>& stories) {
  Collected all;
  for (const IndexedFile& file : index.files) {
    for (const IndexedVideo& video : file.videos) {
      if (!video.is_duplicate) add(file, video, stories ? &*stories : nullptr, all);
    }
  }
  return table_of(std::move(all));
}

SplitStatistics statistics_of(const Split& split) {
  Collected all;
  std::map<std::string, std::size_t> of_ip;
  all.videos = split.ips.size();
  for (const Ip& ip : split.ips) all.references += ip.references.empty() ? 0 : 1;
  for (const Story& story : split.stories) {
    ++all.stories;
    ++of_ip[story.ip];
    const auto size = [](const auto& list) { return as_float(static_cast<double>(list.size())); };
    all.story_shots.push_back(size(story.shots));
    // Without characters of its own, the story's one character is its IP.
    all.story_characters.push_back(story.characters.empty() ? 1.0F : size(story.characters));
    if (!story.scenes.empty()) all.story_scenes.push_back(size(story.scenes));
    for (const Character& character : story.characters)
      all.references += character.references.empty() ? 0 : 1;
    add_words(all.storyline_words, static_cast<std::uint32_t>(words_in(story.storyline)));
    for (const Shot& shot : story.shots) add(shot, all);
  }
  for (const auto& [ip, stories] : of_ip)
    all.video_stories.push_back(as_float(static_cast<double>(stories)));
  return table_of(std::move(all));
}

}  // namespace asbench::loaders
