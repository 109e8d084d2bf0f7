#pragma once

#include "cli/input_options.h"
#include "loaders/selection.h"

namespace asbench::cli {

/// What `--ips --stories --limit --subset --seed` choose.
[[nodiscard]] inline loaders::Selection selection_of(const SelectionOptions& options) {
  return {.ips = options.ips,
          .stories = options.stories,
          .limit = options.limit,
          .subset = options.subset,
          .seed = options.seed};
}

}  // namespace asbench::cli
