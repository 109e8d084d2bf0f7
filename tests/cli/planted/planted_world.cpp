#include "tests/cli/planted/planted_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "baselines/mini_world/mini_world.h"
#include "core/error.h"
#include "core/json.h"
#include "core/progress.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "tests/support/paths.h"
#include "tests/support/program.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;

ProgramResult run(const std::vector<std::string>& arguments, int highest_code) {
  ProgramResult result = run_program(asbench_program(), arguments);
  if (result.exit_code > highest_code)
    throw std::runtime_error(fmt::format("asbench {}\n{}", fmt::join(arguments, " "), result.err));
  return result;
}

bool reaches(const Json& difference, const Json& limit) {
  return difference.is_number() && limit.is_number() &&
         difference.get<double>() <= -limit.get<double>() + 1e-12;
}

/// "`clip_i` (test, IP limit)": a failing metric and all that fails it.
std::string caught_by(const std::string& id, const Json& metric, double alpha) {
  const Json& rule = metric.at("rule");
  std::vector<std::string> ways;
  const auto add = [&](bool so, const char* way) {
    if (so) ways.emplace_back(way);
  };
  const Json& p = metric.at("p_worse");
  add(p.is_number() && p.get<double>() < alpha &&
          metric.at("difference").get<double>() < -rule.at("tolerance").get<double>(),
      "test");
  add(reaches(metric.at("difference"), rule.at("limit")), "limit");
  const Json& ip = metric.at("worst_ip");
  add(ip.is_object() && reaches(ip.at("difference"), rule.at("ip_limit")), "IP limit");
  const Json& stories = metric.at("worst");
  add(!stories.empty() && reaches(stories.front().at("difference"), rule.at("story_limit")),
      "story limit");
  return fmt::format("`{}` ({})", id, fmt::join(ways, ", "));
}

}  // namespace

PlantedWorld::PlantedWorld() : PlantedWorld(Size{}) {}

PlantedWorld::PlantedWorld(const Size& size) {
  baselines::MiniWorldOptions options;
  options.stories_per_ip = size.stories_per_ip;
  options.shots_per_story = size.shots_per_story;
  options.frames = size.frames;
  options.clips_per_ip = 0;
  Progress progress("drawing", baselines::clips_in(options), Progress::Style::quiet);
  const auto folders = baselines::render_mini_world(options, folder_.path(), progress);
  split_ = folders.manifest;
  ground_truth_ = folders.ground_truth;
  const loaders::Split split = loaders::read_split(split_);
  const loaders::Outputs outputs = loaders::find_outputs(split, ground_truth_);
  for (const auto& story : split.stories) {
    for (const auto& shot : story.shots) {
      const auto& source = outputs.shots.at({story.id, shot.number});
      shots_.push_back(
          {story.ip, story.id, shot.number, source.path.path().lexically_relative(ground_truth_)});
    }
  }
}

std::vector<std::string> PlantedWorld::ips() const {
  std::vector<std::string> ips;
  for (const auto& shot : shots_) {
    if (ips.empty() || ips.back() != shot.ip) ips.push_back(shot.ip);
  }
  return ips;
}

fs::path PlantedWorld::workplace() {
  const fs::path place = folder() / "candidate";
  fs::remove_all(place);
  fs::create_directories(place);
  return place;
}

void PlantedWorld::put_version(const VersionOf& version, const fs::path& videos,
                               const std::function<void(const fs::path& file)>& make) const {
  const fs::path made =
      folder() / "versions" / version.kind / std::to_string(version.version) / version.shot.file;
  if (!fs::exists(made)) make(made);
  const fs::path file = videos / version.shot.file;
  fs::create_directories(file.parent_path());
  fs::copy_file(made, file);
}

fs::path PlantedWorld::score(const Scoring& scoring) const {
  const fs::path document = folder() / "documents" / (scoring.system + ".json");
  fs::create_directories(document.parent_path());
  const fs::path split = scoring.split.empty() ? split_ : scoring.split;
  const fs::path store = scoring.features.empty() ? folder() / "features" : scoring.features;
  std::vector<std::string> arguments{
      "score",   "--split",      split.string(), "--outputs", scoring.videos.string(),
      "--cache", store.string(), "--protocol",   "demo",      "--no-frames",
      "--force", "--system",     scoring.system, "--out",     document.string()};
  const auto given = [&](const char* option) {
    return std::find(scoring.more.begin(), scoring.more.end(), option) != scoring.more.end();
  };
  if (!given("--threads")) arguments.insert(arguments.end(), {"--threads", "2"});
  arguments.insert(arguments.end(), scoring.more.begin(), scoring.more.end());
  run(arguments, kExitDone);
  return document;
}

fs::path PlantedWorld::scored_once(const std::string& system,
                                   const std::function<Scoring()>& scoring) {
  const auto known = documents_.find(system);
  if (known != documents_.end()) return known->second;
  Scoring wanted = scoring();
  wanted.system = system;
  return documents_[system] = score(wanted);
}

fs::path PlantedWorld::base(const std::string& missing) {
  return scored_once("base-" + missing, [&] {
    return Scoring{.videos = ground_truth_, .more = {"--missing", missing}};
  });
}

Answer PlantedWorld::compare(const fs::path& base, const fs::path& candidate,
                             const std::string& gate) {
  const auto result =
      run({"compare", base.string(), candidate.string(), "--gate", gate, "--format", "json"},
          kExitRegression);
  const Json comparison = parse_json(result.out, "asbench compare");
  Answer answer;
  answer.exit_code = result.exit_code;
  const double alpha = comparison.at("gate").at("alpha").get<double>();
  for (const auto& failing : comparison.at("failing")) {
    const auto id = failing.get<std::string>();
    const auto metric = comparison.at("metrics").find(id);
    answer.caught.push_back(
        metric == comparison.at("metrics").end() ? id : caught_by(id, *metric, alpha));
  }
  answer.said = fmt::format("{}", fmt::join(answer.caught, "; "));
  return answer;
}

}  // namespace asbench::testing
