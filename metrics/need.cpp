#include "metrics/need.h"

#include <algorithm>
#include <cctype>

namespace asbench::metrics {

void Needs::add(std::string_view role, Modality modality) {
  needs_.insert({std::string(role), modality});
}

void Needs::add(const Needs& other) {
  needs_.insert(other.needs_.begin(), other.needs_.end());
}

bool Needs::has(std::string_view role, Modality modality) const {
  return needs_.contains({std::string(role), modality});
}

bool Needs::has(Modality modality) const {
  return std::any_of(needs_.begin(), needs_.end(),
                     [&](const Need& need) { return need.modality == modality; });
}

std::vector<std::string> Needs::roles(Modality modality) const {
  std::vector<std::string> roles;
  for (const Need& need : needs_) {
    if (need.modality == modality && need.role != kPixels) roles.push_back(need.role);
  }
  return roles;
}

std::vector<std::string> Needs::roles() const {
  std::vector<std::string> roles;
  for (const Need& need : needs_) {
    if (need.role != kPixels && (roles.empty() || roles.back() != need.role))
      roles.push_back(need.role);
  }
  return roles;
}

std::string_view to_string(Modality modality) {
  switch (modality) {
    case Modality::frames:
      return "frames";
    case Modality::caption:
      return "captions";
    case Modality::references:
      return "references";
    case Modality::mirrored_references:
      return "mirrored references";
    case Modality::gallery:
      return "all characters' references";
    case Modality::clip:
      return "clips";
    case Modality::every_frame:
      return "every frame";
    case Modality::colour_frames:
      return "every frame in full size and colour";
    case Modality::predicted_frames:
      return "predicted frames";
    case Modality::training_set:
      return "training set";
    case Modality::subject:
      return "subjects of sampled frames";
    case Modality::background:
      return "backgrounds of sampled frames";
  }
  return "frames";
}

std::vector<std::string> describe(const Needs& needs) {
  std::vector<std::string> texts;
  for (const Need& need : needs.all()) {
    std::string text(need.modality == Modality::frames ? "sampled frames"
                                                       : to_string(need.modality));
    texts.push_back(need.role == kPixels ? text.append(" as pixels")
                                         : text.append(" under ").append(role_label(need.role)));
  }
  return texts;
}

std::string role_label(std::string_view role) {
  std::string label(role);
  std::transform(label.begin(), label.end(), label.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return label;
}

std::string role_labels(const std::vector<std::string>& roles) {
  std::string text;
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (i > 0) text += i + 1 == roles.size() ? " and " : ", ";
    text += role_label(roles[i]);
  }
  return text;
}

}  // namespace asbench::metrics
