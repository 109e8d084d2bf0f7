#pragma once

// Shared by score and features; not a public header.

#include "evaluation/coverage.h"
#include "features/store.h"
#include "loaders/outputs.h"
#include "loaders/selection.h"
#include "loaders/split.h"

namespace asbench::evaluation {

/// What a run works on: the part of the split that was chosen, and the outputs for it.
struct Inputs {
  loaders::Split split;
  loaders::Outputs outputs;
  std::string subset;  ///< names the part in signatures; empty: the whole split
};

[[nodiscard]] Inputs read_inputs(const std::filesystem::path& split_path,
                                 const std::optional<std::string>& format,
                                 const loaders::Selection& selection,
                                 const std::filesystem::path& outputs_path,
                                 const std::string& layout);

[[nodiscard]] Probe probe_inputs(const Inputs& inputs, const features::FeatureStore& store);

}  // namespace asbench::evaluation
