#include "loaders/outputs/layout_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

#include "core/error.h"
#include "loaders/name_match.h"
#include "loaders/splits/common.h"

namespace asbench::loaders {
namespace {

constexpr std::array<std::string_view, 16> kVideoEndings = {
    ".mp4",  ".mov", ".avi", ".mkv", ".webm", ".m4v", ".gif", ".mpg",
    ".mpeg", ".ts",  ".flv", ".wmv", ".m2ts", ".mts", ".ogv", ".3gp"};

constexpr std::string_view kAllowed =
    "A template is a path relative to --outputs with {ip}, {name}, {prompt}, {story} and {shot} "
    "(or "
    "{shot0}, {prompt0}, {prompt1} for other numbering); {shot:02} pads a number with zeros.";

/// In the order of LayoutTemplate::Field.
const std::vector<std::string>& placeholder_names() {
  static const std::vector<std::string> names = {"ip",      "name",  "prompt", "prompt0",
                                                 "prompt1", "story", "shot",   "shot0"};
  return names;
}

bool climbs(const std::filesystem::path& path) {
  return std::find(path.begin(), path.end(), "..") != path.end();
}

}  // namespace

LayoutTemplate::LayoutTemplate(std::string_view text) : text_(text) {
  const auto fail = [&](std::string_view what) {
    throw UsageError(fmt::format("layout \"{}\": {}. {}", text_, what, kAllowed));
  };
  if (text.empty()) fail("empty");
  if (std::filesystem::path(text).is_absolute()) fail("an absolute path");
  if (climbs(std::filesystem::path(text))) fail("\"..\" leads out of the outputs folder");
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) pieces_.push_back({std::nullopt, literal, 0});
    literal.clear();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '}') fail("a } without a {");
    if (text[at] != '{') {
      literal += text[at];
      continue;
    }
    const std::size_t close = text.find('}', at);
    if (close == std::string_view::npos) fail("a { without a }");
    end_literal();
    pieces_.push_back(parse_placeholder(text.substr(at + 1, close - at - 1), text));
    at = close;
  }
  end_literal();
}

LayoutTemplate::Piece LayoutTemplate::parse_placeholder(std::string_view name,
                                                        std::string_view whole) {
  const auto& names = placeholder_names();
  const auto fail = [&] {
    throw UsageError(fmt::format("layout \"{}\": unknown placeholder {{{}}}.{} {}", whole, name,
                                 did_you_mean(name, names), kAllowed));
  };
  const std::size_t colon = std::min(name.find(':'), name.size());
  const auto known = std::find(names.begin(), names.end(), name.substr(0, colon));
  if (known == names.end()) fail();
  Piece piece;
  piece.field = static_cast<Field>(known - names.begin());
  const std::string_view padding = name.substr(colon);
  if (padding.empty()) return piece;
  const bool is_number =
      *piece.field != Field::ip && *piece.field != Field::name && *piece.field != Field::story;
  if (!is_number || padding.size() != 3 || padding[1] != '0' || padding[2] < '1' ||
      padding[2] > '9')
    fail();
  piece.digits = padding[2] - '0';
  return piece;
}

bool LayoutTemplate::has(Field field) const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [&](const Piece& piece) { return piece.field == field; });
}

std::string LayoutTemplate::name_in_path(const Story& story) const {
  std::string name = story.name.empty() ? story.ip.substr(story.ip.rfind('/') + 1) : story.name;
  if (is_safe_id(name)) return name;
  throw UsageError(fmt::format(
      "layout \"{}\": the name of IP {}, {}, can't be part of an output path. Use {{ip}}.", text_,
      story.ip, Json(name).dump(-1, ' ', false, Json::error_handler_t::replace)));
}

std::string LayoutTemplate::filled_in(const Piece& piece, const Story& story, int shot) const {
  const auto number = [&](long value) { return fmt::format("{:0{}}", value, piece.digits); };
  if (!piece.field) return piece.literal;
  switch (*piece.field) {
    case Field::ip:
      return story.ip;
    case Field::name:
      return name_in_path(story);
    case Field::story:
      return story.id;
    case Field::shot:
      return number(shot);
    case Field::shot0:
      return number(shot - 1);
    default:
      break;
  }
  const bool as_it_is = *piece.field == Field::prompt;
  if (as_it_is && piece.digits == 1) return story.prompt;
  const auto prompt = prompt_number(story);
  const long value = prompt.value_or(-1) + (as_it_is ? 0 : *piece.field == Field::prompt0 ? -1 : 1);
  if (!prompt || value < 0) {
    throw UsageError(fmt::format(
        "layout \"{}\": story {} has the prompt \"{}\", which is no number{}. Use "
        "{{prompt}}.",
        text_, story.id, story.prompt, *piece.field == Field::prompt0 ? " from 1 on" : ""));
  }
  return number(value);
}

std::filesystem::path LayoutTemplate::expand(const Story& story, int shot) const {
  for (const std::string* id : {&story.id, &story.ip, &story.prompt}) {
    if (!is_safe_id(*id)) {
      throw BadInput(fmt::format(
          "story {}: the id {} can't be part of an output path (an empty, \".\" or \"..\" part, a "
          "backslash or a control character)",
          Json(story.id).dump(-1, ' ', false, Json::error_handler_t::replace),
          Json(*id).dump(-1, ' ', false, Json::error_handler_t::replace)));
    }
  }
  std::string path;
  for (const Piece& piece : pieces_) path += filled_in(piece, story, shot);
  return inside({}, path, fmt::format("layout \"{}\", story {}", text_, story.id));
}

std::optional<long> prompt_number(const Story& story) {
  long number = 0;
  const char* const end = story.prompt.data() + story.prompt.size();
  const auto [stop, error] = std::from_chars(story.prompt.data(), end, number);
  if (error != std::errc{} || stop != end || number < 0) return std::nullopt;
  return number;
}

bool has_video_ending(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kVideoEndings.begin(), kVideoEndings.end(), ending) != kVideoEndings.end();
}

std::filesystem::path inside(const std::filesystem::path& folder,
                             const std::filesystem::path& relative, std::string_view where) {
  const auto normal = relative.lexically_normal();
  const auto below =
      normal.is_absolute()
          ? normal.lexically_relative(std::filesystem::absolute(folder / ".").lexically_normal())
          : normal;
  if (below.empty() || below.is_absolute() || *below.begin() == "..") {
    throw BadInput(fmt::format(
        "{}: {} is outside the outputs folder.\n  Put or link the files into the folder that "
        "--outputs names.",
        where, relative.string()));
  }
  return folder / below;
}

}  // namespace asbench::loaders
