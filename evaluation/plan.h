#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "document/signature.h"
#include "evaluation/fvd_variant.h"
#include "evaluation/protocol.h"
#include "evaluation/sample_set.h"
#include "evaluation/subject_regions.h"
#include "features/extractor.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "metrics/catalogue.h"

namespace asbench::evaluation {

/// What a run will compute and where each piece of it stands in the extraction plan. Plain data.
struct Plan {
  metrics::Needs needs;
  features::ExtractionPlan extraction;
  std::map<std::string, std::size_t> encoders;    ///< role -> index in extraction.encoders
  std::map<loaders::ShotKey, std::size_t> clips;  ///< shot -> clip id
  std::map<std::string, std::vector<std::size_t>>
      ceiling_clips;  ///< every IP -> ids of its clips; empty: no metric has a ceiling
  std::vector<std::size_t> reference_clips;  ///< ids of the reference set's clips, in its order
  std::map<std::string, std::vector<std::size_t>>
      references;  ///< character_key() -> indices of its pictures, in the split's order
  std::map<std::string, std::size_t> captions;  ///< text -> index
  /// Shots are parts of the videos that references were cut out of (layout `source`).
  bool shots_are_source = false;
  std::optional<loaders::SourceStamp> source;  ///< of the split
  std::string clip_role;        ///< the role of the video network; empty: no metric needs one
  std::string predicting_role;  ///< the role of the network that predicts frames; empty: none
  std::string training_role;    ///< whose frames are looked up in the training set; empty: none
  FvdVariant fvd;               ///< when there is a video network
  std::optional<SampleSet> reference_set;  ///< when there is a video network
  std::optional<SampleSet> training_set;   ///< when a metric looks frames up in it
  std::optional<SubjectRegions> regions;   ///< when a metric cuts frames to subjects
  features::KnownClips training_known;     ///< what a look at its clips has found; may be empty
};

/// Further data that a run was given.
struct DataSets {
  std::optional<std::filesystem::path>
      reference_set;  ///< --reference-set; nothing: the split's own clips
  std::optional<std::filesystem::path> training_set;  ///< --training-set
  std::optional<std::filesystem::path> masks;         ///< --masks
  std::optional<std::filesystem::path> boxes;         ///< --boxes
  /// The split as it was read, of which the run scores a part: masks and boxes may be given for all
  /// of it. Null: the part is all. Read by make_plan() alone.
  const loaders::Split* whole = nullptr;
};

/// Where the weights of a run come from.
struct WeightSource {
  std::optional<std::filesystem::path>
      folder;  ///< --weights; nothing: as models/weights/checkpoint.h searches
  const features::FeatureStore* store = nullptr;  ///< remembers the files' hashes; may be null
};

/// Decides which frames, encoders, references and captions the protocol's metrics need. Opens
/// checkpoints and hashes their weights, loads none. @throws UsageError for unknown metrics, roles
/// or profiles; BadInput for weights that aren't there.
[[nodiscard]] Plan make_plan(const Protocol& protocol, const loaders::Split& split,
                             const loaders::Outputs& outputs, const WeightSource& weights,
                             const DataSets& data = {});

/// What tells a character from all others of the split: an IP that is one itself, or a character of
/// a story.
[[nodiscard]] std::string character_key(const loaders::Ip& ip);
/// @param character  the id of one of its characters
[[nodiscard]] std::string character_key(const loaders::Story& story, const std::string& character);

/// The text that stands for a shot under the protocol's caption kind; nothing when the split has
/// none.
[[nodiscard]] std::optional<std::string> caption_of(const loaders::Shot& shot,
                                                    std::string_view kind);

/// A metric's signature under a plan, that of a set-level metric apart from what is only known
/// after extraction (N, fps). `subset` names the part of the split that was scored, empty for all
/// of it.
[[nodiscard]] std::string signature_of(const metrics::Metric& metric, const Protocol& protocol,
                                       const Plan& plan, const std::string& subset);

/// The same fields before they are joined, for set-level metrics to be completed.
[[nodiscard]] document::Signature signature_fields_of(const metrics::Metric& metric,
                                                      const Protocol& protocol, const Plan& plan,
                                                      const std::string& subset);

}  // namespace asbench::evaluation
