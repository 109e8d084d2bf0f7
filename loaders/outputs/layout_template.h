#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/split.h"

namespace asbench::loaders {

/// A path template of `--layout`: text with `{ip}`, `{prompt}`, `{story}`, `{shot}`, `{shot:0N}`.
class LayoutTemplate {
 public:
  /// @throws UsageError: unknown placeholder, unbalanced brace, an absolute path, a ".." part.
  explicit LayoutTemplate(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// False: the template names one long video a story.
  [[nodiscard]] bool has_shot() const;

  /// The relative path of a shot. @throws BadInput when an id would lead out of the outputs folder.
  [[nodiscard]] std::filesystem::path expand(const Story& story, int shot) const;

 private:
  struct Piece {
    enum class Kind { literal, ip, prompt, story, shot } kind;
    std::string literal;
    int shot_digits = 1;
  };
  static Piece parse_placeholder(std::string_view name, std::string_view whole);

  std::string text_;
  std::vector<Piece> pieces_;
};

/// Endings (".mp4", ...) of the files that count as videos when a folder is looked through.
[[nodiscard]] bool has_video_ending(const std::filesystem::path& file);

/// `relative` below `folder`. @throws BadInput, with `where`, when it is absolute and elsewhere or
/// climbs out of it.
[[nodiscard]] std::filesystem::path inside(const std::filesystem::path& folder,
                                           const std::filesystem::path& relative,
                                           std::string_view where);

}  // namespace asbench::loaders
