#include "loaders/video/clip_check.h"

#include "loaders/image_file.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/decoder.h"

namespace asbench::loaders {

void check_clip(const ShotSource& source) {
  if (source.kind == ShotSource::Kind::frame_folder) {
    const auto frames = list_frames(source.path);
    try {
      static_cast<void>(read_image(frames.front()));
    } catch (const BadInput& error) {
      throw BrokenVideo(source.path, error.what());
    }
    return;
  }
  const Pass pass =
      VideoDecoder(source.path, {}).run({.frames = {0}, .ranges = {}, .stop_after = 1});
  // Damage is rare: the complete pass then says the same of it as decode_clip() would.
  if (pass.damage) static_cast<void>(decode_clip({ShotSource::Kind::video_file, source.path}, {}));
  if (pass.decoded == 0) throw BrokenVideo(source.path, "no frame decodes");
}

}  // namespace asbench::loaders
