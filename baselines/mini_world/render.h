#pragma once

#include "baselines/mini_world/story.h"
#include "core/image.h"

namespace asbench::baselines {

/// The size of rendered pictures.
struct RenderFormat {
  int width = 192;
  int height = 128;
  int frames = 24;
  double frames_per_second = 12.0;
};

/// Frame `index` of a shot: [height, width, 3] RGB. Depends on the arguments only.
[[nodiscard]] Image render_frame(const ShotScript& shot, const RenderFormat& format, int index);

/// The character by itself, cut to its bounds, as mask x frame: RGBA with straight alpha, 0
/// outside.
[[nodiscard]] Image render_reference(const Character& character);

}  // namespace asbench::baselines
