#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/json.h"
#include "loaders/reference_owner.h"
#include "loaders/split.h"

// What the readers of splits/ share. Not for other modules.
namespace asbench::loaders {

/// True when an id can be part of an output path: UTF-8, 1 to 512 bytes, no control character or
/// backslash, not absolute, no empty, "." or ".." part.
[[nodiscard]] bool is_safe_id(std::string_view id);

/// An id for an IP whose own name can't be part of an output path, so that what is lost with it is
/// counted: "unnamed-ip-1", ...
[[nodiscard]] std::string stand_in_id(const Split& split);

/// The endings of reference pictures that are read, in lower case.
[[nodiscard]] const std::vector<std::string>& reference_endings();

/// A text of a split: the string unless it is blank; nothing, with finding `missing_caption`, for
/// anything else.
[[nodiscard]] std::optional<std::string> caption_of(const Json& value, const std::string& story,
                                                    int shot, Findings& findings);

/// Adds the picture to its owner with the hash of its bytes, or finding `missing_reference` when
/// there is no such file. @throws BadInput when the system can't read it.
void add_reference(const ReferenceOwner& owner, const std::filesystem::path& file,
                   Findings& findings);

/// find_file() (loaders/splits/find_file.h) for a reference picture, and add_reference(). No file:
/// `missing_reference` with the names that are there.
/// @param like  as WantedFile::like
void find_reference(const ReferenceOwner& owner, const std::filesystem::path& folder,
                    const std::string& name, const std::string& like, Findings& findings);

/// A JSON file of a folder form.
struct SplitJson {
  std::optional<Json> document;  ///< nothing: not JSON, finding `bad_json`
  std::string text;              ///< in UTF-8; empty when it is no text
};
/// Reads and parses it; repeated keys give `duplicate_key`, another encoding than UTF-8
/// `text_encoding`.
/// @param label  goes before the details, for example ip_label()
/// @throws BadInput when the system can't read it.
[[nodiscard]] SplitJson read_split_file(const std::filesystem::path& file, std::string_view label,
                                        Findings& findings);
/// The document alone.
[[nodiscard]] std::optional<Json> read_split_json(const std::filesystem::path& file,
                                                  Findings& findings);

/// Counts keys that no reader uses; each name becomes one finding `unknown_key` with its count.
class UnknownKeys {
 public:
  void look(const Json& object, std::initializer_list<std::string_view> known);
  void report(Findings& findings) const;

 private:
  std::map<std::string, int> counts_;
};

/// Regular files (`folders`: sub-folders) of a folder, hidden ones left out, in byte order of
/// names.
/// @throws BadInput when the folder can't be listed.
[[nodiscard]] std::vector<std::filesystem::path> list_files(const std::filesystem::path& folder);
[[nodiscard]] std::vector<std::filesystem::path> list_folders(const std::filesystem::path& folder);

/// The last part of a path, also for "folder/" and ".".
[[nodiscard]] std::string folder_name(const std::filesystem::path& path);

/// Compares texts so that runs of digits count as numbers: "shot_2" < "shot_10". Equal numbers with
/// different zeros are told apart by their bytes, so the order is total.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

const SplitReader& demo_reader();
const SplitReader& test_set_reader();
const SplitReader& manifest_reader();
const SplitReader& annotations_reader();

/// Parses the text of a manifest (schema, ids, references). The entry for fuzzing: never opens
/// anything but the reference files that `base` allows; with an empty `base`, none at all.
/// @throws BadInput.
[[nodiscard]] Split parse_manifest(std::string_view text, std::string_view where,
                                   const std::filesystem::path& base);

/// The stories of one file of the demo form or of one `prompts.json`, without touching the disk.
/// Defects become findings, unreadable stories `lost`.
struct StoryList {
  std::vector<Story> stories;
  std::vector<LostStory> lost;  ///< shots 0: not known yet (count_lost_stories)
};
[[nodiscard]] StoryList demo_stories(const Json& document, const std::string& ip,
                                     UnknownKeys& unknown, Findings& findings);
[[nodiscard]] StoryList test_set_stories(const Json& document, const std::string& ip,
                                         UnknownKeys& unknown, Findings& findings);

}  // namespace asbench::loaders
