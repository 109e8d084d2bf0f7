#include "loaders/outputs/suggest_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/words.h"
#include "loaders/name_match.h"
#include "loaders/outputs/layout_template.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kNamesLookedAt = 60;  ///< spread over the folder
constexpr std::size_t kStoriesTried = 200;  ///< spread over the split
constexpr std::size_t kTemplates = 600;
constexpr std::size_t kStride = 23;  ///< a prime: neighbours in a folder are much alike

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

template <typename T>
std::vector<const T*> spread(const std::vector<const T*>& all, std::size_t most) {
  if (all.size() <= most) return all;
  std::vector<const T*> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * all.size() / most]);
  return some;
}

class Search {
 public:
  Search(const Split& split, const FolderIndex& index) : split_(split) {
    for (const OutputEntry& entry : index.entries()) {
      if (!entry.may_be_shot()) continue;
      entries_.push_back(&entry);
      names_.insert(nfc(entry.relative));
    }
    std::vector<const Story*> stories;
    for (const Story& story : split.stories) stories.push_back(&story);
    tried_ = spread(stories, kStoriesTried);
  }

  std::optional<LayoutSuggestion> best() {
    const auto names_looked_at = spread(entries_, kNamesLookedAt);
    const std::size_t stride = names_looked_at.size() % kStride == 0 ? 1 : kStride;
    for (std::size_t i = 0; i < names_looked_at.size(); ++i)
      add_templates(*names_looked_at[i * stride % names_looked_at.size()]);
    LayoutSuggestion best;
    std::vector<std::string> names;
    for (const std::string& text : templates_) {
      auto found = files_of(text, tried_);
      const std::size_t count = found.size();
      if (count == 0 || count < best.found) continue;
      if (count == best.found && shifts(text) == shifts(best.layout)) {
        if (found == names) continue;
        if (shot_comes_first(best.layout) && !shot_comes_first(text)) {
          best.also = std::exchange(best.layout, text);
          names = std::move(found);
        } else if (best.also.empty()) {
          best.also = text;
        }
      } else if (count > best.found || shifts(text) < shifts(best.layout)) {
        best = {text, count, {}};
        names = std::move(found);
      }
    }
    if (best.found == 0) return std::nullopt;
    std::vector<const Story*> all;
    for (const Story& story : split_.stories) all.push_back(&story);
    best.found = files_of(best.layout, all).size();
    return best;
  }

 private:
  /// Templates that this name may come from.
  void add_templates(const OutputEntry& entry) {
    const std::string name = nfc(entry.relative);
    if (name.find_first_of("{}") != std::string::npos) return;
    const std::size_t ending = has_video_ending(name) ? name.rfind('.') : name.size();
    const Draft whole = {{name.substr(0, ending)}, {name.substr(ending), true}};
    std::vector<Draft> drafts;
    std::set<std::string> seen;
    const auto add = [&](Draft draft) {
      if (seen.insert(text_of(draft)).second) drafts.push_back(std::move(draft));
    };
    for (const Story* story : tried_) {
      if (auto draft = with_id(whole, nfc(story->id), "{story}")) add(std::move(*draft));
      const auto with_ip = with_id(whole, nfc(story->ip), "{ip}");
      if (!with_ip && split_.ips.size() > 1) continue;
      const Draft& start = with_ip ? *with_ip : whole;
      if (auto draft = with_id(start, nfc(story->prompt), "{prompt}")) add(std::move(*draft));
      if (prompt_number(*story)) {
        for (Draft& draft : with_number(start, {"prompt", "prompt0", "prompt1"}))
          add(std::move(draft));
      }
      if (split_.stories.size() == split_.ips.size()) add(start);
    }
    for (const Draft& draft : drafts) {
      for (const Draft& complete : with_number(draft, {"shot", "shot0"})) {
        if (templates_.size() >= kTemplates) return;
        const std::string text = text_of(complete);
        if (known_.insert(text).second) templates_.push_back(text);
      }
    }
  }

  /// The files that a template finds for the stories' shots, in their order; none when it gives two
  /// shots one file.
  std::vector<std::string> files_of(const std::string& text,
                                    const std::vector<const Story*>& stories) const {
    std::vector<std::string> files;
    std::unordered_set<std::string> seen;
    try {
      const LayoutTemplate layout(text);
      for (const Story* story : stories) {
        for (const Shot& shot : story->shots) {
          std::string name = nfc(layout.expand(*story, shot.number).string());
          if (!names_.contains(name)) continue;
          if (!seen.insert(name).second) return {};
          files.push_back(std::move(name));
        }
      }
    } catch (const Error&) {
      return {};  // not every prompt is a number, or an id can't be part of a path
    }
    return files;
  }

  /// How many numbers of a template count differently from the split.
  static int shifts(const std::string& text) {
    int count = 0;
    for (const char* name : {"{shot0", "{prompt0", "{prompt1"})
      count += text.find(name) == std::string::npos ? 0 : 1;
    return count;
  }

  /// People write the story before the shot.
  static bool shot_comes_first(const std::string& text) {
    const std::size_t shot = text.find("{shot");
    const std::size_t story = std::min(text.find("{story"), text.find("{prompt"));
    return shot < story && story != std::string::npos;
  }

  const Split& split_;
  std::vector<const OutputEntry*> entries_;
  std::unordered_set<std::string> names_;
  std::vector<const Story*> tried_;
  std::vector<std::string> templates_;  ///< in the order in which they were found
  std::set<std::string> known_;
};

}  // namespace

std::optional<LayoutSuggestion> suggest_layout(const Split& split, const FolderIndex& index) {
  return Search(split, index).best();
}

std::string suggestion_text(const LayoutSuggestion& suggestion, std::size_t shots) {
  std::string text = fmt::format("This one finds {} of {}: {}", suggestion.found,
                                 counted(static_cast<std::int64_t>(shots), "shot", "shots"),
                                 layout_option(suggestion.layout));
  if (!suggestion.also.empty()) {
    text += fmt::format(
        "\n  {} finds as many, but takes other files for the shots: choose by what the numbers "
        "mean",
        layout_option(suggestion.also));
  }
  return text;
}

std::string layout_option(const std::string& layout) {
  std::string quoted;
  for (const char c : layout) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "--layout '" + quoted + "'";
}

}  // namespace asbench::loaders
