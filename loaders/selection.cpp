#include "loaders/selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/stats.h"
#include "core/words.h"
#include "loaders/name_match.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kListed = 5;  ///< ids of the split that a message names

[[noreturn]] void unknown_id(std::string_view option, const std::string& id,
                             const std::vector<std::string>& known) {
  const auto listed = std::min(known.size(), kListed);
  throw UsageError(fmt::format(
      "{} {}: unknown id.{}\n  The split has {}: {}{}", option, id, did_you_mean(id, known),
      known.size(),
      fmt::join(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(listed), ", "),
      listed < known.size() ? ", ..." : ""));
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = text.find_last_not_of(' ');
  return std::string(text.substr(begin, end == std::string_view::npos ? 0 : end + 1 - begin));
}

/// Reads one value of an option: an id, or several with commas between them. An id may hold commas
/// itself: of the ways to cut the text into ids, the one that begins with the longest id is taken.
class IdList {
 public:
  IdList(std::string_view option, const std::vector<std::string>& known)
      : option_(option), known_(known) {
    for (const std::string& id : known) {
      by_text_[nfc(id)] = id;
      const auto commas = static_cast<std::size_t>(std::count(id.begin(), id.end(), ','));
      most_parts_ = std::max(most_parts_, commas + 1);
    }
  }

  std::vector<std::string> read(std::string_view text) const {
    if (auto ids = cut(text)) return *ids;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      const std::string part = trimmed(text.substr(begin, end - begin));
      if (!by_text_.contains(nfc(part))) unknown_id(option_, part, known_);
      begin = end + 1;
    }
    unknown_id(option_, std::string(text), known_);
  }

 private:
  /// The ids that make up the text, if they do.
  std::optional<std::vector<std::string>> cut(std::string_view text) const {
    std::vector<std::size_t> begins = {0};
    for (std::size_t at = text.find(','); at != std::string_view::npos; at = text.find(',', at + 1))
      begins.push_back(at + 1);
    const std::size_t count = begins.size();
    begins.push_back(text.size() + 1);
    // From the end: how many parts the id at each part takes, 0 where no ids make up the rest.
    std::vector<std::size_t> taken(count, 0);
    const auto id_of = [&](std::size_t first, std::size_t parts) {
      const std::size_t length = begins[first + parts] - 1 - begins[first];
      return by_text_.find(nfc(trimmed(text.substr(begins[first], length))));
    };
    for (std::size_t first = count; first-- > 0;) {
      for (std::size_t parts = std::min(most_parts_, count - first); parts > 0; --parts) {
        const bool rest_is_ids = first + parts == count || taken[first + parts] > 0;
        if (!rest_is_ids || id_of(first, parts) == by_text_.end()) continue;
        taken[first] = parts;
        break;
      }
    }
    if (taken.front() == 0) return std::nullopt;
    std::vector<std::string> ids;
    for (std::size_t first = 0; first < count; first += taken[first])
      ids.push_back(id_of(first, taken[first])->second);
    return ids;
  }

  std::string_view option_;
  const std::vector<std::string>& known_;
  std::map<std::string, std::string> by_text_;  ///< id by its text in NFC
  std::size_t most_parts_ = 1;                  ///< between commas, of any id
};

std::set<std::string> read_ids(std::string_view option, const std::vector<std::string>& texts,
                               const std::vector<std::string>& known) {
  const IdList list(option, known);
  std::set<std::string> ids;
  for (const std::string& text : texts) {
    for (std::string& id : list.read(text)) ids.insert(std::move(id));
  }
  return ids;
}

void refuse_count(std::string_view option, int count) {
  if (count >= 1) return;
  throw UsageError(fmt::format(
      "{} {}: expected a number of stories from 1 on. Leave the option out to take all stories.",
      option, count));
}

template <typename T>
void shuffle(std::vector<T>& values, SplitMix64& random) {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<std::size_t>(random.below(i))]);
  }
}

/// How many stories of each IP: its share of `count`, rounded down, and one more for the largest
/// remainders; IPs come in a random order, which decides between equal ones.
std::map<std::string, std::size_t> quotas(
    const std::map<std::string, std::vector<std::string>>& by_ip, std::size_t count,
    std::size_t total, SplitMix64& random) {
  std::vector<std::string> order;
  order.reserve(by_ip.size());
  for (const auto& [ip, stories] : by_ip) order.push_back(ip);
  shuffle(order, random);
  std::map<std::string, std::size_t> quota;
  std::size_t given = 0;
  for (const auto& [ip, stories] : by_ip) given += quota[ip] = stories.size() * count / total;
  std::stable_sort(order.begin(), order.end(), [&](const std::string& a, const std::string& b) {
    return by_ip.at(a).size() * count % total > by_ip.at(b).size() * count % total;
  });
  for (std::size_t i = 0; given < count; ++i, ++given) ++quota[order[i]];
  return quota;
}

