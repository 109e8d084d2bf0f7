#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/json.h"
#include "loaders/boundaries/shift_statistics.h"
#include "loaders/frame_range.h"

namespace asbench::loaders {

struct Shot {
  int number = 1;  ///< 1-based; shots that a reader skipped keep their number
  std::optional<std::string> caption;
  std::optional<std::string> descriptive_caption;
  std::optional<std::string> audio_prompt;  ///< the sound to be heard, in words
  /// Ids of the story's characters that it shows; an id that is not among them is somebody without
  /// a reference. Nothing: the story's only character. None: it shows no character.
  std::optional<std::vector<std::string>> characters = {};
  std::optional<std::string> scene = {};          ///< id of a scene of the story
  bool is_prologue_or_epilogue = false;           ///< outside the story: scored only on request
  std::optional<std::string> audio_type = {};     ///< "Music", "Dialogue", ... of the audio subset
  std::optional<std::string> audio_context = {};  ///< what is seen while it sounds
  std::optional<FrameRange> source = {};          ///< where it is in Ip::video
  bool operator==(const Shot&) const = default;
};

/// Somebody whom shots of a story show.
struct Character {
  std::string id;          ///< as the shots name it; unique in its story, and local to it
  std::string appearance;  ///< in words; may be empty
  std::vector<std::filesystem::path> references;  ///< picture files that exist
  std::vector<std::string> reference_sha256;      ///< of each file's bytes, same order
  /// Which frames of Ip::video they were cut out of, same order; none: not known.
  std::vector<int> reference_frames = {};
  bool operator==(const Character&) const = default;
};

/// A place where shots of a story are set.
struct Scene {
  std::string id;           ///< as the shots name it; unique in its story, and local to it
  std::string environment;  ///< in words; may be empty
  bool operator==(const Scene&) const = default;
};

struct Story {
  std::string id;      ///< unique in the split, relative path with '/' between its parts
  std::string ip;      ///< id of an Ip of the split
  std::string prompt;  ///< what `{prompt}` stands for in output layouts
  std::vector<Shot> shots;
  /// What `{name}` stands for: the IP's name for people. finish_split() fills it in.
  std::string name = {};
  int place = 0;               ///< from 1, where the source states an order (a manifest's); else 0
  std::string storyline = {};  ///< the whole story in words; may be empty
  std::vector<Character> characters = {};  ///< none: the one character is the IP, with its pictures
  std::vector<Scene> scenes = {};          ///< none: not known

  [[nodiscard]] const Character* find_character(std::string_view character) const;

  /// The same content, wherever it stands.
  bool operator==(const Story& other) const {
    return id == other.id && ip == other.ip && prompt == other.prompt && shots == other.shots &&
           name == other.name && storyline == other.storyline && characters == other.characters &&
           scenes == other.scenes;
  }
};

/// A short clip that systems may be tuned on; seconds in the source film, for the record.
struct TuningClip {
  std::filesystem::path file;
  std::optional<double> start_seconds;
  std::optional<double> end_seconds;
  std::optional<std::string> caption;
  bool operator==(const TuningClip&) const = default;
};

/// One animation film, the cluster of all statistics; with its main character, unless its stories
/// name their characters themselves.
struct Ip {
  std::string id;
  std::vector<std::filesystem::path> references;  ///< picture files that exist
  std::vector<std::string> reference_sha256;      ///< of each file's bytes, same order
  std::vector<TuningClip> clips;
  std::string name = {};  ///< for people; empty: the last part of the id
  int place = 0;          ///< as Story::place
  std::optional<std::filesystem::path> video =
      {};  ///< the film, which Shot::source counts frames of

  bool operator==(const Ip& other) const {
    return id == other.id && references == other.references &&
           reference_sha256 == other.reference_sha256 && clips == other.clips &&
           name == other.name && video == other.video;
  }
};

/// A story that the split has and that can't be read. It can't be scored, and it counts
/// (docs/design/metrics.md 9.1).
struct LostStory {
  std::string id;  ///< as it would be; "<ip>/lost-1", ... where nothing says it
  std::string ip;
  int shots = 0;
  int place = 0;  ///< as Story::place
  bool operator==(const LostStory&) const = default;
};

/// A story that the split has and that was not read, because a selection leaves it out.
struct UnreadStory {
  std::string id;
  std::string ip;
  std::vector<int> shots;  ///< numbers
  bool operator==(const UnreadStory&) const = default;
};

/// How the frames of shots in their source videos differ from those that the annotation gives.
struct SourceStamp {
  std::string boundaries = "as-given";  ///< as boundaries/boundary_rule.h writes it
  std::string range = "whole";          ///< "whole" or "extra"
  ShiftStatistics shifts;               ///< of the split that was read first
  bool operator==(const SourceStamp&) const = default;
};

/// The prompts and references to animate, in the split's own order: that of the manifest; of
/// folders, IPs in byte order of their ids, stories by IP and then in natural order of their ids,
/// so that nothing depends on the order of files on disk. A plain value.
struct Split {
  std::string name;
  std::string form;  ///< `demo`, `test-set`, `manifest`
  /// Over ids, captions, audio prompts, who and what the shots show, and the SHA-256 of the
  /// references' bytes; not over paths, names, prompts, the order or the form, so a manifest of a
  /// folder has the folder's hash.
  std::string sha256;
  std::vector<Ip> ips;
  std::vector<Story> stories;
  Findings findings;
  std::vector<LostStory> lost = {};  ///< a finding says why; no part of `stories` or the hash
  /// IPs with lost stories whose number can't be known.
  std::vector<std::string> uncounted_ips = {};
  /// Of annotation files read with a selection: the stories beside `stories` and `lost`, in any
  /// order. No part of the hash.
  std::vector<UnreadStory> unread = {};
  /// Nothing: Shot::source is as given. No part of the hash, which has the frames.
  std::optional<SourceStamp> source = {};

