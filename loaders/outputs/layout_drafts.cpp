#include "loaders/outputs/layout_drafts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "loaders/name_match.h"
#include "loaders/outputs/layout_template.h"
#include "loaders/splits/find_file.h"

namespace asbench::loaders {
namespace {

/// A name in which some pieces are placeholders already; only the others are searched.
struct Piece {
  std::string text;
  bool fixed = false;  ///< a placeholder, or the ending of a video file (".mp4" holds a number)
};
using Draft = std::vector<Piece>;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Letters, digits and everything that is not ASCII: an id must not begin or end inside a word.
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

Draft with_placeholder(const Draft& draft, std::size_t piece, std::size_t begin, std::size_t length,
                       std::string placeholder) {
  Draft result(draft.begin(), draft.begin() + static_cast<std::ptrdiff_t>(piece));
  const std::string& text = draft[piece].text;
  result.push_back({text.substr(0, begin)});
  result.push_back({std::move(placeholder), true});
  result.push_back({text.substr(begin + length)});
  result.insert(result.end(), draft.begin() + static_cast<std::ptrdiff_t>(piece) + 1, draft.end());
  return result;
}

/// The draft with the first occurrence of an id as a placeholder, if there is one.
std::optional<Draft> with_id(const Draft& draft, const std::string& id,
                             const std::string& placeholder) {
  for (std::size_t i = 0; i < draft.size(); ++i) {
    const std::string& text = draft[i].text;
    if (draft[i].fixed || id.empty()) continue;
    for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id, at + 1)) {
      const std::size_t end = at + id.size();
      const bool cuts_word = (at > 0 && is_word(text[at - 1]) && is_word(id.front())) ||
                             (end < text.size() && is_word(text[end]) && is_word(id.back()));
      if (!cuts_word) return with_placeholder(draft, i, at, id.size(), placeholder);
    }
  }
  return std::nullopt;
}

/// "{shot}" for "3", also "{shot:02}" for "03" or "12".
std::vector<std::string> padded(const std::string& name, const std::string& digits) {
  std::vector<std::string> texts;
  const bool has_zero = digits.size() > 1 && digits.front() == '0';
  if (!has_zero) texts.push_back("{" + name + "}");
  if (digits.size() > 1 && digits.size() < 10)
    texts.push_back(fmt::format("{{{}:0{}}}", name, digits.size()));
  return texts;
}

/// Every draft in which one more number is a placeholder `names[0]`, `names[1]`, ...
std::vector<Draft> with_number(const Draft& draft, const std::vector<std::string>& names) {
  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < draft.size(); ++i) {
    const std::string& text = draft[i].text;
    for (std::size_t at = 0; !draft[i].fixed && at < text.size(); ++at) {
      std::size_t end = at;
      while (end < text.size() && is_digit(text[end])) ++end;
      if (end == at) continue;
      for (const std::string& name : names) {
        for (std::string& placeholder : padded(name, text.substr(at, end - at)))
          drafts.push_back(with_placeholder(draft, i, at, end - at, std::move(placeholder)));
      }
      at = end;
    }
  }
  return drafts;
}

std::string text_of(const Draft& draft) {
  std::string text;
  for (const Piece& piece : draft) text += piece.text;
  return text;
}

/// Whether prompts tell stories apart without their IP.
bool prompts_are_unique(const Split& split) {
  std::set<std::string_view> prompts;
  return std::all_of(split.stories.begin(), split.stories.end(),
                     [&](const Story& story) { return prompts.insert(story.prompt).second; });
}

/// The word in front of a placeholder, in lower case: "shot" in "Shot_{shot0:02}".
std::string word_before(const std::string& layout, const std::string& placeholder) {
  std::size_t end = layout.find("{" + placeholder);
  if (end == std::string::npos) return {};
  while (end > 0 && (layout[end - 1] == '_' || layout[end - 1] == '-' || layout[end - 1] == ' '))
    --end;
  std::size_t begin = end;
  while (begin > 0 && is_word(layout[begin - 1]) && !is_digit(layout[begin - 1])) --begin;
  return lower_case(layout.substr(begin, end - begin));
}

template <std::size_t N>
bool is_one_of(const std::string& word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::vector<std::string> templates_of_name(const std::string& name, const Split& split,
                                           const std::vector<const Story*>& stories,
                                           LayoutOf kind) {
  std::vector<std::string> templates;
  if (name.find_first_of("{}") != std::string::npos) return templates;
  const std::size_t ending = has_video_ending(name) ? name.rfind('.') : name.size();
  const Draft whole = {{name.substr(0, ending)}, {name.substr(ending), true}};
  std::vector<Draft> drafts;
  std::set<std::string> seen;
  const auto add = [&](Draft draft) {
    if (seen.insert(text_of(draft)).second) drafts.push_back(std::move(draft));
  };
  const bool ip_may_be_absent = split.ips.size() == 1 || prompts_are_unique(split);
  for (const Story* story : stories) {
    if (auto draft = with_id(whole, nfc(story->id), "{story}")) add(std::move(*draft));
    auto with_ip = with_id(whole, nfc(story->ip), "{ip}");
    if (!with_ip && story->name != story->ip) with_ip = with_id(whole, nfc(story->name), "{name}");
    if (!with_ip && !ip_may_be_absent) continue;
    const Draft& start = with_ip ? *with_ip : whole;
    if (auto draft = with_id(start, nfc(story->prompt), "{prompt}")) add(std::move(*draft));
    if (prompt_number(*story)) {
      for (Draft& draft : with_number(start, {"prompt", "prompt0", "prompt1"}))
        add(std::move(draft));
    }
    if (split.stories.size() == split.ips.size()) add(start);
  }
  for (const Draft& draft : drafts) {
    if (kind == LayoutOf::stories) {
      templates.push_back(text_of(draft));
      continue;
    }
    for (const Draft& complete : with_number(draft, {"shot", "shot0"}))
      templates.push_back(text_of(complete));
  }
  return templates;
}

int words_agree(const std::string& layout) {
  constexpr std::array<std::string_view, 5> kOfShots = {"shot", "scene", "clip", "take", "cut"};
  constexpr std::array<std::string_view, 5> kOfStories = {"story", "prompt", "episode", "ep",
                                                          "scenario"};
  const std::string shot = word_before(layout, "shot");
  const std::string story = word_before(layout, "prompt");
  return (is_one_of(shot, kOfShots) ? 1 : 0) + (is_one_of(story, kOfStories) ? 1 : 0) -
         (is_one_of(shot, kOfStories) ? 1 : 0) - (is_one_of(story, kOfShots) ? 1 : 0);
}

}  // namespace asbench::loaders
