#include "features/clip_source.h"

#include "loaders/image_file.h"
#include "loaders/video/clip_check.h"

namespace asbench::features {
namespace {

class ClipFiles final : public ClipSource {
 public:
  std::string content_sha256(const loaders::ShotSource& source) const override {
    return loaders::content_sha256(source);
  }
  void check(const loaders::ShotSource& source) const override { loaders::check_clip(source); }
  loaders::DecodedClip decode(const loaders::ShotSource& source,
                              std::span<const loaders::FrameRule> rules,
                              const loaders::DecodeOptions& options) const override {
    return loaders::decode_clip(source, rules, options);
  }
  std::vector<loaders::DecodeOutcome> decode_ranges(
      std::span<const loaders::ShotSource> sources, std::span<const loaders::FrameRule> rules,
      const loaders::DecodeOptions& options) const override {
    return loaders::decode_ranges(sources, rules, options);
  }
  Image read_picture(const std::filesystem::path& path) const override {
    return loaders::read_image(path);
  }
};

}  // namespace

const ClipSource& clip_files() {
  static const ClipFiles files;
  return files;
}

}  // namespace asbench::features