std::set<std::string> draw(const std::vector<Story>& stories, int subset, std::uint64_t seed) {
  std::map<std::string, std::vector<std::string>> by_ip;
  for (const Story& story : stories) by_ip[story.ip].push_back(story.id);
  for (auto& [ip, ids] : by_ip) std::sort(ids.begin(), ids.end());

  SplitMix64 random(seed);
  const auto quota = quotas(by_ip, static_cast<std::size_t>(subset), stories.size(), random);
  std::set<std::string> chosen;
  for (auto& [ip, ids] : by_ip) {
    shuffle(ids, random);
    chosen.insert(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(quota.at(ip)));
  }
  return chosen;
}

/// The IP that a finding is about. Ids may hold ": ", so the longest that fits is meant.
std::optional<std::string> ip_named_in(const Finding& finding, const Split& split) {
  std::optional<std::string> named;
  for (const Ip& ip : split.ips) {
    if (finding.detail.starts_with(ip_label(ip.id)) && (!named || ip.id.size() > named->size()))
      named = ip.id;
  }
  return named;
}

}  // namespace

bool is_whole(const Selection& selection) {
  return selection.ips.empty() && selection.stories.empty() && !selection.limit &&
         !selection.subset;
}

Split select(const Split& split, const Selection& selection) {
  if (is_whole(selection)) return split;
  if (selection.limit && selection.subset) {
    throw UsageError("--limit and --subset exclude each other: give only one of them");
  }
  std::vector<std::string> ip_ids;
  std::vector<std::string> story_ids;
  for (const Ip& ip : split.ips) ip_ids.push_back(ip.id);
  for (const Story& story : split.stories) story_ids.push_back(story.id);
  for (const LostStory& story : split.lost) story_ids.push_back(story.id);
  const std::set<std::string> ips = read_ids("--ips", selection.ips, ip_ids);
  const std::set<std::string> stories = read_ids("--stories", selection.stories, story_ids);
  Split part = split;
  part.unread.clear();
  const auto is_left_out = [&](const auto& story) {
    return (!ips.empty() && !ips.contains(story.ip)) ||
           (!stories.empty() && !stories.contains(story.id));
  };
  std::erase_if(part.stories, is_left_out);
  std::erase_if(part.lost, is_left_out);
  // Lost stories are drawn like the others: a part of a broken split is not sound because the draw
  // passes over what is broken.
  const std::vector<Story> countable = with_lost_stories(part).stories;
  std::set<std::string> chosen;
  if (selection.limit) {
    refuse_count("--limit", *selection.limit);
    for (const Story& story : countable) {
      if (chosen.size() == static_cast<std::size_t>(*selection.limit)) break;
      chosen.insert(story.id);
    }
  }
  if (selection.subset) {
    refuse_count("--subset", *selection.subset);
    if (static_cast<std::size_t>(*selection.subset) > countable.size()) {
      throw UsageError(
          fmt::format("--subset {}: too many; there {} only {} to draw from. Give a smaller number",
                      *selection.subset, countable.size() == 1 ? "is" : "are",
                      counted(std::ssize(countable), "story", "stories")));
    }
    chosen = draw(countable, *selection.subset, selection.seed);
  }
  if (selection.limit || selection.subset) {
    const auto is_not_chosen = [&](const auto& story) { return !chosen.contains(story.id); };
    std::erase_if(part.stories, is_not_chosen);
    std::erase_if(part.lost, is_not_chosen);
  }
  std::set<std::string> used_ips;
  for (const std::string& ip : part.uncounted_ips) {
    // Its stories might be among the first, or have been drawn: nobody knows.
    if (stories.empty() && (ips.empty() || ips.contains(ip))) used_ips.insert(ip);
  }
  if (part.stories.empty() && part.lost.empty() && used_ips.empty()) {
    throw UsageError(
        "--ips and --stories leave no story: none of the chosen stories belongs to a chosen IP");
  }

  std::set<std::string> used_stories;
  for (const Story& story : part.stories) {
    used_ips.insert(story.ip);
    used_stories.insert(story.id);
  }
  for (const LostStory& story : part.lost) {
    used_ips.insert(story.ip);
    used_stories.insert(story.id);
  }
  std::erase_if(part.uncounted_ips, [&](const std::string& ip) { return !used_ips.contains(ip); });
  std::erase_if(part.ips, [&](const Ip& ip) { return !used_ips.contains(ip.id); });
  std::erase_if(part.findings, [&](const Finding& finding) {
    if (!finding.story.empty()) return !used_stories.contains(finding.story);
    const auto ip = ip_named_in(finding, split);
    return ip && !used_ips.contains(*ip);
  });
  finish_split(part);
  return part;
}

}  // namespace asbench::loaders
