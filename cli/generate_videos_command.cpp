// generate by a network, as a function of the engine module (cli/modules.h).
#include "baselines/animeshooter_gen/generate_videos.h"
#include "cli/errors.h"
#include "cli/generate_options.h"
#include "cli/generate_split.h"
#include "core/error.h"
#include "core/interrupt.h"
#include "core/say.h"
#include "models/layers/runtime.h"

namespace asbench::cli {
namespace {

int run_generate_videos(const GenerateOptions& options) {
  install_interrupt_handlers();
  models::configure_runtime(options.threads);
  const auto [whole, part] = read_generate_split(options);
  baselines::VideoRequest request;
  request.baseline = options.baseline;
  request.split = &whole;
  request.part = &part;
  request.model = options.model.value();
  request.out = options.out;
  request.seed = options.seed;
  if (options.steps) request.steps = *options.steps;
  request.uneven_steps = options.allow_uneven_steps;
  if (options.noise) request.noise = *options.noise;
  if (options.last_frames) request.last_frames = *options.last_frames;
  if (options.keyframes) request.keyframes = *options.keyframes;
  if (options.dump) request.dump = *options.dump;
  if (options.frames_as == "png") request.frames = baselines::FrameForm::png;
  request.device = options.device;
  request.dtype = options.dtype;
  request.memory = {.offload = baselines::parse_offload(options.offload),
                    .tiling = baselines::parse_tiling(options.tile)};
  request.long_runs = options.yes;
  if (options.quiet) {
    request.progress = Progress::Style::quiet;
  } else {
    request.say = [](std::string_view text) { say(text); };
  }
  return tell_generated(options, baselines::generate_videos(request));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_generate_videos(
    const GenerateOptions* options) {
  return run_guarded("generate", [&] { return run_generate_videos(*options); });
}

}  // namespace asbench::cli
