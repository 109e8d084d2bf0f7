#include "tests/cli/mini_benchmark.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/paths.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

/// An ellipse on a transparent ground, another colour for each seed.
void write_reference(const std::filesystem::path& path, int seed) {
  Image picture(90, 60, 4);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double dx = (x - 30) / 22.0;
      const double dy = (y - 45) / 38.0;
      if (dx * dx + dy * dy > 1.0) continue;
      std::uint8_t* pixel = picture.row(y) + 4 * x;
      pixel[0] = static_cast<std::uint8_t>(60 * seed);
      pixel[1] = static_cast<std::uint8_t>(255 - 50 * seed);
      pixel[2] = static_cast<std::uint8_t>(y < 35 ? 250 : 90);
      pixel[3] = 255;
    }
  }
  make_picture(path, picture);
}

}  // namespace

MiniBenchmark::MiniBenchmark(const MiniBenchmarkOptions& options) {
  write_seeded_checkpoints(root() / "weights", CheckpointSize::tiny);
  std::filesystem::create_directories(split());
  const std::vector<std::pair<std::string, std::vector<std::string>>> ips = {{"cat", {"1", "3"}},
                                                                             {"dog", {"2"}}};
  int seed = 1;
  for (const auto& [ip, prompts] : ips) {
    Json story_prompts;
    for (const auto& prompt : prompts) {
      Json captions = Json::array();
      for (int shot = 1; shot <= 4; ++shot)
        captions.push_back(
            fmt::format("The {} walks past house number {} in story {}.", ip, shot, prompt));
      story_prompts[prompt] = {{"captions", captions},
                               {"audio", Json::array({"wind", "rain", "steps", "birds"})}};
      for (int shot = 1; shot <= 4; ++shot) {
        const auto file = video(ip + "/" + prompt, shot);
        std::filesystem::create_directories(file.parent_path());
        make_video(file, {.frames = options.frames,
                          .width = 96,
                          .height = 64,
                          .seed = static_cast<std::uint64_t>(seed++)});
      }
    }
    write_json_file(split() / (ip + ".json"), story_prompts);
    write_reference(split() / (ip + "_ref.png"), seed % 4);
  }
}

std::filesystem::path MiniBenchmark::video(const std::string& story, int shot) const {
  return outputs() / story / fmt::format("shot_{:02}.mp4", shot);
}

std::vector<std::string> MiniBenchmark::score_arguments(
    const std::string& name, const std::vector<std::string>& more) const {
  std::vector<std::pair<std::string, std::string>> options = {{"--split", split()},
                                                              {"--outputs", outputs()},
                                                              {"--weights", root() / "weights"},
                                                              {"--cache", root() / "cache"},
                                                              {"--out", root() / (name + ".json")},
                                                              {"--system", "mini"},
                                                              {"--threads", "2"}};
  std::vector<std::string> flags;
  for (std::size_t i = 0; i < more.size(); ++i) {
    if (i + 1 == more.size() || more[i + 1].starts_with("--")) {
      flags.push_back(more[i]);
      continue;
    }
    const auto same = std::find_if(options.begin(), options.end(),
                                   [&](const auto& option) { return option.first == more[i]; });
    if (same != options.end()) options.erase(same);
    options.emplace_back(more[i], more[i + 1]);
    ++i;
  }
  std::vector<std::string> arguments{"score"};
  for (const auto& [option, value] : options) arguments.insert(arguments.end(), {option, value});
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return arguments;
}

ProgramResult MiniBenchmark::score(const std::string& name,
                                   const std::vector<std::string>& more) const {
  return run_program(asbench_program(), score_arguments(name, more));
}

std::string first_difference(const Json& a, const Json& b, const std::string& where) {
  if (a.type() != b.type() || a.size() != b.size())
    return where + ": " + a.dump().substr(0, 80) + " / " + b.dump().substr(0, 80);
  if (a.is_object()) {
    for (const auto& [key, value] : a.items()) {
      if (!b.contains(key)) return where + "/" + key;
      if (auto found = first_difference(value, b.at(key), where + "/" + key); !found.empty())
        return found;
    }
  } else if (a.is_array()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (auto found = first_difference(a[i], b[i], where + "/" + std::to_string(i));
          !found.empty())
        return found;
    }
  } else if (a != b) {
    return where + ": " + a.dump() + " / " + b.dump();
  }
  return {};
}

Json MiniBenchmark::document(const std::string& name) const {
  return read_json_file(root() / (name + ".json"));
}

Json MiniBenchmark::numbers(const std::string& name) const {
  Json json = document(name);
  json.erase("provenance");
  return json;
}

}  // namespace asbench::testing
