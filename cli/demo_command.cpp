// demo, as a function of the engine module (cli/modules.h): what the other commands do, once, on
// the drawn world.
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <vector>

#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/generate.h"
#include "baselines/mini_world/mini_world.h"
#include "cli/demo_options.h"
#include "cli/errors.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/print.h"
#include "core/program_folder.h"
#include "document/pictures.h"
#include "document/result.h"
#include "evaluation/normalise.h"
#include "evaluation/run.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "models/layers/runtime.h"
#include "reports/leaderboard/leaderboard.h"
#include "reports/write_report.h"

namespace asbench::cli {
namespace fs = std::filesystem;
namespace {

/// The anchors come first: the others are normalised between them.
constexpr const char* kFloor = "wrong-ip";
constexpr const char* kCeiling = "gt-story";
constexpr std::array kSystems = {
    kFloor,      kCeiling,    "gt-clips", "copy-prev", "shuffled-shots", "shuffled-stories",
    "retrieval", "ref-still", "ref-pan",  "ref-paste", "frame-shuffle",  "text-card",
    "noise",     "black"};
/// The native generator, run on the model that comes with the program.
constexpr const char* kTiny = "animeshootergen-tiny";
constexpr const char* kTinyNote = "random weights, shows the machinery, scores mean nothing";
constexpr std::int64_t kTinySteps = 4;

struct World {
  fs::path split_folder;
  loaders::Split split;
  loaders::Outputs ground_truth;
};

World draw_world(const fs::path& out) {
  const baselines::MiniWorldOptions options;
  Progress progress("drawing the stories", baselines::clips_in(options));
  const auto folders = baselines::render_mini_world(options, out / "world", progress);
  progress.finish();
  World world{folders.split, loaders::read_split(folders.split), {}};
  world.ground_truth = loaders::find_outputs(world.split, folders.ground_truth);
  return world;
}

void generate_system(const std::string& name, const World& world, const fs::path& folder,
                     int threads) {
  const baselines::MiniWorldOptions drawn;
  baselines::GenerateRequest request;
  request.baseline = name;
  request.inputs.split = &world.split;
  request.inputs.source = &world.ground_truth;
  request.inputs.format = {.width = drawn.width,
                           .height = drawn.height,
                           .frames = drawn.frames,
                           .frames_per_second = drawn.frames_per_second};
  request.source_name = "ground_truth";
  request.out = folder;
  request.threads = threads;
  request.progress = Progress::Style::quiet;
  baselines::generate(request);
}

void generate_tiny(const World& world, const fs::path& folder) {
  // Its products are so small that waiting for a second thread costs several times the work.
  // Scoring sets its own number again.
  models::configure_runtime(1);
  baselines::VideoRequest request;
  request.baseline = baselines::kAnimeShooterGen;
  request.split = request.part = &world.split;
  request.model = tiny_generator_folder();
  request.out = folder;
  request.steps = kTinySteps;
  // The same bits with and without a GPU.
  request.device = "cpu";
  request.progress = Progress::Style::quiet;
  baselines::generate_videos(request);
}

document::Result score_system(const std::string& name, const World& world, const fs::path& out,
                              int threads) {
  evaluation::ScoreRequest request;
  request.split = world.split_folder;
  request.outputs = out / "systems" / name;
  request.system = name;
  request.kind = document::ResultKind::baseline;
  if (name == kTiny) request.note = kTinyNote;
  request.defaults = request.protocol = evaluation::load_protocol("demo");
  request.store = out / "features";
  request.extraction.threads = threads;
  request.extraction.progress = Progress::Style::quiet;
  const fs::path result = out / "results" / (name + ".json");
  request.frames_folder = document::picture_folder(result);
  document::Result scored = evaluation::score(request);
  scored.where = name;
  if (name != kFloor && name != kCeiling) {
    evaluation::normalise(scored, {.floor = out / "results" / fmt::format("{}.json", kFloor),
                                   .ceiling = out / "results" / fmt::format("{}.json", kCeiling)});
  }
  document::write_result(result, scored);
  return scored;
}

int run_demo(const DemoOptions& options) {
  install_interrupt_handlers();
  const fs::path out = options.out;
  make_folders(out / "results");

  const World world = draw_world(out);
  std::vector<document::Result> results;
  std::vector<fs::path> frames;
  {
    Progress progress("generating and scoring systems",
                      static_cast<std::int64_t>(kSystems.size()) + 1);
    const auto score = [&](const std::string& name) {
      results.push_back(score_system(name, world, out, options.threads));
      frames.push_back(document::picture_folder(out / "results" / fmt::format("{}.json", name)));
      progress.advance();
    };
    for (const char* name : kSystems) {
      generate_system(name, world, out / "systems" / name, options.threads);
      score(name);
    }
    generate_tiny(world, out / "systems" / kTiny);
    score(kTiny);
  }
  const fs::path leaderboard = out / "leaderboard.md";
  write_file_atomically(leaderboard, reports::leaderboard_markdown(results));
  const fs::path page =
      reports::write_report(out / "report", results, reports::Pictures(frames)).front();

  print_prepared(stdout, reports::leaderboard_text(results) + "\n");
  print_safe(
      stdout,
      "How to read it: gt-story is real animation, wrong-ip shows the wrong characters, noise "
      "shows no character.\nref-still and copy-prev score above gt-story in some columns without "
      "animating the story; the control metrics on the\nright reveal it (see `asbench baselines "
      "show ref-still`).\nanimeshootergen-tiny is the generator for model weights of your own "
      "(`asbench generate --baseline animeshootergen`),\nrun with weights that nobody has "
      "trained.\n\n");
  print_safe(
      stdout,
      "Open   {}   the page: leaderboard, curves, every story with its pictures\n       {}   the "
      "leaderboard as a table\n       {}   real shots of one story\n"
      "       {}   result document of one system\n",
      page.string(), leaderboard.string(),
      world.ground_truth.shots.begin()->second.path.path().parent_path().string(),
      (out / "results" / "gt-story.json").string());
  print_safe(
      stdout,
      "Next   asbench score --split {} --outputs YOUR_VIDEOS --protocol demo --out mine.json\n"
      "       asbench score --split YOUR_SPLIT --outputs YOUR_VIDEOS --out mine.json     "
      "(published "
      "encoders, see `asbench weights list`)\n",
      world.split_folder.string());
  return kExitDone;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_demo(const DemoOptions* options) {
  return run_guarded("demo", [&] { return run_demo(*options); });
}

}  // namespace asbench::cli
