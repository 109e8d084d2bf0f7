#include "loaders/prompts/prompt_stories.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "loaders/name_match.h"
#include "loaders/prompts/prompt_roles.h"
#include "loaders/splits/common.h"

namespace asbench::loaders {
namespace {

[[noreturn]] void fail(const std::string& where, std::string_view what) {
  throw BadInput(fmt::format("{}: {}", where, what));
}

class Builder {
 public:
  Builder(PromptFile file, std::string where) : file_(std::move(file)), where_(std::move(where)) {}

  PromptStories run(const std::function<bool(const std::string&)>& has_picture,
                    const std::optional<std::string>& only_ip) {
    settle_keys(has_picture);
    fill_in_ip(only_ip);
    if (file_.one_row_a_shot) put_rows_together();
    name_stories();
    number_shots();
    for (const PromptStory& story : file_.stories) take_ip(story);
    for (PromptStory& story : file_.stories) take_story(story);
    refuse_similar_ips();
    return std::move(result_);
  }

 private:
  /// Keys that may be IPs or stories are IPs where every one of them has a picture.
  void settle_keys(const std::function<bool(const std::string&)>& has_picture) {
    const PromptStory* with = nullptr;
    const PromptStory* without = nullptr;
    for (const PromptStory& story : file_.stories) {
      if (!story.ip_or_story) continue;
      (has_picture(*story.ip_or_story) ? with : without) = &story;
    }
    if (with != nullptr && without != nullptr) {
      fail(without->where,
           fmt::format("the keys may be IPs or stories: \"{}\" has a reference picture and \"{}\" "
                       "has none.\n  Write the keys as IP/story, or name the pictures by the IPs.",
                       *with->ip_or_story, *without->ip_or_story));
    }
    for (PromptStory& story : file_.stories) {
      if (story.ip_or_story) (with != nullptr ? story.ip : story.story) = story.ip_or_story;
    }
  }

  void fill_in_ip(const std::optional<std::string>& only_ip) {
    const auto has_ip = [](const PromptStory& story) { return story.ip.has_value(); };
    auto& stories = file_.stories;
    const auto without = std::find_if_not(stories.begin(), stories.end(), has_ip);
    if (without == stories.end()) return;
    if (std::any_of(stories.begin(), stories.end(), has_ip))
      fail(without->where, "nothing says whose story it is; others name their IP");
    if (!only_ip) {
      fail(where_,
           "nothing says whose stories these are.\n  Name the IP (the character) of each: in a "
           "column or key \"ip\", in a text by a heading \"# NAME\". One IP alone is also taken "
           "from --references with a single picture.");
    }
    for (PromptStory& story : stories) story.ip = only_ip;
    result_.notes.push_back(
        fmt::format("the file names no IP: all stories are taken for those of {}", *only_ip));
  }

  /// Rows of one story by its name, else by the numbers of their shots, which begin anew.
  void put_rows_together() {
    std::vector<PromptStory> stories;
    std::map<std::pair<std::string, std::string>, std::size_t> by_name;
    for (PromptStory& row : file_.stories) {
      const PromptShot& shot = row.shots.front();
      if (!row.story && !shot.number) {
        fail(row.where,
             "nothing says which rows make a story.\n  Add a column or key \"story\", or number "
             "the shots in \"shot\" so that each story begins anew.");
      }
      if (row.story) {
        const auto [at, is_new] =
            by_name.emplace(std::pair(nfc(*row.ip), nfc(*row.story)), stories.size());
        if (is_new)
          stories.push_back(std::move(row));
        else
          join(stories[at->second], std::move(row));
        continue;
      }
      numbered_by_shots_ = true;
      const bool goes_on = !stories.empty() && !stories.back().story &&
                           nfc(*stories.back().ip) == nfc(*row.ip) &&
                           *stories.back().shots.back().number < *shot.number;
      if (goes_on)
        join(stories.back(), std::move(row));
      else
        stories.push_back(std::move(row));
    }
    if (numbered_by_shots_)
      result_.notes.emplace_back("a story begins where the numbers of the shots begin anew");
    file_.stories = std::move(stories);
  }

