#include "loaders/outputs/suggest_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/words.h"
#include "loaders/name_match.h"
#include "loaders/outputs/layout_template.h"

namespace asbench::loaders {
namespace {

using Field = LayoutTemplate::Field;

constexpr std::size_t kNamesLookedAt = 60;  ///< spread over the folder
constexpr std::size_t kStoriesTried = 200;  ///< spread over the split
constexpr std::size_t kTemplates = 600;
constexpr std::size_t kStride = 23;  ///< a prime: neighbours in a folder are much alike

template <typename T>
std::vector<const T*> spread(const std::vector<const T*>& all, std::size_t most) {
  if (all.size() <= most) return all;
  std::vector<const T*> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * all.size() / most]);
  return some;
}

/// How many numbers of a template count differently from the split.
int shifts(const std::string& text) {
  int count = 0;
  for (const char* name : {"{shot0", "{prompt0", "{prompt1"})
    count += text.find(name) == std::string::npos ? 0 : 1;
  return count;
}

/// People write the story before the shot.
bool shot_comes_first(const std::string& text) {
  const std::size_t shot = text.find("{shot");
  const std::size_t story = std::min(text.find("{story"), text.find("{prompt"));
  return shot < story && story != std::string::npos;
}

/// A shot (its place among all) and its file.
struct Hit {
  std::size_t shot = 0;
  std::string file;
  bool operator==(const Hit&) const = default;
};

/// A template and what it finds, in the order of the shots.
struct Candidate {
  std::string layout;
  std::vector<Hit> files;

  /// Better ones first.
  [[nodiscard]] auto rank() const {
    return std::tuple(-static_cast<long>(files.size()), shifts(layout), -words_agree(layout),
                      shot_comes_first(layout));
  }
};

class Search {
 public:
  Search(const Split& split, const FolderIndex& index, LayoutOf kind) : split_(split), kind_(kind) {
    for (const OutputEntry& entry : index.entries()) {
      if (!entry.may_be_shot() || (entry.is_folder && kind == LayoutOf::stories)) continue;
      entries_.push_back(&entry);
      names_.insert(nfc(entry.relative));
    }
    for (const Story& story : split.stories) all_.push_back(&story);
    tried_ = spread(all_, kStoriesTried);
  }

