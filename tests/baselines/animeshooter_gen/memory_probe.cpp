// asbench_memory_probe WARM MODEL SPLIT OUT OFFLOAD TILE
// Makes a video with the CogVideoX folder WARM, so that the program and LibTorch are in memory,
// then the videos of SPLIT with MODEL into OUT; prints planned and measured peak of the latter.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/animeshooter_gen/generation_record.h"
#include "core/json.h"
#include "loaders/split.h"
#include "models/layers/runtime.h"

namespace {

using namespace asbench;

void run(const std::vector<std::string>& arguments) {
  models::configure_runtime(2);
  const loaders::Split split = loaders::read_split(arguments.at(2));
  baselines::VideoRequest request;
  request.baseline = baselines::kCogVideoLora;
  request.split = &split;
  request.part = &split;
  request.frames = baselines::FrameForm::png;
  request.device = "cpu";
  request.steps = 1;
  request.long_runs = true;
  request.progress = Progress::Style::quiet;
  request.model = arguments.at(0);
  request.out = arguments.at(3) + "-warm";
  baselines::generate_videos(request);
  request.model = arguments.at(1);
  request.out = arguments.at(3);
  request.memory = {.offload = baselines::parse_offload(arguments.at(4)),
                    .tiling = baselines::parse_tiling(arguments.at(5))};
  baselines::generate_videos(request);
  const Json record = read_json_file(request.out / baselines::kGenerationRecord);
  std::printf("%s\n", record.at("runs").at(0).at("peak_memory").dump().c_str());
}

}  // namespace

int main(int count, char** values) {
  try {
    run({values + 1, values + count});
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "asbench_memory_probe: %s\n", problem.what());
    return 2;
  }
}
