#include "metrics/story/role_features.h"

namespace asbench::metrics {

void RoleFeatures::set(std::string_view role, FeatureView features) {
  // A view without data is refused by the checker (check_features.h), with its place named.
  const bool readable = features.rows > 0 && features.cols > 0 && features.data != nullptr;
  Entry entry{std::string(role), features, readable ? unit_rows(features) : UnitRows{}};
  for (Entry& known : entries_) {
    if (known.role != role) continue;
    known = std::move(entry);
    return;
  }
  entries_.push_back(std::move(entry));
}

FeatureView RoleFeatures::view(std::string_view role) const {
  const Entry* entry = find(role);
  return entry == nullptr ? FeatureView() : entry->view;
}

const UnitRows& RoleFeatures::units(std::string_view role) const {
  static const UnitRows kNone;
  const Entry* entry = find(role);
  return entry == nullptr ? kNone : entry->units;
}

std::vector<std::string> RoleFeatures::roles() const {
  std::vector<std::string> roles;
  for (const Entry& entry : entries_) roles.push_back(entry.role);
  return roles;
}

const RoleFeatures::Entry* RoleFeatures::find(std::string_view role) const {
  for (const Entry& entry : entries_) {
    if (entry.role == role) return &entry;
  }
  return nullptr;
}

}  // namespace asbench::metrics
