#include "loaders/merge_splits.h"

#include <fmt/format.h>

#include <map>

#include "core/error.h"

namespace asbench::loaders {
namespace {

/// The same pictures, wherever they lie.
bool is_same(const Ip& a, const Ip& b) {
  return a.reference_sha256 == b.reference_sha256 && a.name == b.name &&
         a.clips.size() == b.clips.size();
}

bool is_same(const Story& a, const Story& b) {
  if (a.characters.size() != b.characters.size()) return false;
  Story with_paths = b;
  for (std::size_t i = 0; i < a.characters.size(); ++i)
    with_paths.characters[i].references = a.characters[i].references;
  return a == with_paths;
}

/// Adds what is new. @param what  "IP", "story"
template <typename T>
void add(const std::vector<T>& from, const Split& source, const char* what,
         std::map<std::string, std::pair<std::size_t, const Split*>>& places, std::vector<T>& to) {
  for (const T& item : from) {
    const auto [at, is_new] = places.emplace(item.id, std::pair(to.size(), &source));
    if (is_new) {
      to.push_back(item);
      to.back().place = static_cast<int>(to.size());
    } else if (!is_same(to[at->second.first], item)) {
      throw BadInput(fmt::format(
          "the splits {} and {} have different content for the {} {}.\n  Leave it out of one of "
          "them (inspect --ips, --stories with --write), or rename it.",
          at->second.second->name, source.name, what, item.id));
    }
  }
}

}  // namespace

Split merge_splits(std::span<const Split> splits, const std::string& name) {
  if (splits.empty()) throw InternalError("no split to merge");
  Split merged;
  merged.name = name;
  merged.form = "manifest";
  std::map<std::string, std::pair<std::size_t, const Split*>> ips;
  std::map<std::string, std::pair<std::size_t, const Split*>> stories;
  for (const Split& split : splits) {
    add(split.ips, split, "IP", ips, merged.ips);
    add(split.stories, split, "story", stories, merged.stories);
    merged.findings.insert(merged.findings.end(), split.findings.begin(), split.findings.end());
    merged.lost.insert(merged.lost.end(), split.lost.begin(), split.lost.end());
    merged.uncounted_ips.insert(merged.uncounted_ips.end(), split.uncounted_ips.begin(),
                                split.uncounted_ips.end());
  }
  finish_split(merged);
  return merged;
}

}  // namespace asbench::loaders
