#include "loaders/masks/subject_roster.h"

#include <fmt/format.h>

#include <utility>

#include "loaders/name_match.h"

namespace asbench::loaders {

SubjectRoster::SubjectRoster(std::vector<SubjectShot> shots) : shots_(std::move(shots)) {
  for (std::size_t i = 0; i < shots_.size(); ++i) {
    const SubjectShot& shot = shots_[i];
    if (!has_story(shot.story)) stories_.push_back(shot.story);
    places_.emplace(ShotKey{nfc(shot.story), shot.shot}, i);
    if (!shot.takes_anybody)
      has_single_characters_ = has_single_characters_ && shot.characters.size() <= 1;
  }
}

const SubjectShot* SubjectRoster::find(std::string_view story, int shot) const {
  const auto place = places_.find(ShotKey{nfc(story), shot});
  return place == places_.end() ? nullptr : &shots_[place->second];
}

bool SubjectRoster::has_story(std::string_view story) const {
  const auto place = places_.lower_bound(ShotKey{nfc(story), 0});
  return place != places_.end() && place->first.story == nfc(story);
}

std::optional<std::string> SubjectRoster::character_of(const SubjectShot& shot,
                                                       std::string_view name) {
  if (shot.takes_anybody) return nfc(name);
  if (name.empty() && shot.characters.size() == 1) return shot.characters.front();
  for (const std::string& character : shot.characters) {
    if (nfc(character) == nfc(name)) return character;
  }
  return std::nullopt;
}

Finding SubjectRoster::stranger(std::string_view where, std::string_view story, int shot,
                                std::string_view character) const {
  std::string what;
  std::string hint;
  const SubjectShot* const there = find(story, shot);
  if (!has_story(story)) {
    what = fmt::format("the split has no story {}", story);
    hint = did_you_mean(std::string(story), stories_);
  } else if (there == nullptr) {
    what = fmt::format("story {} has no shot {}", story, shot);
  } else if (character.empty()) {
    what = fmt::format("story {} shot {} has {} characters; expected one of their names", story,
                       shot, there->characters.size());
  } else {
    what = fmt::format("story {} shot {} has no character {}", story, shot, character);
    hint = did_you_mean(std::string(character), there->characters);
  }
  return {"unexpected_file", "", std::nullopt,
          fmt::format("{}: {}{}{}", where, what, hint.empty() ? "" : ".", hint)};
}

namespace {

std::vector<SubjectShot> shots_of(const Split& split) {
  std::vector<SubjectShot> shots;
  for (const Story& story : split.stories) {
    std::vector<std::string> usual;
    for (const Character& character : story.characters) usual.push_back(character.id);
    if (usual.empty()) usual.push_back(story.ip);
    for (const Shot& shot : story.shots)
      shots.push_back({story.id, shot.number, shot.characters.value_or(usual)});
  }
  return shots;
}

}  // namespace

SubjectRoster roster_of(const Split& split) {
  return SubjectRoster(shots_of(split));
}

SubjectRoster whole_roster_of(const Split& read) {
  std::vector<SubjectShot> shots = shots_of(read);
  for (const LostStory& story : read.lost) {
    for (int number = 1; number <= story.shots; ++number)
      shots.push_back({story.id, number, {}, true});
  }
  for (const UnreadStory& story : read.unread) {
    for (const int number : story.shots) shots.push_back({story.id, number, {}, true});
  }
  return SubjectRoster(std::move(shots));
}

}  // namespace asbench::loaders
