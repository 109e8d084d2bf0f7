#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "loaders/shot_source.h"
#include "loaders/split.h"

namespace asbench::loaders {

/// One shot and who is to be seen in it.
struct SubjectShot {
  std::string story;
  int shot = 1;                         ///< 1-based
  std::vector<std::string> characters;  ///< ids; none: nobody is looked for
  /// Of a story that was not read: who is to be seen is not known, so nobody is a stranger.
  bool takes_anybody = false;
};

/// Names one picture of one character: what masks and boxes are given for.
struct SubjectKey {
  std::string story;
  int shot = 1;   ///< 1-based
  int frame = 0;  ///< of the shot's clip, from 0, in display order
  std::string character;
};

enum class SubjectState {
  given,
  undetected,  ///< the shot is there, and the character isn't in this frame, or empty
  not_given,   ///< nothing is given for the shot
};

/// Which subjects masks and boxes may be given for. A plain value; names are equal in both Unicode
/// forms.
class SubjectRoster {
 public:
  explicit SubjectRoster(std::vector<SubjectShot> shots);

  [[nodiscard]] const std::vector<SubjectShot>& shots() const { return shots_; }
  /// No shot has more than one character: names of characters may be left out.
  [[nodiscard]] bool has_single_characters() const { return has_single_characters_; }
  /// Nothing when the roster has no such shot.
  [[nodiscard]] const SubjectShot* find(std::string_view story, int shot) const;
  [[nodiscard]] bool has_story(std::string_view story) const;
  /// The shot's character of that name, as the roster writes it; an empty name is the only one of a
  /// shot with one. Nothing for any other, unless the shot takes anybody.
  [[nodiscard]] static std::optional<std::string> character_of(const SubjectShot& shot,
                                                               std::string_view name);
  /// `unexpected_file`: what is given for a subject that the roster doesn't have, with the nearest
  /// name. @param where  file, line
  [[nodiscard]] Finding stranger(std::string_view where, std::string_view story, int shot,
                                 std::string_view character) const;

 private:
  std::vector<SubjectShot> shots_;
  std::map<ShotKey, std::size_t> places_;  ///< by story in NFC and number
  std::vector<std::string> stories_;       ///< each once
  bool has_single_characters_ = true;
};

/// The shots of a split with the characters that they list, also those without a reference. A shot
/// that lists none of its own shows the story's only character; where the story leaves its
/// characters to the IP, that is the IP, by its id.
[[nodiscard]] SubjectRoster roster_of(const Split& split);

/// The same of everything that the split has, so that what is given for it is no stranger: also the
/// lost and the unread stories, whose characters nobody knows.
/// @param read  as read_split() gives it, before select()
[[nodiscard]] SubjectRoster whole_roster_of(const Split& read);

}  // namespace asbench::loaders