  static void join(PromptStory& story, PromptStory row) {
    story.shots.push_back(std::move(row.shots.front()));
    if (!story.name) story.name = std::move(row.name);
    story.references.insert(story.references.end(), row.references.begin(), row.references.end());
  }

  /// Stories without a name are numbered from 1 within their IP.
  void name_stories() {
    const auto has_name = [](const PromptStory& story) { return story.story.has_value(); };
    const auto named = std::find_if(file_.stories.begin(), file_.stories.end(), has_name);
    const auto nameless = std::find_if_not(file_.stories.begin(), file_.stories.end(), has_name);
    if (nameless == file_.stories.end()) return;
    if (named != file_.stories.end()) {
      fail(nameless->where, fmt::format("the story has no name or number; the one at {} has.\n  "
                                        "Name all of them, or none.",
                                        named->where));
    }
    std::map<std::string, int> counts;
    for (PromptStory& story : file_.stories) story.story = std::to_string(++counts[nfc(*story.ip)]);
    result_.notes.emplace_back("stories without a name are numbered from 1 within their IP");
  }

  void number_shots() {
    bool any_from_zero = false;
    const PromptStory* from_one = nullptr;
    for (PromptStory& story : file_.stories) {
      const bool from_zero = check_numbers(story);
      if (from_zero) any_from_zero = true;
      if (!from_zero && story.shots.front().number) from_one = &story;
    }
    if (!any_from_zero) {
      for (PromptStory& story : file_.stories) fill_in_numbers(story);
      return;
    }
    if (from_one != nullptr) {
      fail(from_one->where,
           "the shots of this story are numbered from 1, those of others from 0.\n  Number the "
           "shots of all stories in one way.");
    }
    for (PromptStory& story : file_.stories) {
      for (PromptShot& shot : story.shots) shot.number = shot.number.value_or(0) + 1;
    }
    result_.notes.emplace_back("the file numbers the shots from 0: shot 0 is shot 1 of the split");
  }

  /// @returns true when the story's shots are numbered from 0.
  bool check_numbers(PromptStory& story) const {
    auto& shots = story.shots;
    const auto has_number = [](const PromptShot& shot) { return shot.number.has_value(); };
    if (std::none_of(shots.begin(), shots.end(), has_number)) return false;
    const auto without = std::find_if_not(shots.begin(), shots.end(), has_number);
    if (without != shots.end())
      fail(without->where, "the shot has no number; others of the story have");
    std::stable_sort(shots.begin(), shots.end(), [](const PromptShot& a, const PromptShot& b) {
      return *a.number < *b.number;
    });
    for (std::size_t i = 1; i < shots.size(); ++i) {
      if (*shots[i].number != *shots[i - 1].number) continue;
      fail(shots[i].where, fmt::format("shot {} of the story is there already ({}).\n  Number each "
                                       "shot once, or name the stories.",
                                       *shots[i].number, shots[i - 1].where));
    }
    const int first = *shots.front().number;
    const bool from_zero = file_.shots_from_zero || first == 0;
    const int begin = from_zero ? 0 : 1;
    for (std::size_t i = 0; i < shots.size(); ++i) {
      const int wanted = begin + static_cast<int>(i);
      if (*shots[i].number == wanted) continue;
      fail(shots[i].where,
           fmt::format("shot {} of story {} of {} is missing: this is shot {}.\n  Number the shots "
                       "of a story without gaps, from 1 or from 0.",
                       wanted, story.story.value_or(""), *story.ip, *shots[i].number));
    }
    return from_zero;
  }

  static void fill_in_numbers(PromptStory& story) {
    for (std::size_t i = 0; i < story.shots.size(); ++i)
      story.shots[i].number = static_cast<int>(i) + 1;
  }

