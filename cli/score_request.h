#pragma once

#include "cli/run_options.h"
#include "cli/selection.h"
#include "evaluation/run.h"
#include "features/store.h"

namespace asbench::cli {

/// What score, features and those that do parts of a run ask for alike.
template <typename Request>
void fill_common(Request& request, const InputOptions& input, const ComputeOptions& compute) {
  request.split = input.split.path;
  request.split_format = input.split.format;
  request.source = source_rules_of(input.split.source);
  request.selection = selection_of(input.selection);
  request.outputs = input.outputs.path.value();
  request.layout = {.layout = input.outputs.layout, .cuts = input.outputs.cuts};
  if (compute.weights) request.weights = *compute.weights;
  request.store =
      compute.cache ? std::filesystem::path(*compute.cache) : features::default_store_folder();
  request.source.cache = request.store;
  request.extraction.device = compute.device;
  request.extraction.threads = compute.threads;
  request.extraction.batch = compute.batch;
  request.extraction.decode_threads = compute.decode_threads;
}

/// The run that the options describe: everything but what only the result needs (its name, its
/// place, what it is normalised by, its pictures). @throws UsageError, BadInput for the protocol.
[[nodiscard]] evaluation::ScoreRequest request_of(const RunOptions& options);

}  // namespace asbench::cli
