#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metrics/settings.h"
#include "metrics/story/gallery.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// How well a story's shots fit each character of the split: what the identity metrics rank
/// (docs/design/metrics.md 13). Characters are those of StoryFeatures::gallery with usable
/// references under all roles, in its order. One thread.
class GalleryScores {
 public:
  /// @param story  must outlive the scores, and its gallery too
  GalleryScores(const StoryFeatures& story, const std::vector<std::string>& roles,
                ReferencePooling pooling);

  [[nodiscard]] std::size_t characters() const { return gallery_->size(); }
  /// The number of one of the story's characters, by its place in StoryFeatures::characters;
  /// nothing when it has no usable reference.
  [[nodiscard]] std::optional<std::size_t> own(int place) const {
    return own_[static_cast<std::size_t>(place)];
  }
  /// Numbers of the characters that can't be told to be others than that one: itself, and those of
  /// other stories of its film that have its name. Names are local to a story, so one name in two
  /// stories may mean one character.
  [[nodiscard]] std::span<const std::size_t> perhaps_same(int place) const {
    return same_[static_cast<std::size_t>(place)];
  }
  /// Whether any of them has a number.
  [[nodiscard]] bool has_own() const;
  /// A shot's score with each character: mean over the roles of the mean over its frames. Computed
  /// when it is first asked for. The shot's frames must be usable under every role.
  [[nodiscard]] std::span<const double> of(int shot);

  /// What the shots are compared with: shared by all stories of a run.
  [[nodiscard]] const PackedGallery& gallery() const { return *gallery_; }

  [[nodiscard]] bool is_of(const StoryFeatures& story, const std::vector<std::string>& roles,
                           ReferencePooling pooling) const {
    return &story == story_ && roles == roles_ && pooling == pooling_;
  }

 private:
  void compare_with_others(int shot, std::vector<double>& scores) const;
  void add_role(const UnitRows& frames, const PackedGallery::Role& role,
                std::vector<double>& scores) const;

  const StoryFeatures* story_;
  const PackedGallery* gallery_;
  std::vector<std::string> roles_;
  ReferencePooling pooling_;
  std::vector<std::optional<std::size_t>> own_;              ///< by place
  std::vector<std::span<const std::size_t>> same_;           ///< by place
  std::vector<std::optional<std::vector<double>>> by_shot_;  ///< what was asked for
};

/// The scores that several metrics share while one story is measured (StoryFeatures::shared).
class SharedGalleryScores {
 public:
  /// As the others of the story have it, or new.
  [[nodiscard]] GalleryScores& of(const StoryFeatures& story, const std::vector<std::string>& roles,
                                  ReferencePooling pooling);

 private:
  std::list<GalleryScores> known_;
};

}  // namespace asbench::metrics
