#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace asbench::damage {

struct CampaignOptions {
  int clips = 1000;
  std::uint64_t seed = 1;
  std::filesystem::path folder;  ///< for the clips; made, and what is of interest stays in it
  std::string ffmpeg;            ///< the program, as a path
  bool keep_all = false;         ///< keep every damaged clip, not only those that prove a defect
};

/// What became of damaged clips of one codec and one kind of damage.
struct Count {
  int clips = 0;
  int refused = 0;        ///< the reader says that they are broken
  int same_pixels = 0;    ///< decoded as the sound clip is: the damage hit nothing that is shown
  int other_pixels = 0;   ///< decoded otherwise, and neither the reader nor ffmpeg noticed
  int noticed_alone = 0;  ///< refused by the reader, unnoticed by ffmpeg's strictest mode
  /// Taken by the reader and by ffmpeg, whose output side remarks that times of frames don't rise.
  /// Part of other_pixels.
  int odd_times = 0;

  Count& operator+=(const Count& other);
};

struct CampaignResult {
  std::map<std::string, Count> by_kind;  ///< "h264 flipped" -> its count
  std::vector<std::string> unstable;     ///< clips whose two decodes differ; has to be empty
  /// Clips that ffmpeg's strictest mode notices and the reader takes; has to be empty.
  std::vector<std::string> overlooked;

  [[nodiscard]] Count total() const;
};

/// Damages small clips (H.264 and HEVC in mp4, VP9 in WebM) at random places, asks the reader
/// (decode_clip) twice and ffmpeg's strictest mode once about each, and compares with the sound
/// clip. Between the two decodes, new memory is filled with another byte, so that an answer which
/// depends on memory that nothing has written shows. The same seed gives the same damage for the
/// same clips; x265 and libvpx may write other clips on another machine.
/// @throws BadInput when a clip can't be made.
[[nodiscard]] CampaignResult run_campaign(const CampaignOptions& options);

/// A table of the counts, then the clips that have to be looked at, then the share of silent ones.
void print(const CampaignResult& result, std::ostream& out);

/// The ffmpeg of $PATH; empty when there is none.
[[nodiscard]] std::string find_ffmpeg();

}  // namespace asbench::damage
