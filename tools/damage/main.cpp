// Damages clips and asks whether the video reader notices: see damage_campaign.h and
// docs/video.md. Exit status: 0 as it should be; 1 an answer changed, or damage that ffmpeg
// notices was overlooked.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "core/error.h"
#include "tools/damage/damage_campaign.h"

int main(int argc, char** argv) {
  asbench::damage::CampaignOptions options;
  options.folder = "damaged-clips";
  options.ffmpeg = asbench::damage::find_ffmpeg();
  CLI::App app("Damages small clips and asks the video reader and ffmpeg about them.");
  app.add_option("--clips", options.clips, "how many")->check(CLI::Range(1, 1'000'000));
  app.add_option("--seed", options.seed, "of the damage");
  app.add_option("--folder", options.folder, "where the clips are made");
  app.add_option("--ffmpeg", options.ffmpeg, "the program; default: that of $PATH");
  app.add_flag("--keep", options.keep_all, "keep every damaged clip");
  CLI11_PARSE(app, argc, argv);
  if (options.ffmpeg.empty()) {
    fmt::print(stderr, "no ffmpeg in $PATH; name it with --ffmpeg\n");
    return 2;
  }
  try {
    const auto result = asbench::damage::run_campaign(options);
    asbench::damage::print(result, std::cout);
    return result.unstable.empty() && result.overlooked.empty() ? 0 : 1;
  } catch (const asbench::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
