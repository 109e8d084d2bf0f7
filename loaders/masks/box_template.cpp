#include "loaders/masks/box_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace asbench::loaders {
namespace {

/// A field of RFC 4180 that parse_csv() gives back as it is.
std::string field(std::string_view text) {
  const bool plain = text.find_first_of(",;\"\t\r\n ") == std::string_view::npos;
  if (plain) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace

BoxTemplate make_box_template(const SubjectRoster& roster, std::span<const ShotReport> shots,
                              const FrameRule& rule) {
  std::map<ShotKey, const ShotReport*> reports;
  for (const ShotReport& shot : shots) reports.emplace(shot.key, &shot);
  BoxTemplate made;
  made.csv = "story,shot,frame,character,x,y,w,h,video,video_frame\n";
  for (const SubjectShot& shot : roster.shots()) {
    if (shot.characters.empty()) continue;
    const ShotKey key{shot.story, shot.shot};
    const auto report = reports.find(key);
    std::vector<int> frames;
    if (report != reports.end()) frames = frame_indices(rule, report->second->frame_count);
    if (frames.empty()) {
      made.without_video.push_back(key);
      continue;
    }
    frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
    ++made.shots;
    const ShotSource& source = report->second->source.value();
    const int begin = source.is_cut() ? source.begin_frame : 0;
    for (const std::string& character : shot.characters) {
      for (const int frame : frames) {
        made.csv += fmt::format("{},{},{},{},,,,,{},{}\n", field(shot.story), shot.shot, frame,
                                field(character), field(source.path.string()), begin + frame);
        ++made.rows;
      }
    }
  }
  return made;
}

}  // namespace asbench::loaders
