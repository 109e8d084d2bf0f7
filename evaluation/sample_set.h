#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loaders/shot_source.h"
#include "loaders/split.h"
#include "metrics/set/samples.h"

namespace asbench::evaluation {

/// Clips or features that outputs are held against: the real side of distribution metrics, or a
/// training set. Named in signatures.
struct SampleSet {
  std::string name;                          ///< "clips of mini-world", a folder's or a file's name
  std::vector<loaders::ShotSource> clips;    ///< empty when `features` is there
  std::vector<std::string> names;            ///< of each clip, for messages and lists
  std::vector<std::string> groups;           ///< IP of each clip or row; empty text: of none
  std::optional<metrics::Samples> features;  ///< of a .npy file
  std::string sha256;          ///< of the .npy file; of clips it is known once they are hashed
  std::vector<int> row_clips;  ///< which clip a row of `features` is of (its sidecar tells; else
                               ///< each row is one)
  std::string encoder_sha256;  ///< weights that made `features`, where the sidecar tells
};

/// @param source  a folder of videos (searched through and through; an IP's folder gives its clips
/// that group) or a .npy matrix, with its
///                sidecar F.npy.json where there is one; nothing: the split's own clips
/// @throws BadInput when there are none; the message says what can be given.
[[nodiscard]] SampleSet open_sample_set(const std::optional<std::filesystem::path>& source,
                                        const loaders::Split& split, std::string_view option);

/// Name and hash as signatures show them: "clips of mini-world#0a1b2c3d".
[[nodiscard]] std::string signature_name(const SampleSet& set);

/// SHA-256 over the contents, sorted: the same set under other names is the same set.
[[nodiscard]] std::string hash_of_contents(std::vector<std::string> content_sha256);

}  // namespace asbench::evaluation
