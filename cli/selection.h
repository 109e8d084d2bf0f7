#pragma once

#include "cli/input_options.h"
#include "loaders/selection.h"
#include "loaders/source_rules.h"

namespace asbench::cli {

/// What `--ips --stories --limit --subset --seed` choose.
[[nodiscard]] inline loaders::Selection selection_of(const SelectionOptions& options) {
  return {.ips = options.ips,
          .stories = options.stories,
          .limit = options.limit,
          .subset = options.subset,
          .seed = options.seed};
}

/// What `--videos --boundaries --range --reference-masks` ask for. @throws UsageError.
[[nodiscard]] inline loaders::SourceRules source_rules_of(const SourceOptions& options) {
  loaders::SourceRules rules;
  rules.videos = options.videos;
  rules.boundaries = loaders::parse_boundary_rule(options.boundaries);
  rules.part = loaders::parse_shot_part(options.range);
  rules.references = loaders::parse_reference_choice(options.reference_masks);
  return rules;
}

}  // namespace asbench::cli
