#include <map>
#include <optional>
#include <string>

#include "loaders/outputs/finders.h"
#include "loaders/source_videos.h"

namespace asbench::loaders {

Outputs find_source_shots(const Split& split, const std::filesystem::path& videos) {
  const SourceVideos source(videos, "--outputs");
  Outputs outputs;
  outputs.layout = kSourceLayout;
  std::map<std::string, std::optional<std::filesystem::path>> by_ip;
  for (const Ip& ip : split.ips) {
    SourceVideos::Answer answer = source.find(ip.id);
    by_ip[ip.id] = answer.file;
    if (answer.finding) outputs.findings.push_back(std::move(*answer.finding));
  }
  for (const Story& story : split.stories) {
    const auto& video = by_ip.at(story.ip);
    for (const Shot& shot : story.shots) {
      if (video && shot.source) {
        outputs.shots[{story.id, shot.number}] = {ShotSource::Kind::video_range, *video,
                                                  shot.source->begin_frame, shot.source->end_frame};
        continue;
      }
      outputs.findings.push_back({"missing_shot", story.id, shot.number,
                                  video ? "the split does not say which frames of the video it is"
                                        : "its source video is missing"});
    }
  }
  return outputs;
}

}  // namespace asbench::loaders
