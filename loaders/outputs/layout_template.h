#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/split.h"

namespace asbench::loaders {

/// A path template of `--layout`: text with placeholders.
///
/// `{ip}`, `{name}` (the IP's name for people), `{prompt}`, `{story}`, `{shot}`; `{shot0}`: the
/// shot's number less one, for files that are numbered from 0; `{prompt0}` and `{prompt1}`: the
/// prompt, a number, less one and plus one, for folders whose stories are numbered from 0 (from 1)
/// where the split begins with 1 (with 0). A number may be padded with zeros: `{shot:02}`,
/// `{shot0:03}`, `{prompt:02}`.
class LayoutTemplate {
 public:
  /// What a placeholder stands for.
  enum class Field { ip, name, prompt, prompt0, prompt1, story, shot, shot0 };

  /// @throws UsageError: unknown placeholder, unbalanced brace, an absolute path, a ".." part.
  explicit LayoutTemplate(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool has(Field field) const;
  /// False: the template names one long video a story.
  [[nodiscard]] bool has_shot() const { return has(Field::shot) || has(Field::shot0); }

  /// The relative path of a shot. @throws BadInput when an id would lead out of the outputs folder;
  /// UsageError when a placeholder wants a number and the prompt is none.
  [[nodiscard]] std::filesystem::path expand(const Story& story, int shot) const;

 private:
  struct Piece {
    std::optional<Field> field;  ///< nothing: literal text
    std::string literal;
    int digits = 1;
  };
  static Piece parse_placeholder(std::string_view name, std::string_view whole);
  [[nodiscard]] std::string name_in_path(const Story& story) const;
  [[nodiscard]] std::string filled_in(const Piece& piece, const Story& story, int shot) const;

  std::string text_;
  std::vector<Piece> pieces_;
};

/// The prompt as a number, if it is one from 0 on.
[[nodiscard]] std::optional<long> prompt_number(const Story& story);

/// Endings (".mp4", ...) of the files that count as videos when a folder is looked through.
[[nodiscard]] bool has_video_ending(const std::filesystem::path& file);

/// `relative` below `folder`. @throws BadInput, with `where`, when it is absolute and elsewhere or
/// climbs out of it.
[[nodiscard]] std::filesystem::path inside(const std::filesystem::path& folder,
                                           const std::filesystem::path& relative,
                                           std::string_view where);

}  // namespace asbench::loaders
