#include "loaders/outputs/layout_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/error.h"
#include "loaders/splits/common.h"

namespace asbench::loaders {
namespace {

constexpr std::array<std::string_view, 12> kVideoEndings = {".mp4",  ".mov", ".avi", ".mkv",
                                                            ".webm", ".m4v", ".gif", ".mpg",
                                                            ".mpeg", ".ts",  ".flv", ".wmv"};

constexpr std::string_view kAllowed =
    "A template is a path relative to --outputs with {ip}, {prompt}, {story}, {shot} or {shot:02}.";

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
    if (!literal.empty()) pieces_.push_back({Piece::Kind::literal, literal, 0});
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
  if (name == "ip") return {Piece::Kind::ip, {}, 0};
  if (name == "prompt") return {Piece::Kind::prompt, {}, 0};
  if (name == "story") return {Piece::Kind::story, {}, 0};
  if (name == "shot") return {Piece::Kind::shot, {}, 1};
  if (name.size() == 7 && name.starts_with("shot:0") && name[6] >= '1' && name[6] <= '9') {
    return {Piece::Kind::shot, {}, name[6] - '0'};
  }
  throw UsageError(
      fmt::format("layout \"{}\": unknown placeholder {{{}}}. {}", whole, name, kAllowed));
}

bool LayoutTemplate::has_shot() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.kind == Piece::Kind::shot; });
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
  for (const Piece& piece : pieces_) {
    switch (piece.kind) {
      case Piece::Kind::literal:
        path += piece.literal;
        break;
      case Piece::Kind::ip:
        path += story.ip;
        break;
      case Piece::Kind::prompt:
        path += story.prompt;
        break;
      case Piece::Kind::story:
        path += story.id;
        break;
      case Piece::Kind::shot:
        path += fmt::format("{:0{}}", shot, piece.shot_digits);
        break;
    }
  }
  return inside({}, path, fmt::format("layout \"{}\", story {}", text_, story.id));
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
