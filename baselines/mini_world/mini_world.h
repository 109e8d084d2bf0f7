#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/progress.h"

namespace asbench::baselines {

/// Two casts that share no character, no setting and no seed: the embedded encoders are trained on
/// one and judge the other.
enum class Cast { demo, training };

/// The size of a rendered world. The defaults are the demo's.
struct MiniWorldOptions {
  Cast cast = Cast::demo;
  std::uint64_t seed = 0;
  int ips = 8;  ///< characters; at most characters_in(cast)
  int stories_per_ip = 2;
  int shots_per_story = 4;
  int clips_per_ip = 4;  ///< tuning clips with captions
  int frames = 24;       ///< a shot
  double frames_per_second = 12.0;
  int width = 192;
  int height = 128;
};

/// What render_mini_world wrote.
struct MiniWorldFolders {
  std::filesystem::path split;  ///< `mini-world/`: test-set form (docs/design/dataset.md 7), with
                                ///< mini_world.json (seed, sizes, codec)
  std::filesystem::path manifest;      ///< `mini-world.json`: the same as a manifest, with the
                                       ///< descriptive captions, which that form lacks
  std::filesystem::path ground_truth;  ///< the stories' real shots, default output layout
  std::string codec;       ///< "h264/mp4", or "mjpeg/avi" where this OpenCV can't write H.264
  int rendered_clips = 0;  ///< clips and shots drawn in this call; those already finished are kept
};

/// Draws a small procedural animation world and writes it below `folder` as `mini-world/`,
/// `mini-world.json` and `ground_truth/`. Same options, same OpenCV: same pictures. Files are
/// finished under temporary names and then renamed, so an interrupted run can resume;
/// files of other options in `folder` are an error.
/// @throws UsageError for options out of range; BadInput when the folder can't be written (full
/// disk included) and "interrupted" after SIGINT.
MiniWorldFolders render_mini_world(const MiniWorldOptions& options,
                                   const std::filesystem::path& folder, Progress& progress);

/// Clips and shots that a world has: the steps of render_mini_world's progress.
[[nodiscard]] int clips_in(const MiniWorldOptions& options);

/// Characters that a cast has.
[[nodiscard]] int characters_in(Cast cast);

/// True for the folder and for the manifest of a split that render_mini_world wrote.
[[nodiscard]] bool is_mini_world(const std::filesystem::path& split);

}  // namespace asbench::baselines
