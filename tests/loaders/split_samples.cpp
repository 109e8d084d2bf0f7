#include "tests/loaders/split_samples.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json.h"
#include "tests/support/paths.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

Json captions(const std::string& start) {
  Json list = Json::array();
  for (int shot = 1; shot <= 4; ++shot) list.push_back(fmt::format("{}, shot {}.", start, shot));
  return list;
}

}  // namespace

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  write_file_atomically(file, text);
}

void make_demo_split(const std::filesystem::path& folder) {
  Json alpha;
  alpha["1"] = {{"captions", captions("A fox in a café")}, {"audio", captions("wind")}};
  alpha["3"] = {{"captions", captions("A fox at sea")}};
  Json beta;
  beta["2"] = {{"captions", captions("A crow on a roof")}, {"audio", captions("rain")}};
  write_text(folder / "alpha.json", alpha.dump());
  write_text(folder / "beta.json", beta.dump());
  make_picture(folder / "alpha_ref.png", made_frame({.seed = 1}, 0));
  make_picture(folder / "beta_ref.png", made_frame({.seed = 2}, 0));
}

void make_test_set_split(const std::filesystem::path& folder) {
  for (const std::string ip : {"one", "two"}) {
    Json prompts = Json::array();
    for (int story = 0; story < 10; ++story) {
      prompts.push_back(captions(fmt::format("{} story {}", ip, story)));
    }
    write_text(folder / ip / "prompts.json", Json{{"prompts", prompts}}.dump());
    make_picture(folder / ip / "reference.png", made_frame({.seed = 7}, 0));
  }
  write_text(folder / "one" / "clips.json",
             R"([{"file": "clips/01.mp4", "start": 27.5, "end": 29.5, "caption": "she runs"}])");
}

loaders::Split made_split(int ips, int stories, int shots) {
  loaders::Split split;
  split.name = "made";
  split.form = "manifest";
  for (int i = 0; i < ips; ++i) {
    const std::string ip = fmt::format("ip_{:02}", i);
    split.ips.push_back({ip, {}, {}, {}});
    for (int s = 0; s < stories; ++s) {
      loaders::Story story{fmt::format("{}/{}", ip, s), ip, std::to_string(s), {}};
      for (int n = 1; n <= shots; ++n) {
        story.shots.push_back({n, fmt::format("{} {} {}", ip, s, n), {}, {}});
      }
      split.stories.push_back(std::move(story));
    }
  }
  loaders::finish_split(split);
  return split;
}

int count_of(const Findings& findings, const std::string& kind) {
  return static_cast<int>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.kind == kind; }));
}

std::filesystem::path genuine_demo() {
  const auto folder = testing::source_folder() / ".." / "shared" / "data" / "animeshootergen-demo";
  return std::filesystem::exists(folder) ? folder.lexically_normal() : std::filesystem::path();
}

}  // namespace asbench::testing
