#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evaluation/protocol.h"

namespace asbench::evaluation {

/// What the user asks to be different from the protocol, as typed: texts that apply() checks. Plain
/// data; everything that is empty leaves the protocol as it is.
struct Overrides {
  std::vector<std::string> metrics = {};     ///< `--metrics`: ids that replace the protocol's list
  std::vector<std::string> encoders = {};    ///< `--encoder`: ROLE=ID
  std::vector<std::string> preprocess = {};  ///< `--preprocess`: ROLE=PROFILE
  std::optional<std::string> missing = {};   ///< `--missing`
  std::optional<std::string> frames = {};    ///< `--frames`
  std::optional<std::string> background = {};   ///< `--background`
  std::optional<std::string> fvd_variant = {};  ///< `--fvd-variant`
  std::optional<std::string> precision = {};    ///< `--precision`
  bool training_set = false;                    ///< a training set was given (`--training-set`)
  bool regions = false;  ///< masks or boxes were given (`--masks`, `--boxes`)
};

/// The protocol that a run uses: `defaults` with the user's changes.
///
/// Without `overrides.metrics`, what the user supplies adds the metrics that need it: a video
/// encoder (the user's or the protocol's) adds the metrics of sets of clips whose role it fills, a
/// network that predicts frames those that compare with its predictions (`vbench_smoothness`), a
/// training set adds the metrics that search one (`copy_rate`), masks or boxes those that cut
/// frames to subjects, unless the protocol lists such a
/// metric itself. They follow the protocol's own metrics in the order of the catalogue, sets of
/// clips first; no metric is listed twice. With `overrides.metrics` exactly those run, in the order
/// given, repetitions left out.
///
/// Whether a role is used by any metric, and whether its checkpoint exists, is decided later
/// (evaluation/plan.h).
/// @throws UsageError naming the option, the value and what was expected.
[[nodiscard]] Protocol apply(const Protocol& defaults, const Overrides& overrides);

}  // namespace asbench::evaluation
