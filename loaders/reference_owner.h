#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "loaders/split.h"

// Whoever has references: an IP, or a character of a story. For readers and checks of references;
// not a public header.
namespace asbench::loaders {

/// Points into a Split, which must outlive it and keep its IPs and characters where they are.
struct ReferenceOwner {
  std::string story;  ///< what findings name; empty: an IP's
  std::string label;  ///< how the details of findings begin: "IP cat: ", "character Momo: "
  std::string name;   ///< in a sentence: "IP cat", "Momo of cat/0"
  std::vector<std::filesystem::path>* references = nullptr;
  std::vector<std::string>* sha256 = nullptr;
  std::vector<int>* frames = nullptr;  ///< Character::reference_frames; an IP has none
};

[[nodiscard]] ReferenceOwner owner_of(Ip& ip);
/// @param story  the id of the character's story
[[nodiscard]] ReferenceOwner owner_of(Character& character, const std::string& story);

/// The IPs, then the characters of the stories, in the split's order.
[[nodiscard]] std::vector<ReferenceOwner> reference_owners(Split& split);

}  // namespace asbench::loaders
