#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/json.h"
#include "core/stats.h"
#include "document/metric_description.h"
#include "document/ordered_map.h"

// A result document (schema asbench/result@1) as plain values: the one form in which evaluation/
// fills it and reports/ reads it. The names that the fields have in JSON stand in
// document/fields.h.
namespace asbench::document {

/// A number that a result may lack (`null` in the document, with a finding that says why). Always
/// finite.
using ResultValue = std::optional<double>;

/// Further numbers of a metric beside its value, by name, in document order: `adjacent`, `worst`,
/// `pixels`, `n_real`, ... A name that begins with `n_` is a count and is written as an integer.
using ResultParts = OrderedMap<ResultValue>;

enum class ResultKind { submission, baseline, reported };

/// Which values of a metric are better; metrics without a direction are never ranked or tested.
enum class ResultDirection { higher, lower, none };

[[nodiscard]] std::string_view to_string(ResultKind kind);
[[nodiscard]] std::string_view to_string(ResultDirection direction);
[[nodiscard]] std::string_view to_string(MetricKind kind);

/// How the frames of shots in their source videos were chosen, where they are not those that the
/// annotation gives (docs/design/dataset.md 3 and 14).
struct ResultShotFrames {
  std::string boundaries;  ///< "as-given", "trim:0.5", "snap[cells@1]"
  std::string range;       ///< "whole" or "extra"
  int count = 0;           ///< boundaries that could be moved
  int moved = 0;
  int without_cut = 0;
  /// Minimum, quartiles, maximum over the boundaries with a cut; later is above 0.
  std::optional<std::vector<double>> shift_quartiles_seconds;
  std::vector<int> shifts_by_tenth;  ///< boundaries by shift: -1.0, -0.9, ..., 1.0 seconds
  bool operator==(const ResultShotFrames&) const = default;
};

struct ResultSplit {
  std::string name;
  std::string form;
  std::string sha256;  ///< empty in reported results
  int stories = 0, shots = 0, ips = 0;
  std::optional<ResultShotFrames> source = {};
  bool operator==(const ResultSplit&) const = default;
};

struct ResultCoverage {
  int expected_shots = 0;
  int scored_shots = 0;
  std::string policy;  ///< fail, zero or exclude; unstated for reported results
  std::string layout;  ///< how the outputs lay on disk; empty where the document doesn't say
  int truncated_captions = 0;
  Findings findings;
  bool operator==(const ResultCoverage&) const = default;
};

/// A file that is not the pinned one.
struct ResultPinDifference {
  std::string file;
  std::string expected_sha256, found_sha256;
  bool operator==(const ResultPinDifference&) const = default;
};

/// One encoder of a run.
struct ResultWeights {
  std::string id;      ///< "openai/clip-vit-base-patch32"
  std::string sha256;  ///< of the weights
  std::optional<std::string> config_sha256;
  std::optional<std::string> revision;  ///< nothing: unknown
  std::optional<std::string> pin;       ///< "pinned", "differs", "not pinned"; nothing: not stated
  std::optional<ResultPinDifference> pin_difference;
  std::optional<std::string> overridden_revision;  ///< fetched instead of the pinned one
  Json further;  ///< keys that this version doesn't know; null: none
  bool operator==(const ResultWeights&) const = default;
};

/// What the extraction did and how long it took. Seconds of a stage are summed over its threads.
struct ResultStages {
  std::int64_t clips = 0, clips_decoded = 0;
  std::int64_t images_encoded = 0, captions_encoded = 0, clips_encoded = 0;
  OrderedMap<int> batch_sizes;  ///< by encoder role
  double hash_seconds = 0.0, decode_seconds = 0.0, preprocess_seconds = 0.0, load_seconds = 0.0;
  double encode_seconds = 0.0, encode_flops = 0.0;
  double encode_text_seconds = 0.0, encode_clip_seconds = 0.0;
  std::int64_t frames_predicted = 0;  ///< by an interpolation network
  double predict_seconds = 0.0;
  double wait_seconds = 0.0;
  double extract_seconds = 0.0;
  Json further;  ///< keys that this version doesn't know; null: none
  bool operator==(const ResultStages&) const = default;
};

/// How the numbers were made. Reported results have none of the named fields: `version` is empty.
struct ResultProvenance {
  std::string version, commit;
  bool dirty = false;
  Json libraries;                       ///< name -> version
  std::string device;                   ///< "cpu", "cuda:0 (name)"
  std::optional<std::string> products;  ///< which matrix products ran; nothing: none ran
  std::string search;  ///< what searched the training set, "faiss 1.7.3 cpu"; empty: nothing did
  int threads = 0;
  OrderedMap<ResultWeights> weights;  ///< by encoder role
  std::string decoder;
  OrderedMap<int> colours;  ///< how videos became RGB -> shots, "matrix=untagged→bt601 range=..."
  std::string started;      ///< UTC, "2026-01-31T12:00:00Z"
  double wall_seconds = 0.0;
  std::optional<ResultStages> stages;
  Json run;      ///< the command's options by name (schema asbench/run@1), without absolute paths;
                 ///< null: not recorded
  Json further;  ///< other keys, e.g. of reported results: null or an object
  bool operator==(const ResultProvenance&) const = default;
};

/// Value of story pairs of shots that lie `distance` apart (1: neighbours).
struct DistanceValue {
  int distance = 1;
  ResultValue value;
  std::optional<int> n_stories;  ///< stories in the mean; nothing in the rows of one story
  bool operator==(const DistanceValue&) const = default;
};

/// What the IPs' own clips get under a metric, mean over stories.
struct ResultCeiling {
  double mean = 0.0;
  int n_stories = 0, n_clips = 0;
  OrderedMap<ResultValue> ips;
  bool operator==(const ResultCeiling&) const = default;
};

/// What real stories of the same kind score under a metric, from a document of their own.
struct ResultRealStories {
  ResultValue mean;
  std::optional<Interval> ci95;
  int n_stories = 0;
  ResultValue distance;  ///< |the system's mean - theirs|
  bool operator==(const ResultRealStories&) const = default;
};

/// One metric over all stories. The `has_` fields tell a key whose value is null from one that the
/// document leaves out.
struct ResultMetric {
  std::string id;
  std::string signature;
  MetricDescription description;
  ResultDirection direction = ResultDirection::none;
  ResultValue mean;
  std::optional<Interval> ci95;
  int n_stories = 0, n_evaluated = 0, n_failed = 0, n_skipped = 0;
  /// Stories of the split, where the mean rests on fewer (n_stories); nothing: on all, or unknown.
  std::optional<int> of_stories;
  std::vector<ResultValue> per_shot_index;  ///< means of shot 1, 2, ...
  bool has_harmeanp = false;
  ResultValue harmeanp;
  bool has_real_ceiling = false;
  std::optional<ResultCeiling> real_ceiling;  ///< nothing: the IPs have no usable clips
  std::optional<ResultRealStories> real_stories;
  ResultParts parts;
  std::vector<DistanceValue> by_distance;
  bool has_ips = false;         ///< measured story by story: per_shot_index and ips are written
  OrderedMap<ResultValue> ips;  ///< IP -> mean
  bool has_normalised = false;
  ResultValue normalised;
  bool operator==(const ResultMetric&) const = default;
};

/// The training frame nearest to one of a shot's frames (copy_rate).
struct NearestFrame {
  std::string of;         ///< the training frame
  double distance = 0.0;  ///< 1 - cosine
  double threshold = 0.0;
  bool copy = false;
  bool operator==(const NearestFrame&) const = default;
};

/// One shot as it was scored; its captions and pictures.
struct ResultShot {
  int number = 1;       ///< 1-based
  std::string caption;  ///< empty: the split has none
  /// The sound to be heard, its type, and what is seen while it sounds; each empty where the split
  /// has none (docs/design/dataset.md 5).
  std::string audio_prompt = {}, audio_type = {}, audio_context = {};
  std::vector<int> frames;  ///< indices of the sampled frames; empty when the shot is missing
  int frame_count = 0;
  std::optional<double> fps;      ///< the file's frame rate; nothing: missing, or it states none
  int width = 0, height = 0;      ///< as shown; 0: missing, or not stated
  std::optional<double> seconds;  ///< frame_count / fps
  std::string
      sha256;  ///< of the frames; the sidecar's pictures are named by it. Empty when missing
  std::optional<std::vector<NearestFrame>> nearest;  ///< one for each frame, if they were searched
  Json columns;  ///< further columns of a CSV layout, name -> text; null: none
  bool operator==(const ResultShot&) const = default;
};

struct ShotValue {
  ResultValue value;
  /// What the shot adds to the means, where that is not `value`: under `zero` a failed shot has the
  /// worst value, and values beyond the worst are drawn in.
  std::optional<double> counted = {};
  std::vector<ResultValue> frames;
  ResultParts parts;
  bool operator==(const ShotValue&) const = default;
};

/// One metric of one story.
struct StoryMetric {
  ResultValue mean;
  bool has_harmeanp = false;
  ResultValue harmeanp;
  ResultParts parts;
  std::vector<DistanceValue> by_distance;
  std::vector<ShotValue> shots;  ///< empty for metrics of whole stories
  bool operator==(const StoryMetric&) const = default;
};

struct ResultStory {
  std::string id;
  std::string ip;
  std::vector<ResultShot> shots;    ///< empty where the document doesn't list them
  OrderedMap<StoryMetric> metrics;  ///< metric id -> values; set-level metrics are absent
  bool operator==(const ResultStory&) const = default;
};

/// A document that others are read beside.
struct ResultAnchor {
  std::string system;
  std::string sha256;  ///< of its file
  bool operator==(const ResultAnchor&) const = default;
};

/// The documents that ResultMetric::normalised lies between.
struct NormalisedBetween {
  ResultAnchor floor, ceiling;
  bool operator==(const NormalisedBetween&) const = default;
};

struct Result {
  std::string where;  ///< what messages call the document, usually its path; not part of it
  std::string system;
  ResultKind kind = ResultKind::submission;
  std::string note;  ///< what a reader must know of the system, beside its name wherever a report
                     ///< shows it; empty: nothing
  std::string protocol;
  Json settings = Json::object();  ///< of the protocol, as used
  ResultSplit split;
  ResultCoverage coverage;
  ResultProvenance provenance;
  bool canonical = false;
  std::vector<std::string> overrides;
  std::vector<std::string> demo_encoders;
  OrderedMap<std::vector<std::string>> references;      ///< IP -> SHA-256 of its pictures; of a
                                                        ///< story with a cast: story -> theirs
  std::vector<ResultMetric> metrics;                    ///< in document order
  std::vector<ResultStory> stories;                     ///< in document order
  std::optional<NormalisedBetween> normalised_between;  ///< nothing: not normalised
  std::optional<ResultAnchor> real_stories;             ///< whose are ResultMetric::real_stories

