// asbench_tiny_generator [--seed N] [--bf16] [--cogvideo | --image-to-video] DIR
// Writes the folder of a generator of 3 MB with seeded weights (tiny_generator.h), for
// tests, for the demo, and to try the commands where no published weights are.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/tiny_generator/tiny_generator.h"

namespace {

void run(const std::vector<std::string>& arguments) {
  asbench::testing::TinyGenerator options;
  std::string folder;
  bool cogvideo = false;
  bool image_to_video = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--seed" && i + 1 < arguments.size()) {
      options.seed = std::stoull(arguments[++i]);
    } else if (arguments[i] == "--bf16") {
      options.bf16 = true;
    } else if (arguments[i] == "--cogvideo") {
      cogvideo = true;
    } else if (arguments[i] == "--image-to-video") {
      image_to_video = true;
    } else if (folder.empty() && !arguments[i].starts_with("-")) {
      folder = arguments[i];
    } else {
      throw std::invalid_argument("unexpected argument " + arguments[i]);
    }
  }
  if (folder.empty()) throw std::invalid_argument("a folder is needed");
  if (image_to_video) {
    asbench::testing::write_tiny_image_to_video(folder, options);
  } else if (cogvideo) {
    asbench::testing::write_tiny_cogvideo(folder, options);
  } else {
    asbench::testing::write_tiny_generator(folder, options);
  }
}

}  // namespace

int main(int count, char** values) {
  try {
    run({values + 1, values + count});
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "asbench_tiny_generator: %s\n", problem.what());
    return 2;
  }
}
