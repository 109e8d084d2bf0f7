#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/json.h"
#include "document/result.h"
#include "evaluation/normalise.h"
#include "evaluation/plan.h"
#include "evaluation/protocol.h"
#include "features/extractor.h"
#include "loaders/outputs.h"
#include "loaders/selection.h"
#include "loaders/source_rules.h"
#include "loaders/split.h"

namespace asbench::evaluation {

/// Everything one scoring run is told.
struct ScoreRequest {
  std::filesystem::path split;
  std::optional<std::string> split_format;
  loaders::SourceRules source;  ///< for annotations
  loaders::Selection selection;
  std::filesystem::path outputs;
  loaders::OutputOptions layout;  ///< how the outputs lie in their folder
  std::string system;             ///< name; empty: the name of the outputs' folder
  document::ResultKind kind = document::ResultKind::submission;
  std::string note;                              ///< document::Result::note
  Protocol defaults;                             ///< the protocol as published
  Protocol protocol;                             ///< the same with the user's changes
  std::optional<std::filesystem::path> weights;  ///< --weights
  DataSets data;
  std::filesystem::path store;
  features::ExtractionSettings extraction;
  /// Where clips and encoders come from; null: files and checkpoints. A simulation makes them up.
  const features::ExtractionInputs* sources = nullptr;
  std::optional<std::filesystem::path>
      frames_folder;  ///< small pictures of what was scored go there (frame_sidecar.h)
  /// Called with the chosen stories before anything is decoded for scoring; may be empty.
  std::function<void(const loaders::Split&)> before_scoring;
  std::optional<Anchors> normalise_by;  ///< adds `normalised` to every metric
  /// Result document of real stories: adds `real_stories` (real_stories.h).
  std::optional<std::filesystem::path> real_stories;
  /// Where the result will be written: refused when it holds another one (expected_result.h).
  /// Nothing: not looked at.
  std::optional<std::filesystem::path> replaces;
};

/// As the request says, or the default.
[[nodiscard]] features::ExtractionInputs sources_of(const ScoreRequest& request);

/// The name that the result will have.
[[nodiscard]] std::string system_name(const ScoreRequest& request);

/// Gets each story of the result as soon as it is measured, in the split's order, so that they need
/// not be in memory together (document/story_spool.h).
using StorySink = std::function<void(document::ResultStory)>;

/// Scores one system: plans, extracts, measures, hands over the stories, fills the rest of the
/// result.
///
/// Everything is looked at before the first frame is decoded: inputs, anchors, training and
/// reference set, weights, and whether the result may take the place of what is there. Under
/// `--missing fail` every shot is looked at next, before any encoder runs: absent and broken shots,
/// and whatever else of the split the metrics need and don't get, end the run with the list.
/// @returns the result without its stories; document::write_result() checks it against its schema
/// and writes it. Apart from `provenance` it depends on the inputs and settings only.
/// @throws the family of core/error.h, and what the sink throws; nothing is written.
[[nodiscard]] document::Result score(const ScoreRequest& request, const StorySink& keep);

/// The same with the stories in the result.
[[nodiscard]] document::Result score(const ScoreRequest& request);

/// One feature matrix: the rows of `asbench features`.
struct FeatureTable {
  features::FeatureMatrix matrix;  ///< [N, D], a row a sampled frame
  Json sidecar;                    ///< rows' ids and file hashes, encoder, frame rule, signature
};

struct FeatureRequest {
  std::filesystem::path split;
  std::optional<std::string> split_format;
  loaders::SourceRules source;  ///< for annotations
  loaders::Selection selection;
  std::filesystem::path outputs;
  loaders::OutputOptions layout;  ///< how the outputs lie in their folder
  std::string encoder;
  std::optional<std::string> preprocess;
  std::optional<std::string>
      frames;  ///< nothing: midpoint:5, or the clip of a video network's published variant
  std::optional<std::filesystem::path> weights;  ///< --weights
  std::filesystem::path store;
  features::ExtractionSettings extraction;
  std::string dtype = "float32";  ///< how the encoder computes: features::dtype_of()
};

/// Extracts the frames of all shots under one encoder. Absent and broken shots are errors: a matrix
/// has no place for them.
[[nodiscard]] FeatureTable extract_features(const FeatureRequest& request);

}  // namespace asbench::evaluation
