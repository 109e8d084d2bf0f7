#include "loaders/outputs/numbering.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace asbench::loaders {
namespace {

using Field = LayoutTemplate::Field;

/// The story that a prompt of another number would have; nothing where the id is not made of IP
/// and prompt.
std::optional<Story> neighbour(const Story& story, long prompt) {
  if (prompt < 0 || story.id != story.ip + "/" + story.prompt) return std::nullopt;
  Story other = story;
  other.prompt = std::to_string(prompt);
  other.id = story.ip + "/" + other.prompt;
  return other;
}

std::pair<int, int> first_and_last(const Story& story) {
  const auto [first, last] =
      std::minmax_element(story.shots.begin(), story.shots.end(),
                          [](const Shot& a, const Shot& b) { return a.number < b.number; });
  return {first->number, last->number};
}

long prompt_offset(const LayoutTemplate& layout) {
  if (layout.has(Field::prompt0)) return -1;
  return layout.has(Field::prompt1) ? 1 : 0;
}

/// True when the template names stories in one way only, so that its shift is clear.
bool numbers_stories(const LayoutTemplate& layout) {
  const int ways = (layout.has(Field::prompt) || layout.has(Field::story) ? 1 : 0) +
                   (layout.has(Field::prompt0) ? 1 : 0) + (layout.has(Field::prompt1) ? 1 : 0);
  return ways == 1;
}

}  // namespace

std::vector<ShiftedIp> shifted_ips(const Split& split, long offset,
                                   const std::function<bool(const Story&)>& exists) {
  std::map<std::string, std::map<long, const Story*>> by_ip;  // by number
  std::map<std::string, bool> not_numbered;
  for (const Story& story : split.stories) {
    const auto number = prompt_number(story);
    if (number && !story.shots.empty())
      by_ip[story.ip][*number] = &story;
    else
      not_numbered[story.ip] = true;
  }
  std::vector<ShiftedIp> shifted;
  for (const auto& [ip, stories] : by_ip) {
    if (not_numbered[ip]) continue;
    const auto& [first_number, first] = *stories.begin();
    const auto& [last_number, last] = *stories.rbegin();
    const long begins_with = first_number + offset;
    const bool from_zero = begins_with == 1;
    if (!from_zero && begins_with != 0) continue;
    const auto other =
        from_zero ? neighbour(*first, first_number - 1) : neighbour(*last, last_number + 1);
    const Story& far = from_zero ? *last : *first;
    if (other && exists(*other) && !exists(far))
      shifted.push_back({ip, from_zero, other->id, far.id});
  }
  return shifted;
}

std::size_t take_out(const Story& story, bool from_zero, std::string detail, Outputs& outputs) {
  std::erase_if(outputs.findings, [&](const Finding& finding) {
    return finding.story == story.id && finding.shot.has_value();
  });
  const std::size_t dropped =
      std::erase_if(outputs.shots, [&](const auto& shot) { return shot.first.story == story.id; });
  const char* const kind = from_zero ? "zero_based_numbering" : "one_based_numbering";
  outputs.findings.push_back({kind, story.id, std::nullopt, std::move(detail)});
  return dropped;
}

void take_out(const Split& split, const ShiftedIp& ip, const std::string& remedy,
              Outputs& outputs) {
  for (const Story& story : split.stories) {
    if (story.ip != ip.ip) continue;
    static_cast<void>(take_out(
        story, ip.from_zero,
        fmt::format("IP {}: the outputs number its stories from {} instead of {}: {} is there and "
                    "{} is not. Every story would be compared with the captions of another. If {} "
                    "is the {} story, {}; if it is none of them, take it out",
                    ip.ip, ip.from_zero ? 0 : 1, ip.from_zero ? 1 : 0, ip.there, ip.absent,
                    ip.there, ip.from_zero ? "first" : "last", remedy),
        outputs));
  }
}

std::size_t check_numbering(const Split& split, const LayoutTemplate& layout,
                            const std::function<bool(const Story&, int)>& exists,
                            const std::function<std::string(Field)>& remedy, Outputs& outputs) {
  std::size_t taken_out = 0;
  const auto any_shot = [&](const Story& story) {
    const auto [first, last] = first_and_last(story);
    for (int shot = first - 1; shot <= last; ++shot) {
      if (exists(story, shot)) return true;
    }
    return false;
  };
  std::map<std::string, bool> shifted;
  if (numbers_stories(layout)) {
    const long offset = prompt_offset(layout);
    for (const ShiftedIp& ip : shifted_ips(split, offset, any_shot)) {
      const Field instead =
          offset == 0 ? (ip.from_zero ? Field::prompt0 : Field::prompt1) : Field::prompt;
      const std::size_t before = outputs.shots.size();
      take_out(split, ip, remedy(instead), outputs);
      taken_out += before - outputs.shots.size() + 1;
      shifted[ip.ip] = true;
    }
  }
  if (layout.has(Field::shot) == layout.has(Field::shot0)) return taken_out;
  const bool from_zero = layout.has(Field::shot);
  for (const Story& story : split.stories) {
    if (story.shots.empty() || shifted.contains(story.ip)) continue;
    const auto [first, last] = first_and_last(story);
    if (first != 1) continue;
    const int beyond = from_zero ? 0 : last + 1;
    const int far = from_zero ? last : 1;
    if (!exists(story, beyond) || exists(story, far)) continue;
    const auto name = [&](int shot) { return layout.expand(story, shot).string(); };
    taken_out +=
        1 + take_out(story, from_zero,
                     fmt::format("the files of the story are numbered from {}: {} is there and "
                                 "{} is not. Every file would be compared with the caption of "
                                 "another shot. If {} is the {} shot, {}; if it is no shot, take "
                                 "it out",
                                 from_zero ? 0 : 1, name(beyond), name(far), name(beyond),
                                 from_zero ? "first" : "last",
                                 remedy(from_zero ? Field::shot0 : Field::shot)),
                     outputs);
  }
  return taken_out;
}

}  // namespace asbench::loaders
