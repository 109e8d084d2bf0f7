#pragma once

// Shared by score and features; not a public header.

#include <memory>

#include "document/finding_kinds.h"
#include "evaluation/coverage.h"
#include "evaluation/protocol.h"
#include "features/clip_source.h"
#include "features/store.h"
#include "loaders/outputs.h"
#include "loaders/selection.h"
#include "loaders/split.h"

namespace asbench::evaluation {

/// What a run works on: the part of the split that was chosen, and the outputs for it.
struct Inputs {
  loaders::Split split;  ///< without references that can't be used; its findings say which
  loaders::Outputs outputs;
  std::string subset;  ///< names the part in signatures; empty: the whole split
  /// The split as it was read, prologues included; prepare() drops it when the plan is made.
  std::shared_ptr<const loaders::Split> whole = {};
};

/// Takes prologues and epilogues out of what is scored: the split's shots and their outputs.
void leave_out_prologues(Inputs& inputs);

/// Reads everything but the videos.
/// @param source      for annotations
/// @param background  behind transparent references: decides which of them show nothing
/// @throws as loaders/split.h, loaders/outputs.h.
[[nodiscard]] Inputs read_inputs(const std::filesystem::path& split_path,
                                 const std::optional<std::string>& format,
                                 const loaders::Selection& selection,
                                 const loaders::SourceRules& source,
                                 const std::filesystem::path& outputs_path,
                                 const loaders::OutputOptions& layout, std::string_view background);

/// What the metrics of a protocol read beside the shots.
[[nodiscard]] document::InputNeeds needs_of(const Protocol& protocol);

/// The captions that a run under the protocol lacks, instead of the split's findings about its
/// narrative captions: these say nothing about a run with `text=descriptive` or `both`.
void find_missing_captions(loaders::Split& split, const Protocol& protocol);

/// Under `zero`, lost stories become stories with nothing but missing shots.
/// @throws BadInput when the number of an IP's lost stories is not known: what can't be counted
///   can't count as failed.
void count_lost_as_failures(Inputs& inputs);

[[nodiscard]] Probe probe_inputs(const Inputs& inputs, const features::FeatureStore& store,
                                 Progress* progress = nullptr,
                                 const features::ClipSource& clips = features::clip_files());

}  // namespace asbench::evaluation
