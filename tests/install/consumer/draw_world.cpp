#include "asbench/baselines/mini_world/mini_world.h"

// Draws a split of two characters, one story of two shots each, with its real shots.
int main(int, char** arguments) {
  asbench::baselines::MiniWorldOptions options;
  options.ips = 2;
  options.stories_per_ip = 1;
  options.shots_per_story = 2;
  options.clips_per_ip = 1;
  options.frames = 6;
  options.width = 96;
  options.height = 64;
  asbench::Progress progress("drawing", asbench::baselines::clips_in(options),
                             asbench::Progress::Style::quiet);
  const auto folders = asbench::baselines::render_mini_world(options, arguments[1], progress);
  return asbench::baselines::is_mini_world(folders.split) ? 0 : 1;
}
