#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/numerics/cosine.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// The characters of a gallery that have usable references under some roles, packed for products
/// with many frames. Characters have numbers from 0 in the gallery's order.
class PackedGallery {
 public:
  /// The characters under one role. Those with one reference stand together in a matrix, because
  /// most have one, and one product is many times faster than thousands of small ones.
  struct Role {
    std::vector<const UnitRows*> references;  ///< by number
    Matrix single;                            ///< [characters with one reference, D]
    std::vector<std::size_t> at;              ///< their numbers
    std::vector<std::size_t> other;           ///< of those with several
  };

  /// @param characters  must outlive it
  PackedGallery(std::span<const CharacterReferences> characters, std::vector<std::string> roles);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::vector<std::string>& role_names() const { return role_names_; }
  /// By place in role_names().
  [[nodiscard]] std::span<const Role> roles() const { return roles_; }
  /// Of the character with this id (CharacterReferences::id); nothing when it has no number.
  [[nodiscard]] std::optional<std::size_t> number_of(const std::string& id) const;
  /// Numbers of a film's characters of that name, ascending: names are local to a story.
  [[nodiscard]] std::span<const std::size_t> named(const std::string& ip,
                                                   const std::string& name) const;

 private:
  std::vector<std::string> role_names_;
  std::vector<Role> roles_;
  std::size_t size_ = 0;
  std::map<std::string, std::size_t> by_id_;
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_name_;
};

/// The references of every character of a split: made once for a run, seen by each of its stories
/// (StoryFeatures::gallery). Thread-safe. Memory: what is given, and once more as much for each
/// list of roles that a metric asks for.
class Gallery {
 public:
  explicit Gallery(std::vector<CharacterReferences> characters = {});
  Gallery(const Gallery&) = delete;  // what is packed points into it
  Gallery& operator=(const Gallery&) = delete;

  [[nodiscard]] std::span<const CharacterReferences> characters() const { return characters_; }
  /// Packed when it is first asked for, and kept.
  [[nodiscard]] const PackedGallery& under(const std::vector<std::string>& roles) const;

 private:
  std::vector<CharacterReferences> characters_;
  mutable std::mutex mutex_;
  mutable std::list<PackedGallery> packed_;  ///< a list: what was handed out stays where it is
};

}  // namespace asbench::metrics
