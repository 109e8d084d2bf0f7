#include "tests/loaders/annotations/annotation_samples.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/paths.h"

namespace asbench::testing {
namespace {

Json reference(const std::string& id, int first_frame) {
  Json masks = Json::array();
  for (int i = 0; i < 2; ++i) {
    masks.push_back({{"frame index", first_frame + 25 * i},
                     {"rle mask", {{"size", {3, 4}}, {"counts", "433NN"}}}});
  }
  return {{"ID", id}, {"masks", masks}};
}

Json shot(int number) {
  return {
      {"start time", fmt::format("00:{:02}", 20 * (number - 1))},
      {"end time", number == 3 ? "01:00" : fmt::format("00:{:02}", 20 * number)},
      {"is_prologue_or_epilogue", false},
      {"main characters", number == 2 ? Json{"Fox"} : Json{"Fox", "Owl"}},
      {"scene", number == 2 ? "Den" : "Wood"},
      {"visual annotation",
       {{"narrative caption", fmt::format("The fox does thing {}.", number)},
        {"descriptive caption", fmt::format("In a dark wood, the fox does thing {}.", number)}}}};
}

}  // namespace

Json annotated_video(const std::string& id, int segments) {
  Json video{{"video ID", id}, {"url", "https://example.org"}, {"fps", 25.0}};
  video["segments"] = Json::array();
  for (int i = 0; i < segments; ++i) {
    Json script{{"storyline", "A fox meets an owl."}};
    script["main characters"] = {{{"ID", "Fox"}, {"appearance", "red"}},
                                 {{"ID", "Owl"}, {"appearance", "grey"}}};
    script["main scenes"] = {{{"ID", "Wood"}, {"environment", "dark"}},
                             {{"ID", "Den"}, {"environment", "warm"}}};
    script["shots"] = {shot(1), shot(2), shot(3)};
    Json segment{{"start frame index", 1500 * i}, {"end frame index", 1500 * (i + 1)}};
    segment["story script"] = script;
    segment["reference images"] = {reference("Fox", 1500 * i + 10),
                                   reference("Owl", 1500 * i + 20)};
    video["segments"].push_back(segment);
  }
  return video;
}

Json& segment_of(Json& video, int segment) {
  return video["segments"][static_cast<std::size_t>(segment)];
}

Json& script_of(Json& video, int segment) {
  return segment_of(video, segment)["story script"];
}

Json& shot_of(Json& video, int shot, int segment) {
  return script_of(video, segment)["shots"][static_cast<std::size_t>(shot - 1)];
}

loaders::AnnotationFile parsed(const Json& document) {
  return loaders::parse_annotations(document.dump(), {"video.json", "stem"});
}

std::vector<std::string> kinds_of(const loaders::AnnotationFile& file) {
  std::vector<std::string> kinds;
  for (const auto& finding : file.findings) {
    std::string text(finding.kind);
    if (finding.video >= 0) text += fmt::format("@{}", finding.video);
    if (finding.segment >= 0) text += fmt::format("/{}", finding.segment);
    if (finding.shot > 0) text += fmt::format("#{}", finding.shot);
    kinds.push_back(text);
  }
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

std::filesystem::path genuine_annotations() {
  const auto file =
      source_folder() / ".." / "shared" / "data" / "animeshooter-annotations" / "LvJRvwIDh0E.json";
  return std::filesystem::exists(file) ? file.lexically_normal() : std::filesystem::path();
}

}  // namespace asbench::testing
