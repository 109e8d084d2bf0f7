#include "cli/score_request.h"

#include "evaluation/overrides.h"

namespace asbench::cli {

evaluation::ScoreRequest request_of(const RunOptions& options) {
  evaluation::ScoreRequest request;
  fill_common(request, options.input, options.compute);
  request.defaults = evaluation::load_protocol(options.protocol);
  request.protocol =
      evaluation::apply(request.defaults, {.metrics = options.metrics,
                                           .encoders = options.encoders,
                                           .preprocess = options.preprocess,
                                           .missing = options.missing,
                                           .frames = options.frames,
                                           .background = options.background,
                                           .fvd_variant = options.fvd_variant,
                                           .precision = options.compute.precision,
                                           .training_set = options.training_set.has_value(),
                                           .regions = options.masks || options.boxes});
  if (options.reference_set) request.data.reference_set = *options.reference_set;
  if (options.training_set) request.data.training_set = *options.training_set;
  if (options.masks) request.data.masks = *options.masks;
  if (options.boxes) request.data.boxes = *options.boxes;
  return request;
}

}  // namespace asbench::cli
