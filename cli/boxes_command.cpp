// boxes template, as a function of the engine module (cli/modules.h).
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "cli/boxes_options.h"
#include "cli/errors.h"
#include "cli/selection.h"
#include "cli/split_file.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/print.h"
#include "core/progress.h"
#include "core/words.h"
#include "evaluation/overrides.h"
#include "evaluation/protocol.h"
#include "loaders/inspection.h"
#include "loaders/masks/box_template.h"
#include "loaders/masks/subject_roster.h"
#include "loaders/outputs.h"
#include "loaders/selection.h"
#include "loaders/split.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/frame_rules.h"

namespace asbench::cli {
namespace {

constexpr std::size_t kListed = 5;

loaders::Inspection decode(const loaders::Split& part, const loaders::Outputs& outputs,
                           int threads) {
  loaders::silence_decoders();
  Progress progress("decoding videos", static_cast<std::int64_t>(outputs.shots.size()));
  loaders::InspectionOptions options;
  options.rules = {};
  options.threads = threads;
  options.on_shot = [&] { progress.advance(); };
  loaders::Inspection inspection = loaders::inspect_outputs(part, outputs, options);
  progress.finish();
  if (interrupted()) throw UsageError("interrupted before all videos were decoded");
  return inspection;
}

void print_written(const BoxesTemplateOptions& options, const loaders::BoxTemplate& made,
                   std::string_view rule, std::string_view done) {
  print_safe(stdout, "{}  {}: {} for {} ({})\n", done, options.out,
             counted(made.rows, "row", "rows"), counted(made.shots, "shot", "shots"), rule);
  for (std::size_t i = 0; i < std::min(made.without_video.size(), kListed); ++i) {
    print_safe(stdout, "left out: story {} shot {} has no video that decodes\n",
               made.without_video[i].story, made.without_video[i].shot);
  }
  if (made.without_video.size() > kListed) {
    print_safe(stdout, "left out: {} more (`asbench inspect` says why)\n",
               made.without_video.size() - kListed);
  }
}

int run_boxes_template(const BoxesTemplateOptions& options) {
  install_interrupt_handlers();
  const evaluation::Protocol protocol =
      evaluation::apply(evaluation::load_protocol(options.protocol), {.frames = options.frames});
  const loaders::FrameRule rule = loaders::parse_frame_rule(protocol.frames);
  const loaders::Split whole = loaders::read_split(
      options.input.split.path, options.input.split.format, selection_of(options.input.selection),
      source_rules_of(options.input.split.source));
  loaders::Split part = loaders::select(whole, selection_of(options.input.selection));
  if (!protocol.prologues) loaders::leave_out_prologues(part);
  const loaders::Outputs outputs = loaders::restrict_to(
      loaders::find_all_outputs(
          whole, options.input.outputs.path.value(),
          {.layout = options.input.outputs.layout, .cuts = options.input.outputs.cuts}),
      part);
  const loaders::Inspection inspection = decode(part, outputs, options.threads);
  const loaders::BoxTemplate made =
      loaders::make_box_template(loaders::roster_of(part), inspection.shots, rule);
  if (made.rows == 0)
    throw BadInput("no shot has a video that decodes; `asbench inspect` says why");
  const std::string done = write_result(options.out, made.csv, options.force);
  if (!output_target(options.out).is_stdout()) print_written(options, made, protocol.frames, done);
  return kExitDone;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_boxes_template(
    const BoxesTemplateOptions* options) {
  return run_guarded("boxes template", [&] { return run_boxes_template(*options); });
}

}  // namespace asbench::cli