  /// @throws BadInput when there is no such IP.
  [[nodiscard]] const Ip& ip(std::string_view id) const;
  [[nodiscard]] const Story* find_story(std::string_view id) const;
  [[nodiscard]] std::size_t shot_count() const;
  /// Stories of the whole: read, lost and unread ones.
  [[nodiscard]] std::size_t whole_count() const {
    return stories.size() + lost.size() + unread.size();
  }
};

/// One form of split on disk. To add a form: implement this, add it to split_readers().
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  /// The name that `--split-format` takes.
  [[nodiscard]] virtual std::string_view form() const = 0;
  /// One line for messages: what makes a path this form.
  [[nodiscard]] virtual std::string_view looks_like() const = 0;
  /// True when the content of the path (never its name) is this form. Doesn't throw for content.
  [[nodiscard]] virtual bool recognises(const std::filesystem::path& path) const = 0;
  /// Reads it; defects that a form allows become findings. @throws BadInput for the others, and
  /// when the system can't read a file that is there.
  [[nodiscard]] virtual Split read(const std::filesystem::path& path) const = 0;
};

/// The readers in the order in which they are asked.
[[nodiscard]] const std::vector<const SplitReader*>& split_readers();

/// Reads a split: the form is recognised from the content, unless `form` names it.
/// Findings: `bad_json`, `bad_schema`, `duplicate_key`, `unknown_key`, `missing_caption`,
/// `empty_story`, `missing_reference`, `story_count`, `shot_count`, `reference_changed`,
/// `other_file_used`, `text_encoding` (docs/design/dataset.md 6 to 8). A finding about an IP begins
/// with ip_label().
/// @throws UsageError for an unknown form; BadInput when the path is missing, no form fits, or
///   the form needs a later version (annotation files).
[[nodiscard]] Split read_split(const std::filesystem::path& path,
                               const std::optional<std::string>& form = {});

/// The split as our own JSON (schema configs/schemas/split.schema.json); paths are written relative
/// to `base`, the folder in which the manifest will lie. Reading it back gives an equal sha256.
[[nodiscard]] Json split_to_manifest(const Split& split, const std::filesystem::path& base);

/// The same as JSON: "source" of a manifest, and of a result document's split.
[[nodiscard]] Json source_to_json(const SourceStamp& source);

/// "IP cat: ": how the details of findings about an IP begin, so that a selection of other IPs can
/// leave them out.
[[nodiscard]] std::string ip_label(std::string_view ip);

/// The split with its lost stories among the stories, each shot without a caption: to look for
/// their outputs, so that these are not taken for strangers, and to count them as failures. The
/// hash stays.
[[nodiscard]] Split with_lost_stories(const Split& split);

/// with_lost_stories() with the unread ones too, as far as `wanted` takes their IPs: to look for
/// the outputs of the whole split where only a part was read. Unread stories have shots of which
/// only the numbers are known.
[[nodiscard]] Split with_all_stories(const Split& split,
                                     const std::function<bool(std::string_view ip)>& wanted = {});

/// Ids of the IPs that are characters with references of their own: a story leaves its characters
/// to them, or they have no story.
[[nodiscard]] std::set<std::string> ips_as_characters(const Split& split);

/// Takes out the shots outside their stories (Shot::is_prologue_or_epilogue), and stories that have
/// no others. The hash stays. @returns how many shots
int leave_out_prologues(Split& split);

/// Puts IPs and stories in the order that Split promises (by their places, where they have some)
/// and fills in sha256 and the stories' names. For those who build a split by hand. @throws
/// BadInput when a story names no IP of the split, or an id is double.
void finish_split(Split& split);

}  // namespace asbench::loaders
