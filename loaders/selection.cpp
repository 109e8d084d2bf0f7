#include "loaders/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/stats.h"

namespace asbench::loaders {
namespace {

void refuse_unknown(std::string_view option, const std::vector<std::string>& wanted,
                    const std::set<std::string>& known) {
  for (const std::string& id : wanted) {
    if (known.contains(id)) continue;
    std::string some;
    int listed = 0;
    for (const std::string& name : known) {
      if (listed++ == 5) {
        some += ", ...";
        break;
      }
      some += (some.empty() ? "" : ", ") + name;
    }
    throw UsageError(
        fmt::format("{} {}: unknown id. The split has {}: {}", option, id, known.size(), some));
  }
}

void refuse_count(std::string_view option, int count) {
  if (count < 1) throw UsageError(fmt::format("{} {}: must be at least 1", option, count));
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
  std::set<std::string> ip_ids;
  std::set<std::string> story_ids;
  for (const Ip& ip : split.ips) ip_ids.insert(ip.id);
  for (const Story& story : split.stories) story_ids.insert(story.id);
  for (const LostStory& story : split.lost) story_ids.insert(story.id);
  refuse_unknown("--ips", selection.ips, ip_ids);
  refuse_unknown("--stories", selection.stories, story_ids);

  const std::set<std::string> ips(selection.ips.begin(), selection.ips.end());
  const std::set<std::string> stories(selection.stories.begin(), selection.stories.end());
  Split part = split;
  std::erase_if(part.stories, [&](const Story& story) {
    return (!ips.empty() && !ips.contains(story.ip)) ||
           (!stories.empty() && !stories.contains(story.id));
  });
  if (selection.limit) {
    refuse_count("--limit", *selection.limit);
    part.stories.resize(std::min(part.stories.size(), static_cast<std::size_t>(*selection.limit)));
  }
  if (selection.subset) {
    refuse_count("--subset", *selection.subset);
    if (static_cast<std::size_t>(*selection.subset) > part.stories.size()) {
      throw UsageError(fmt::format("--subset {}: too many; only {} {} to draw from",
                                   *selection.subset, part.stories.size(),
                                   part.stories.size() == 1 ? "story" : "stories"));
    }
    const auto chosen = draw(part.stories, *selection.subset, selection.seed);
    std::erase_if(part.stories, [&](const Story& story) { return !chosen.contains(story.id); });
  }
  std::erase_if(part.lost, [&](const LostStory& story) {
    return selection.limit || selection.subset ||
           (!stories.empty() && !stories.contains(story.id)) ||
           (!ips.empty() && !ips.contains(story.ip));
  });
  if (part.stories.empty() && part.lost.empty()) {
    throw UsageError(
        "--ips and --stories leave no story: none of the chosen stories belongs to a chosen IP");
  }

  std::set<std::string> used_ips;
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
