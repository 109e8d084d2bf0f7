#include "metrics/story/gallery.h"

#include <algorithm>

namespace asbench::metrics {

PackedGallery::PackedGallery(std::span<const CharacterReferences> characters,
                             std::vector<std::string> roles)
    : role_names_(std::move(roles)), roles_(role_names_.size()) {
  for (const CharacterReferences& character : characters) {
    // A character with a bad reference can't be a rival; that its own stories can't be judged is
    // said there.
    const bool usable = std::all_of(
        role_names_.begin(), role_names_.end(),
        [&](const std::string& role) { return character.references.units(role).usable(); });
    if (!usable) continue;
    by_id_[character.id] = size_;
    by_name_[{character.ip, character.name}].push_back(size_);
    for (std::size_t e = 0; e < role_names_.size(); ++e)
      roles_[e].references.push_back(&character.references.units(role_names_[e]));
    ++size_;
  }
  for (Role& role : roles_) {
    for (std::size_t c = 0; c < size_; ++c)
      (role.references[c]->rows.rows == 1 ? role.at : role.other).push_back(c);
    if (role.at.empty()) continue;
    role.single.rows = static_cast<int>(role.at.size());
    role.single.cols = role.references[role.at.front()]->rows.cols;
    role.single.values.reserve(role.at.size() * static_cast<std::size_t>(role.single.cols));
    for (const std::size_t c : role.at) {
      const auto& row = role.references[c]->rows.values;
      role.single.values.insert(role.single.values.end(), row.begin(), row.end());
    }
  }
}

std::optional<std::size_t> PackedGallery::number_of(const std::string& id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::span<const std::size_t> PackedGallery::named(const std::string& ip,
                                                  const std::string& name) const {
  const auto found = by_name_.find({ip, name});
  if (found == by_name_.end()) return {};
  return found->second;
}

Gallery::Gallery(std::vector<CharacterReferences> characters)
    : characters_(std::move(characters)) {}

const PackedGallery& Gallery::under(const std::vector<std::string>& roles) const {
  const std::lock_guard lock(mutex_);
  for (const PackedGallery& packed : packed_) {
    if (packed.role_names() == roles) return packed;
  }
  return packed_.emplace_back(characters_, roles);
}

}  // namespace asbench::metrics