  /// SHA-256 of the pictures that a story is compared with: its characters', or its IP's.
  [[nodiscard]] std::span<const std::string> pictures_of(const ResultStory& story) const;
  /// Nothing when the document has no such metric.
  [[nodiscard]] const ResultMetric* find_metric(std::string_view id) const;
  bool operator==(const Result&) const = default;
};

/// Checks a document against the schema and for meaning, and reads it: story ids are unique, every
/// story names its IP, a story has only metrics that the document has, a described metric has only
/// parts that its description lists, numbers are finite, intervals are not reversed.
/// @param where  what to call the document in messages
/// @throws BadInput naming the place in the document; no document whatever does worse.
[[nodiscard]] Result result_from_json(const Json& document, std::string_view where);

/// Reads a file. @throws BadInput, also when it can't be read, is not JSON, has a key twice, or
/// states a mean or a count that its own stories and shots don't give (document/consistency.h).
[[nodiscard]] Result read_result(const std::filesystem::path& path);

/// The document that result_from_json() reads, checked against the schema. Text that is not UTF-8
/// (file names, cells of a CSV) can't be written as JSON: each such byte becomes U+FFFD.
/// @throws InternalError for a part that the metric's description doesn't list; BadInput listing
/// what the schema refuses.
[[nodiscard]] Json to_json(const Result& result);

/// The provenance alone, as it stands in a document.
[[nodiscard]] Json to_json(const ResultProvenance& provenance);

/// The metrics alone, by id, as they stand in the document.
[[nodiscard]] Json metrics_json(const Result& result);

/// The text of to_json() in a file, whole or not at all. A few hundred stories are in memory as
/// JSON at a time. @throws as to_json(), before anything is written, and BadInput when the file
/// can't be written.
void write_result(const std::filesystem::path& path, const Result& result);

class StorySpool;

/// The same with the stories of a spool in place of the result's own (document/story_spool.h).
void write_result(const std::filesystem::path& path, const Result& result, StorySpool& stories);

/// Throws what write_result() would throw before anything is written.
void check_result(const Result& result, StorySpool& stories);

}  // namespace asbench::document
