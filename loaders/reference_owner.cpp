#include "loaders/reference_owner.h"

#include <fmt/format.h>

namespace asbench::loaders {

ReferenceOwner owner_of(Ip& ip) {
  return {"", ip_label(ip.id), "IP " + ip.id, &ip.references, &ip.reference_sha256};
}

ReferenceOwner owner_of(Character& character, const std::string& story) {
  return {story,
          fmt::format("character {}: ", character.id),
          fmt::format("{} of {}", character.id, story),
          &character.references,
          &character.reference_sha256,
          &character.reference_frames};
}

std::vector<ReferenceOwner> reference_owners(Split& split) {
  std::vector<ReferenceOwner> owners;
  for (Ip& ip : split.ips) owners.push_back(owner_of(ip));
  for (Story& story : split.stories) {
    for (Character& character : story.characters) owners.push_back(owner_of(character, story.id));
  }
  return owners;
}

}  // namespace asbench::loaders
