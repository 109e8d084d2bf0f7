#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/finding.h"
#include "core/image.h"
#include "core/json.h"
#include "loaders/masks/rle.h"
#include "loaders/masks/subject_roster.h"

namespace asbench::loaders {

/// The mask that a picture file shows. With transparency it is alpha of 128 or more. Else each
/// pixel counts by its largest channel: of a picture with two levels, one of them 0, all that is
/// not 0 (0 and 1, 0 and 255, a palette's colour on black); of others 128 or more.
[[nodiscard]] Mask mask_of_picture(const Image& picture);

/// Masks of a system's subjects (`--masks DIR`; docs/design/interface.md, "Subjects"), a PNG a
/// frame or run lengths in a JSON file a shot:
///   <story>/shot_<NN>/<character>/<frame>.png
///   <story>/shot_<NN>.json: {"<character>": {"<frame>": {"size": [h, w], "counts": ...}}}
/// A folder of a character has its name, or as as_file_name() of reference_files.h writes it, for
/// names that no folder can have ("Momo%2FOwl"). Zeros before numbers don't count. Where no shot
/// has more than one character, the level of the character may be left out. Run lengths are read at
/// once and kept as such, pictures when they are asked for. Read-only after construction:
/// thread-safe.
class MaskSource {
 public:
  /// @throws UsageError when there is no such folder; BadInput, naming file and place, for JSON of
  ///   another shape, run lengths that are none, two files for one frame or shot, and when nothing
  ///   in the folder is for a shot of the roster; SystemFault.
  MaskSource(std::filesystem::path folder, SubjectRoster roster);

  struct Answer {
    SubjectState state = SubjectState::not_given;
    Mask mask;  ///< of the frame's size, with a subject, where the state is `given`
  };
  /// @param width, height  of the frame
  /// @throws BadInput for a picture that can't be read and for a mask whose aspect is not the
  ///   frame's within 1 %; SystemFault.
  [[nodiscard]] Answer find(const SubjectKey& key, int width, int height) const;

  /// Width and height of the mask that is given for a frame, as its file or its run lengths state
  /// them: nothing is decoded. Nothing where none is given. @throws SystemFault.
  [[nodiscard]] std::optional<std::pair<int, int>> size_of(const SubjectKey& key) const;

  /// `unexpected_file` for masks of no subject of the roster, one for each folder or entry.
  [[nodiscard]] const Findings& findings() const { return findings_; }

  /// The frames of a shot that something is given for, of whichever character; ascending.
  [[nodiscard]] std::vector<int> frames_of(const std::string& story, int shot) const;

  /// SHA-256 over all masks: shots, characters, frames, run lengths and the bytes of the pictures,
  /// not their names. Reads the pictures. @throws SystemFault.
  [[nodiscard]] std::string sha256() const;

 private:
  using Given = std::variant<std::filesystem::path, RunLengths>;
  using Frames = std::map<int, Given>;

  void walk(const std::filesystem::path& folder, const std::string& story, int depth);
  void take_shot_folder(const std::filesystem::path& folder, const std::string& story, int shot);
  /// The character that a folder is of.
  [[nodiscard]] std::string character_named(const std::string& folder, const std::string& story,
                                            int shot) const;
  void take_frames(const std::filesystem::path& folder, const std::string& story, int shot,
                   const std::string& character);
  void take_shot_file(const std::filesystem::path& file, const std::string& story, int shot);
  void take_entries(const Json& entries, const std::string& where, const std::string& story,
                    int shot, const std::string& character);
  /// The place of a subject's frames; nothing, and a finding, for a stranger.
  Frames* place_for(const std::string& where, const std::string& story, int shot,
                    const std::string& character);

  std::filesystem::path folder_;
  SubjectRoster roster_;
  std::map<ShotKey, std::map<std::string, Frames>> shots_;  ///< by names as in the roster
  std::map<ShotKey, std::filesystem::path> origins_;        ///< folder or file of each shot met
  Findings findings_;
};

}  // namespace asbench::loaders
