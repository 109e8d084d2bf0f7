#include "loaders/video/clip_check.h"

#include <fmt/format.h>

#include "loaders/image_file.h"
#include "loaders/outputs/picture_size.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/decoder.h"

namespace asbench::loaders {
namespace {

/// Decodes the first frame and those whose head is no picture's: an empty file, a stand-in, another
/// format. Of the others, the head is enough here.
void check_frames(const std::filesystem::path& folder) {
  bool first = true;
  for (const auto& file : list_frames(folder)) {
    try {
      if (first || !picture_size(file)) static_cast<void>(read_image(file));
    } catch (const BadInput& error) {
      throw BrokenVideo(folder,
                        fmt::format("frame {}: {}", file.filename().string(), error.what()));
    }
    first = false;
  }
}

}  // namespace

void check_clip(const ShotSource& source) {
  if (source.kind == ShotSource::Kind::frame_folder) {
    check_frames(source.path);
    return;
  }
  VideoDecoder decoder(source.path, {});
  const int declared = decoder.declared_frames();
  const Pass pass = decoder.run({.frames = {0}, .ranges = {}, .stop_after = 1});
  // Damage is rare: the complete pass then says the same of it as decode_clip() would.
  if (pass.damage) static_cast<void>(decode_clip({ShotSource::Kind::video_file, source.path}, {}));
  if (pass.decoded == 0) throw BrokenVideo(source.path, "no frame decodes");
  // A container may declare too few frames: the decode has the last word.
  const bool beyond =
      declared > 0 &&
      ((source.kind == ShotSource::Kind::video_range && source.end_frame > declared) ||
       (source.is_part() && source.parts > declared));
  if (beyond) static_cast<void>(decode_clip(source, {}));
}

}  // namespace asbench::loaders
