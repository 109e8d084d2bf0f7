#pragma once

#include <string>

namespace asbench::loaders {

/// What a video stream says of itself, and what the reader made of it. Of a frame folder: only
/// `alpha`. Plain data, equal for equal files whatever frames were asked for.
struct StreamFacts {
  /// What became of an alpha channel.
  enum class Alpha {
    none,       ///< there is none, or every pixel is opaque
    on_black,   ///< composited on black
    undecoded,  ///< the file has one, but this FFmpeg has no decoder for it: pixels as without it
  };

  std::string codec;         ///< FFmpeg's name, "h264"; empty for frame folders
  std::string pixel_format;  ///< FFmpeg's name, "yuv420p"
  /// Matrix and range that the pixels were converted with: "bt601", "bt709", "bt2020nc", "fcc",
  /// "smpte240m"; "rgb" for streams without a matrix. "limited" or "full".
  std::string matrix;
  std::string range;
  std::string matrix_tag;  ///< as tagged, FFmpeg's name; empty: not tagged
  bool range_tagged = false;
  std::string transfer;     ///< as tagged, FFmpeg's name; empty: not tagged. Never applied
  std::string orientation;  ///< what was done to show the picture upright; empty: nothing
  bool odd_rotation =
      false;            ///< the stream asks for another angle than 0, 90, 180, 270: not applied
  int pixel_width = 1;  ///< sample aspect ratio, as tagged. Never applied
  int pixel_height = 1;
  int video_streams = 1;  ///< of the file, cover pictures not counted
  int stream = 0;         ///< the one that was read: its index among all streams of the file
  Alpha alpha = Alpha::none;

  bool operator==(const StreamFacts&) const = default;
};

/// "matrix=bt709 range=untagged→limited": how YUV became RGB; "matrix=rgb" when there was no YUV;
/// empty for frame folders.
[[nodiscard]] std::string colour_stamp(const StreamFacts& facts);

/// True for transfer functions of high dynamic range (PQ, HLG), which the reader doesn't map to
/// the range of a screen.
[[nodiscard]] bool is_hdr(const StreamFacts& facts);

/// True when the tagged matrix is one that the reader has no coefficients for: bt601 is used.
[[nodiscard]] bool has_unknown_matrix(const StreamFacts& facts);

}  // namespace asbench::loaders
