#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/words.h"
#include "loaders/prompts/prompt_file.h"
#include "loaders/prompts/prompt_roles.h"
#include "loaders/splits/find_file.h"

// Prompts in a plain text: one line a caption, one block of lines a story. A line "# IP" or
// "# IP / story" (or in brackets: [IP]) before a block says whose it is.
namespace asbench::loaders {
namespace {

constexpr std::size_t kLongestMark = 8;  ///< letters looked at: "shot", "scene"
constexpr std::size_t kMostDigits = 4;

/// The text of a heading, if the line is one.
std::optional<std::string> heading_of(const std::string& line) {
  if (line.starts_with('#'))
    return without_spaces(line.substr(std::min(line.find_first_not_of('#'), line.size())));
  if (line.starts_with('[') && line.ends_with(']'))
    return without_spaces(line.substr(1, line.size() - 2));
  return std::nullopt;
}

/// "1. A caption", "Shot 1: A caption": the number, and the caption alone.
std::optional<std::pair<int, std::string>> numbered_line(const std::string& line) {
  std::size_t at = 0;
  const std::string start = lower_case(line.substr(0, kLongestMark));
  for (const std::string_view word : {"shot", "scene"}) {
    if (start.starts_with(word)) at = word.size();
  }
  while (at < line.size() && (line[at] == ' ' || line[at] == '#')) ++at;
  const std::size_t first = at;
  while (at < line.size() && line[at] >= '0' && line[at] <= '9') ++at;
  if (at == first || at - first > kMostDigits) return std::nullopt;
  const int number = std::stoi(line.substr(first, at - first));
  while (at < line.size() && line[at] == ' ') ++at;
  if (at + 1 >= line.size() || std::string_view(".):").find(line[at]) == std::string_view::npos ||
      (line[at + 1] != ' ' && line[at + 1] != '\t'))
    return std::nullopt;
  return std::pair(number, without_spaces(std::string_view(line).substr(at + 1)));
}

/// "- A caption": the caption alone.
std::optional<std::string> bulleted_line(const std::string& line) {
  for (const std::string_view bullet : {"- ", "* ", "\xE2\x80\xA2 "}) {
    if (line.starts_with(bullet))
      return without_spaces(std::string_view(line).substr(bullet.size()));
  }
  return std::nullopt;
}

class TextReader {
 public:
  TextReader(std::string_view text, std::string_view where) : text_(text), where_(where) {}

  PromptFile run() {
    int number = 0;
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find_first_of("\r\n", begin), text_.size());
      take_line(without_spaces(text_.substr(begin, end - begin)), ++number);
      begin = end + (text_.substr(end).starts_with("\r\n") ? 2 : 1);
    }
    end_block();
    if (file_.stories.empty())
      throw BadInput(
          fmt::format("{}: no captions.\n  Write one caption a line and an empty line "
                      "between stories.",
                      where_));
    if (heading_ && !heading_used_) {
      throw BadInput(fmt::format("{}, line {}: no captions follow the heading \"{}\"", where_,
                                 heading_line_, *heading_));
    }
    file_.form =
        fmt::format("a text, {} of lines",
                    counted(static_cast<std::int64_t>(file_.stories.size()), "block", "blocks"));
    file_.used = {"captions (one a line, one block of lines a story)"};
    if (any_heading_) file_.used.emplace_back("headings (# IP, or # IP / story)");
    if (stripped_) file_.notes.emplace_back("numbers or bullets before the captions are left out");
    return std::move(file_);
  }

 private:
  void take_line(const std::string& line, int number) {
    if (line.empty()) {
      end_block();
      return;
    }
    const auto heading = heading_of(line);
    if (!heading) {
      if (block_.empty()) block_line_ = number;
      block_.push_back({line, number});
      return;
    }
    end_block();
    if (heading_ && !heading_used_) {
      throw BadInput(fmt::format("{}, line {}: no captions follow the heading \"{}\"", where_,
                                 heading_line_, *heading_));
    }
    if (heading->empty())
      throw BadInput(
          fmt::format("{}, line {}: the heading is empty.\n  Write the IP there, or the "
                      "IP and the story: # momo / 1",
                      where_, number));
    heading_ = heading;
    heading_line_ = number;
    heading_used_ = false;
    any_heading_ = true;
  }

  void end_block() {
    if (block_.empty()) return;
    PromptStory& story = file_.stories.emplace_back();
    story.where = fmt::format("{}, line {}", where_, block_line_);
    if (heading_) name(story);
    for (auto& [caption, line] : without_marks()) {
      PromptShot shot{std::nullopt};
      shot.caption = caption;
      shot.where = fmt::format("{}, line {}", where_, line);
      story.shots.push_back(std::move(shot));
    }
    block_.clear();
  }

  /// IP and story of the heading. One that names a story stands before one block.
  void name(PromptStory& story) {
    const std::size_t slash = heading_->rfind('/');
    if (slash == std::string::npos) {
      story.ip = heading_;
    } else {
      story.ip = without_spaces(heading_->substr(0, slash));
      story.story = without_spaces(heading_->substr(slash + 1));
      if (story.ip->empty() || story.story->empty()) {
        throw BadInput(
            fmt::format("{}, line {}: the heading \"{}\" lacks the IP or the story.\n  "
                        "Write # IP / story",
                        where_, heading_line_, *heading_));
      }
      if (heading_used_) {
        throw BadInput(
            fmt::format("{}: a second block of captions under the heading \"{}\".\n  "
                        "Write a heading before each story, or headings that name the "
                        "IP alone.",
                        story.where, *heading_));
      }
    }
    heading_used_ = true;
  }

  using Lines = std::vector<std::pair<std::string, int>>;

  /// The block's lines; marks go when every line has one and numbers count up from 0 or 1.
  Lines without_marks() {
    Lines numbered;
    Lines bulleted;
    std::optional<int> first;
    for (const auto& [line, number] : block_) {
      if (auto parts = numbered_line(line)) {
        if (!first) first = parts->first;
        if (*first <= 1 && parts->first == *first + static_cast<int>(numbered.size()))
          numbered.emplace_back(std::move(parts->second), number);
      }
      if (auto rest = bulleted_line(line)) bulleted.emplace_back(std::move(*rest), number);
    }
    for (Lines* lines : {&numbered, &bulleted}) {
      if (lines->size() != block_.size()) continue;
      stripped_ = true;
      return std::move(*lines);
    }
    return block_;
  }

  std::string_view text_;
  std::string where_;
  PromptFile file_;
  Lines block_;
  int block_line_ = 0;
  std::optional<std::string> heading_;
  int heading_line_ = 0;
  bool heading_used_ = true;
  bool any_heading_ = false;
  bool stripped_ = false;
};

}  // namespace

PromptFile prompts_of_lines(std::string_view text, std::string_view where) {
  return TextReader(text, where).run();
}

}  // namespace asbench::loaders
