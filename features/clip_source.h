#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/image.h"
#include "loaders/shot_source.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/frame_rules.h"

namespace asbench::features {

/// Where clips and pictures come from. All functions are called from several threads at a time.
class ClipSource {
 public:
  virtual ~ClipSource() = default;
  /// SHA-256 of what would be decoded; equal content, equal hash. @throws loaders::BrokenVideo.
  [[nodiscard]] virtual std::string content_sha256(const loaders::ShotSource& source) const = 0;
  /// The quick look before a long run: the clip opens and its first frame decodes.
  /// @throws loaders::BrokenVideo.
  virtual void check(const loaders::ShotSource& source) const = 0;
  /// One pass over one clip, with the frames that any of the rules takes.
  /// @throws loaders::BrokenVideo.
  [[nodiscard]] virtual loaders::DecodedClip decode(
      const loaders::ShotSource& source, std::span<const loaders::FrameRule> rules,
      const loaders::DecodeOptions& options) const = 0;
  /// One pass over one video that several ranges lie in. @returns one outcome for each, in their
  /// order.
  [[nodiscard]] virtual std::vector<loaders::DecodeOutcome> decode_ranges(
      std::span<const loaders::ShotSource> sources, std::span<const loaders::FrameRule> rules,
      const loaders::DecodeOptions& options) const = 0;
  /// A reference picture, RGB or RGBA. @throws BadInput.
  [[nodiscard]] virtual Image read_picture(const std::filesystem::path& path) const = 0;
};

/// Files and folders on disk, read by loaders/. Stateless.
[[nodiscard]] const ClipSource& clip_files();

}  // namespace asbench::features