  static std::string checked_id(const std::string& written, std::string_view what,
                                const std::string& where) {
    std::string id = nfc(without_spaces(written));
    if (is_safe_id(id)) return id;
    fail(where, fmt::format("the {} \"{}\" can't be part of a path.\n  Give it an id without "
                            "backslashes, control characters and empty, \".\" or \"..\" parts{}.",
                            what, excerpt(written),
                            what == "IP" ? ", and write its name into \"name\"" : ""));
  }

  void take_ip(const PromptStory& story) {
    const std::string id = checked_id(*story.ip, "IP", story.where);
    const auto known = std::find_if(result_.ips.begin(), result_.ips.end(),
                                    [&](const PromptIp& ip) { return ip.id == id; });
    PromptIp& ip = known != result_.ips.end() ? *known : result_.ips.emplace_back();
    if (ip.id.empty()) ip = {id, {}, {}, story.where};
    const auto refuse_two = [&](std::string_view what, const std::string& a, const std::string& b) {
      fail(story.where, fmt::format("IP {} has two {}: \"{}\" and \"{}\".\n  Write the same one "
                                    "everywhere.",
                                    id, what, a, b));
    };
    if (story.name && !ip.name.empty() && ip.name != *story.name)
      refuse_two("names", ip.name, *story.name);
    if (story.name) ip.name = *story.name;
    std::vector<std::string> stated;
    for (const std::string& file : story.references) {
      if (std::find(stated.begin(), stated.end(), file) == stated.end()) stated.push_back(file);
    }
    if (file_.one_row_a_shot && stated.size() > 1) refuse_two("references", stated[0], stated[1]);
    if (!stated.empty() && !ip.references.empty() && ip.references != stated)
      refuse_two("references", ip.references.front(), stated.front());
    if (!stated.empty()) ip.references = std::move(stated);
  }

  void take_story(PromptStory& read) {
    Story story;
    story.ip = nfc(without_spaces(*read.ip));
    const std::string name = checked_id(*read.story, "story", read.where);
    story.id = name.starts_with(story.ip + "/") ? name : story.ip + "/" + name;
    story.prompt = story.id.substr(story.ip.size() + 1);
    checked_id(story.id, "story", read.where);
    const auto [at, is_new] = first_line_.emplace(story.id, read.where);
    if (!is_new)
      fail(read.where, fmt::format("story {} is there already ({})", story.id, at->second));
    for (PromptShot& shot : read.shots) {
      if (!shot.caption || without_spaces(*shot.caption).empty()) fail(shot.where, "no caption");
      story.shots.push_back({*shot.number, without_spaces(*shot.caption),
                             std::move(shot.descriptive_caption), std::move(shot.audio_prompt)});
    }
    result_.stories.push_back(std::move(story));
  }

  /// "Momo" and "momo" are more likely one IP than two.
  void refuse_similar_ips() const {
    std::map<std::string, const PromptIp*> by_name;
    for (const PromptIp& ip : result_.ips) {
      const auto [at, is_new] = by_name.emplace(loose_name(ip.id), &ip);
      if (is_new) continue;
      fail(ip.where, fmt::format("the IPs \"{}\" and \"{}\" ({}) differ in letter case or zeros "
                                 "alone.\n  Write one IP in one way; give two IPs different names.",
                                 ip.id, at->second->id, at->second->where));
    }
  }

  PromptFile file_;
  std::string where_;
  PromptStories result_;
  std::map<std::string, std::string> first_line_;
  bool numbered_by_shots_ = false;
};

}  // namespace

PromptStories stories_of(PromptFile file, const std::string& where,
                         const std::function<bool(const std::string&)>& has_picture,
                         const std::optional<std::string>& only_ip) {
  return Builder(std::move(file), where).run(has_picture, only_ip);
}

}  // namespace asbench::loaders
