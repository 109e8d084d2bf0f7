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

/// One rule for all frames: a split says once how they were chosen.
void merge_source(const Split& split, bool is_first, Split& merged) {
  if (is_first) {
    merged.source = split.source;
    return;
  }
  const SourceStamp ours = merged.source.value_or(SourceStamp());
  const SourceStamp theirs = split.source.value_or(SourceStamp());
  if (ours.boundaries != theirs.boundaries || ours.range != theirs.range) {
    throw BadInput(fmt::format(
        "the frames of the split {} were chosen with boundaries {}, range {}; those of the splits "
        "before it with boundaries {}, range {}.\n  Make them with the same --boundaries and "
        "--range.",
        split.name, theirs.boundaries, theirs.range, ours.boundaries, ours.range));
  }
  if (!merged.source) return;
  ShiftStatistics& shifts = merged.source->shifts;
  shifts.boundaries += theirs.shifts.boundaries;
  shifts.moved += theirs.shifts.moved;
  shifts.without_cut += theirs.shifts.without_cut;
  shifts.seconds.reset();  // quartiles of two parts are not those of the whole
  for (std::size_t i = 0; i < shifts.by_tenth.size(); ++i)
    shifts.by_tenth[i] += theirs.shifts.by_tenth[i];
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
    merge_source(split, &split == splits.data(), merged);
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
