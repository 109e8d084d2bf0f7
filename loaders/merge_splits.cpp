#include "loaders/merge_splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "loaders/name_match.h"

namespace asbench::loaders {
namespace {

/// The same bytes. Films are large: equal places and different sizes are answers already.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  const auto place = [](const std::filesystem::path& file) {
    return std::filesystem::absolute(file).lexically_normal();
  };
  if (place(a) == place(b)) return true;
  if (!is_file(a) || !is_file(b)) return false;
  std::error_code ignored;  // what can't be read is told when the bytes are
  return std::filesystem::file_size(a, ignored) == std::filesystem::file_size(b, ignored) &&
         sha256_file(a) == sha256_file(b);
}

bool is_same(const TuningClip& a, const TuningClip& b) {
  return a.start_seconds == b.start_seconds && a.end_seconds == b.end_seconds &&
         a.caption == b.caption && is_same_file(a.file, b.file);
}

/// The same pictures, clips and film, wherever they lie.
bool is_same(const Ip& a, const Ip& b) {
  if (a.reference_sha256 != b.reference_sha256 || a.name != b.name ||
      a.video.has_value() != b.video.has_value())
    return false;
  const bool same_clips =
      std::equal(a.clips.begin(), a.clips.end(), b.clips.begin(), b.clips.end(),
                 [](const TuningClip& x, const TuningClip& y) { return is_same(x, y); });
  return same_clips && (!a.video || is_same_file(*a.video, *b.video));
}

/// @param b  of the same id, maybe in the other Unicode form
bool is_same(const Story& a, Story b) {
  if (a.characters.size() != b.characters.size() || nfc(a.ip) != nfc(b.ip)) return false;
  b.id = a.id;
  b.ip = a.ip;
  if (nfc(a.name) == nfc(b.name)) b.name = a.name;  // of the IP's id, where it has no other
  for (std::size_t i = 0; i < a.characters.size(); ++i)
    b.characters[i].references = a.characters[i].references;
  return a == b;
}

/// Where an id, in form C, stands in the merged list, and the split that it came from.
using Places = std::map<std::string, std::pair<std::size_t, const Split*>>;

/// Adds what is new. @param what  "IP", "story"
template <typename T>
void add(const std::vector<T>& from, const Split& source, const char* what, Places& places,
         std::vector<T>& to) {
  for (const T& item : from) {
    const auto [at, is_new] = places.emplace(nfc(item.id), std::pair(to.size(), &source));
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

/// What can't be read counts once, and not where another split has it.
void add_lost(const Split& split, const Places& stories, std::set<std::string>& known,
              Split& merged) {
  for (const LostStory& story : split.lost) {
    if (!stories.contains(nfc(story.id)) && known.insert(nfc(story.id)).second)
      merged.lost.push_back(story);
  }
  for (const std::string& ip : split.uncounted_ips) {
    if (known.insert('\n' + nfc(ip)).second) merged.uncounted_ips.push_back(ip);
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
  Places ips;
  Places stories;
  for (const Split& split : splits) {
    merge_source(split, &split == splits.data(), merged);
    add(split.ips, split, "IP", ips, merged.ips);
    add(split.stories, split, "story", stories, merged.stories);
    merged.findings.insert(merged.findings.end(), split.findings.begin(), split.findings.end());
  }
  std::set<std::string> lost;
  for (const Split& split : splits) add_lost(split, stories, lost, merged);
  // An IP has the id that it was met under first.
  const auto name_ip = [&](std::string& ip) {
    if (const auto at = ips.find(nfc(ip)); at != ips.end()) ip = merged.ips[at->second.first].id;
  };
  for (Story& story : merged.stories) name_ip(story.ip);
  for (LostStory& story : merged.lost) name_ip(story.ip);
  for (std::string& ip : merged.uncounted_ips) name_ip(ip);
  finish_split(merged);
  return merged;
}

}  // namespace asbench::loaders
