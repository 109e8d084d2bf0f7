#include "evaluation/prepare.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/files.h"
#include "evaluation/expected_result.h"
#include "evaluation/training_copies.h"
#include "features/extractor.h"
#include "metrics/settings.h"

namespace asbench::evaluation {
namespace {

void require_picture_folder(const std::filesystem::path& folder) {
  if (!is_there(folder) || is_folder(folder)) return;
  throw BadInput(fmt::format(
      "{}: the pictures of the sampled frames go into a folder of this name, and it is a file.\n  "
      "Name another --out, or save none with --no-frames.",
      folder.string()));
}

}  // namespace

Prepared prepare(const ScoreRequest& request, Purpose purpose) {
  const bool scores = purpose == Purpose::score;
  features::check_device(request.extraction.device, request.protocol.dtype);
  Prepared run;
  if (scores && request.normalise_by) run.anchors = read_anchors(*request.normalise_by);
  if (scores && request.real_stories) run.real_stories = read_real_stories(*request.real_stories);
  if (request.frames_folder) require_picture_folder(*request.frames_folder);
  run.inputs = read_inputs(request.split, request.split_format, request.selection, request.source,
                           request.outputs, request.layout, request.protocol.background);
  if (!request.protocol.prologues) leave_out_prologues(run.inputs);
  find_missing_captions(run.inputs.split, request.protocol);
  run.needs = needs_of(request.protocol);
  run.store.emplace(request.store);
  run.store->announce();
  for (const auto& story : run.inputs.split.lost) run.lost.insert(story.id);
  if (request.protocol.settings.missing == metrics::MissingPolicy::zero)
    count_lost_as_failures(run.inputs);
  DataSets data = request.data;
  data.whole = run.inputs.whole.get();
  run.plan = make_plan(request.protocol, run.inputs.split, run.inputs.outputs,
                       {request.weights, &*run.store}, data);
  run.inputs.whole.reset();
  if (!scores) {
    check_training_matrix(run.plan);
    return run;
  }
  const ExpectedResult expected = expected_result(system_name(request), run.inputs.split,
                                                  request.protocol, run.plan, run.inputs.subset);
  if (run.anchors) require_usable(*run.anchors, expected);
  if (run.real_stories) require_usable(*run.real_stories, expected);
  if (request.replaces) require_replaceable(*request.replaces, expected);
  check_training_set(run.plan, *run.store);
  if (request.before_scoring) request.before_scoring(run.inputs.split);
  return run;
}

}  // namespace asbench::evaluation
