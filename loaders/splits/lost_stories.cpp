#include "loaders/splits/lost_stories.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "loaders/splits/common.h"

namespace asbench::loaders {
namespace {

/// A bracket that is open.
struct Open {
  char bracket = '{';
  std::string key;        ///< the last one in an object
  std::string last_text;  ///< a string that is a key if a colon follows
};

/// Walks over brackets, strings and colons; everything else is passed over.
class Outliner {
 public:
  Outliner(std::string_view text, StoryPlace place) : text_(text), place_(place) {}

  std::optional<std::vector<StoryOutline>> run() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        if (!take_string()) return std::nullopt;
      } else if (c == '{' || c == '[') {
        if (open_.size() == kMaxDepth) return std::nullopt;
        enter(c);
      } else if (c == '}' || c == ']') {
        if (open_.empty() || open_.back().bracket != (c == '}' ? '{' : '[')) return std::nullopt;
        open_.pop_back();
      } else if (c == ':' && !open_.empty() && open_.back().bracket == '{') {
        open_.back().key = open_.back().last_text;
      }
    }
    if (!open_.empty() || stories_.empty()) return std::nullopt;
    return std::move(stories_);
  }

 private:
  static constexpr std::size_t kMaxDepth = 64;

  void enter(char bracket) {
    open_.push_back({bracket, {}, {}});
    if (!opened_story()) return;
    const std::size_t number = stories_.size();
    stories_.push_back(
        {place_ == StoryPlace::prompts_array ? std::to_string(number) : open_.front().key, 0});
  }

  /// True when the innermost bracket has just opened a story.
  [[nodiscard]] bool opened_story() const {
    if (open_.front().bracket != '{') return false;
    if (place_ == StoryPlace::prompts_array) {
      return open_.size() == 3 && open_[1].bracket == '[' && open_.front().key == "prompts" &&
             open_[2].bracket == '[';
    }
    return open_.size() == 2 && open_[1].bracket == '{';
  }

  /// True when the innermost bracket holds a story's shots.
  [[nodiscard]] bool in_shots() const {
    if (stories_.empty() || open_.size() != 3 || open_.back().bracket != '[') return false;
    return place_ == StoryPlace::prompts_array ? open_.front().key == "prompts"
                                               : open_[1].key == "captions";
  }

  /// @returns false when the string is never closed, or only on a later line: then a quotation
  /// mark is missing, and what is string and what is not has changed places from there on.
  bool take_string() {
    std::string string;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\n' || text_[at_] == '\r') return false;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      string += text_[at_];
    }
    if (at_ >= text_.size()) return false;
    if (in_shots()) ++stories_.back().shots;
    if (!open_.empty()) open_.back().last_text = std::move(string);
    return true;
  }

  std::string_view text_;
  StoryPlace place_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  std::vector<StoryOutline> stories_;
};

/// The number of shots that every readable story has; nothing when they differ.
std::optional<int> common_shots(const Split& split) {
  std::set<std::size_t> numbers;
  for (const Story& story : split.stories) numbers.insert(story.shots.size());
  if (numbers.size() != 1 || *numbers.begin() == 0) return std::nullopt;
  return static_cast<int>(*numbers.begin());
}

/// The prompts of the IPs that were read whole, by IP.
std::map<std::string, std::vector<std::string>> whole_ips(const Split& split) {
  std::map<std::string, std::vector<std::string>> prompts;
  for (const Story& story : split.stories) prompts[story.ip].push_back(story.prompt);
  for (const LostStory& story : split.lost) prompts.erase(story.ip);
  for (const std::string& ip : split.uncounted_ips) prompts.erase(ip);
  return prompts;
}

/// Names for the stories of an IP of which nothing could be read; nothing when their number is not
/// known.
std::optional<std::vector<std::string>> names_of_lost(
    const std::map<std::string, std::vector<std::string>>& others, const FormSize& form) {
  std::vector<std::string> names;
  if (others.empty()) {
    if (!form.stories_per_ip) return std::nullopt;
    for (int i = 0; i < *form.stories_per_ip; ++i) names.push_back(std::to_string(i));
    return names;
  }
  const auto& first = others.begin()->second;
  const bool same_names = std::all_of(others.begin(), others.end(),
                                      [&](const auto& other) { return other.second == first; });
  const bool same_number = std::all_of(others.begin(), others.end(), [&](const auto& other) {
    return other.second.size() == first.size();
  });
  if (!same_number) return std::nullopt;
  if (same_names) return first;
  for (std::size_t i = 1; i <= first.size(); ++i) names.push_back(fmt::format("lost-{}", i));
  return names;
}

/// An IP whose file is not valid JSON may have more stories than its outline shows: it gets as many
/// as every IP that was read whole has.
void fill_up_outlines(Split& split, const std::vector<std::string>& names) {
  std::map<std::string, std::set<std::string>> seen;
  for (const LostStory& story : split.lost) seen[story.ip].insert(story.id);
  for (auto& [key, ids] : seen) {
    const std::string& ip = key;  // clang 14 captures no structured binding
    const bool is_outline =
        std::any_of(split.findings.begin(), split.findings.end(), [&](const Finding& finding) {
          return finding.kind == "bad_json" && finding.detail.starts_with(ip_label(ip));
        });
    if (!is_outline) continue;
    for (const std::string& name : names) {
      if (ids.size() >= names.size()) break;
      std::string id = fmt::format("{}/{}", ip, name);
      if (ids.insert(id).second) split.lost.push_back({std::move(id), ip, 0});
    }
  }
}

}  // namespace

std::optional<std::vector<StoryOutline>> outline_of(std::string_view text, StoryPlace place) {
  return Outliner(text, place).run();
}

void count_lost_stories(Split& split, const FormSize& form) {
  const int shots = common_shots(split).value_or(form.shots_per_story);
  const auto others = whole_ips(split);
  const auto names = names_of_lost(others, form);
  // One other IP says nothing where IPs may differ in size.
  if (names && others.size() >= (form.stories_per_ip ? 1U : 2U)) fill_up_outlines(split, *names);
  if (names) {
    for (const std::string& ip : split.uncounted_ips) {
      for (const std::string& name : *names)
        split.lost.push_back({fmt::format("{}/{}", ip, name), ip, shots});
    }
    split.uncounted_ips.clear();
  }
  std::set<std::string> ids;
  for (const Story& story : split.stories) ids.insert(story.id);
  int made_up = 0;
  for (LostStory& story : split.lost) {
    if (story.shots == 0) story.shots = shots;
    while (!is_safe_id(story.id) || !ids.insert(story.id).second)
      story.id = fmt::format("{}/lost-{}", story.ip, ++made_up);
  }
}

}  // namespace asbench::loaders