  std::optional<LayoutSuggestion> best() {
    const auto names_looked_at = spread(entries_, kNamesLookedAt);
    const std::size_t stride = names_looked_at.size() % kStride == 0 ? 1 : kStride;
    for (std::size_t i = 0; i < names_looked_at.size(); ++i)
      add_templates(*names_looked_at[i * stride % names_looked_at.size()]);
    std::erase_if(candidates_, [](const Candidate& candidate) { return candidate.files.empty(); });
    if (candidates_.empty()) return std::nullopt;
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.rank() < b.rank(); });
    const Candidate& first = candidates_.front();
    LayoutSuggestion best{.layout = first.layout, .files = entries_.size()};
    best.found = files_of(first.layout, all_).size();
    for (const Candidate& other : candidates_) {
      if (is_as_good(other, first)) {
        best.also = other.layout;
        break;
      }
    }
    best.doubt = doubt_about(first, best);
    return best;
  }

 private:
  /// Templates that this name may come from, with what they find.
  void add_templates(const OutputEntry& entry) {
    for (std::string& text : templates_of_name(nfc(entry.relative), split_, tried_, kind_)) {
      if (candidates_.size() >= kTemplates) return;
      if (!known_.insert(text).second) continue;
      auto files = files_of(text, tried_);
      candidates_.push_back({std::move(text), std::move(files)});
    }
  }

  /// The files that a template finds for the stories' shots, in their order; none when it gives two
  /// shots one file.
  std::vector<Hit> files_of(const std::string& text,
                            const std::vector<const Story*>& stories) const {
    std::vector<Hit> files;
    std::unordered_set<std::string> seen;
    std::size_t place = 0;
    const auto take = [&](const LayoutTemplate& layout, const Story& story, int shot) {
      std::string name = nfc(layout.expand(story, shot).string());
      const std::size_t own_place = place++;
      if (!names_.contains(name)) return true;
      if (!seen.insert(name).second) return false;
      files.push_back({own_place, std::move(name)});
      return true;
    };
    try {
      const LayoutTemplate layout(text);
      for (const Story* story : stories) {
        if (kind_ == LayoutOf::stories) {
          if (!take(layout, *story, 1)) return {};
          continue;
        }
        for (const Shot& shot : story->shots) {
          if (!take(layout, *story, shot.number)) return {};
        }
      }
    } catch (const Error&) {
      return {};  // not every prompt is a number, or an id can't be part of a path
    }
    return files;
  }

  /// Whether both explain as much, in different ways, and nothing in the names speaks for one.
  static bool is_as_good(const Candidate& other, const Candidate& best) {
    return other.files.size() == best.files.size() && other.files != best.files &&
           !(words_agree(best.layout) > 0 && words_agree(other.layout) < 0);
  }

  /// Note [Certain layouts]
  std::string doubt_about(const Candidate& best, const LayoutSuggestion& suggestion) const {
    if (!suggestion.also.empty())
      return fmt::format("{} finds as many", layout_option(suggestion.also));
    std::set<std::string> taken;
    for (const Hit& hit : best.files) taken.insert(hit.file);
    for (const Candidate& other : candidates_) {
      const auto own = std::count_if(other.files.begin(), other.files.end(),
                                     [&](const Hit& hit) { return !taken.contains(hit.file); });
      if (2 * static_cast<std::size_t>(own) >= best.files.size())
        return fmt::format("{} finds other files", layout_option(other.layout));
    }
    if (2 * suggestion.found < suggestion.files)
      return "more than half of the videos are no shots of the split under it";
    if (2 * suggestion.found < (kind_ == LayoutOf::stories ? all_.size() : split_.shot_count()))
      return "more than half of the split has no file under it";
    const LayoutTemplate layout(best.layout);
    if (layout.has(Field::prompt0) || layout.has(Field::prompt1))
      return "it numbers stories differently from the split";
    if (layout.has(Field::shot0) && !are_all_from_zero(layout))
      return "the numbers of the shots don't run from 0 to n-1 in every story";
    return {};
  }

  /// Every story that has files has all of 0 to n-1, and none beyond.
  bool are_all_from_zero(const LayoutTemplate& layout) const {
    return std::all_of(all_.begin(), all_.end(), [&](const Story* story) {
      const auto is_there = [&](int shot) {
        return names_.contains(nfc(layout.expand(*story, shot).string()));
      };
      const int last = static_cast<int>(story->shots.size());
      int found = 0;
      for (int shot = 1; shot <= last; ++shot) found += is_there(shot) ? 1 : 0;
      return (found == 0 || found == last) && !is_there(last + 1);
    });
  }

  const Split& split_;
  const LayoutOf kind_;
  std::vector<const OutputEntry*> entries_;
  std::unordered_set<std::string> names_;
  std::vector<const Story*> all_;
  std::vector<const Story*> tried_;
  std::vector<Candidate> candidates_;
  std::set<std::string> known_;
};

}  // namespace

std::optional<LayoutSuggestion> suggest_layout(const Split& split, const FolderIndex& index,
                                               LayoutOf kind) {
  return Search(split, index, kind).best();
}

std::string suggestion_text(const LayoutSuggestion& suggestion, std::size_t shots) {
  std::string text = fmt::format("This one finds {} of {}: {}", suggestion.found,
                                 counted(static_cast<std::int64_t>(shots), "shot", "shots"),
                                 layout_option(suggestion.layout));
  if (suggestion.files > suggestion.found) {
    text += fmt::format("\n  It leaves {} of {} aside", suggestion.files - suggestion.found,
                        counted(static_cast<std::int64_t>(suggestion.files),
                                "video or folder of frames", "videos or folders of frames"));
  }
  if (!suggestion.also.empty()) {
    text += fmt::format(
        "\n  {} finds as many, but takes other files for the shots: choose by what the numbers "
        "mean",
        layout_option(suggestion.also));
  } else if (!suggestion.doubt.empty()) {
    text += fmt::format("\n  It is not used by itself: {}", suggestion.doubt);
  }
  return text;
}

std::string layout_option(const std::string& layout) {
  std::string quoted;
  for (const char c : layout) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "--layout '" + quoted + "'";
}

}  // namespace asbench::loaders
