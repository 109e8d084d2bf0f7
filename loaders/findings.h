#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "core/finding.h"
#include "loaders/shot_source.h"
#include "loaders/split.h"
#include "loaders/video/clip_reader.h"

// Findings about shots and references, with the same wording for `inspect` and `score`.
namespace asbench::loaders {

/// `broken_video`, `damaged_video` or `bad_cuts` with path and cause.
[[nodiscard]] Finding broken_finding(const ShotKey& shot, const BrokenVideo& broken);

/// `short_shot` for each rule that needs more frames than there are, `frame_count_mismatch` when
/// the container declares a number of frames that differs from those that decode (which are used);
/// from the stream: `hdr_transfer`, `alpha_channel`, `non_square_pixels`, `several_video_streams`,
/// `unknown_matrix`, `odd_rotation`.
[[nodiscard]] Findings clip_findings(const ShotKey& shot, const DecodedClip& clip,
                                     std::span<const FrameRule> rules);

/// `mixed_colour`, once, when the videos of one system were converted to RGB in different ways.
[[nodiscard]] Findings colour_findings(const std::map<ShotKey, StreamFacts>& shots);

/// Frame rate (0: unknown) and size of a shot's clip, as shown.
struct ClipFormat {
  double fps = 0.0;
  int width = 0;
  int height = 0;
};

/// `mixed_frame_rates`, `mixed_sizes`, `mixed_orientations`, each once, when the clips of one
/// system differ. Rates are told apart at four digits.
[[nodiscard]] Findings format_findings(const std::map<ShotKey, ClipFormat>& shots);

/// `duplicate_shot` for every shot of a story whose clip_digest() an earlier shot of it has.
[[nodiscard]] Findings duplicate_findings(const std::map<ShotKey, std::string>& digests);

/// Decodes the references, and takes those that show nothing or can't be read out of their IPs:
/// `missing_reference` (no picture, damaged, animated), `empty_reference` (transparent or of one
/// colour all over on the background of the run). Information: `reference_turned`,
/// `shared_reference` (one picture for two IPs). The hash stays.
/// @param background  what shows where a reference is transparent, as protocols name it: black,
///   white, gray, mean or keep (docs/design/metrics.md 1.5)
/// @throws SystemFault when the system can't read a file.
[[nodiscard]] Findings keep_usable_references(Split& split, std::string_view background);

/// `clip_unusable` for each of the IPs' own clips that check_clip() refuses: outputs are scored
/// without it, but the values of real animation (real_ceiling, the reference set of fvd) are
/// computed from fewer clips.
[[nodiscard]] Findings tuning_clip_findings(const Split& split);

/// Brings findings about stories, from `first` on, into the split's own order: by story, then by
/// shot. Those about nothing of the split come last; of equal ones the order stays.
void order_as_split(Findings& findings, std::size_t first, const Split& split);

/// Number of findings of each kind.
[[nodiscard]] std::map<std::string, int> count_by_kind(const Findings& findings);

}  // namespace asbench::loaders
