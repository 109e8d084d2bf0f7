// asbench_seeded_checkpoint --preset tiny|real [--seed N] [--dreamsim] DIR
// Writes openai/clip-vit-base-patch32 and facebook/dino-vitb16, with --dreamsim also
// ssundaram21/dreamsim-ensemble, with seeded weights below DIR, for tests and benchmarks where the
// published weights can't be had.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/seeded_checkpoint.h"

namespace {

constexpr const char* kUsage =
    "usage: asbench_seeded_checkpoint --preset tiny|real [--seed N] [--dreamsim] DIR\n";

int run(const std::vector<std::string>& arguments) {
  using asbench::testing::CheckpointSize;
  std::string preset = "tiny";
  std::string folder;
  std::uint64_t seed = 1;
  bool dreamsim = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--preset" && has_value) {
      preset = arguments[++i];
    } else if (arguments[i] == "--seed" && has_value) {
      seed = std::stoull(arguments[++i]);
    } else if (arguments[i] == "--dreamsim") {
      dreamsim = true;
    } else if (folder.empty() && !arguments[i].starts_with("-")) {
      folder = arguments[i];
    } else {
      throw std::invalid_argument("unexpected argument " + arguments[i]);
    }
  }
  if (folder.empty() || (preset != "tiny" && preset != "real")) {
    throw std::invalid_argument("a folder and a preset, tiny or real, are needed");
  }
  const auto size = preset == "tiny" ? CheckpointSize::tiny : CheckpointSize::real;
  write_seeded_checkpoints(folder, size, seed);
  if (dreamsim) write_seeded_checkpoint(folder, "ssundaram21/dreamsim-ensemble", size, seed);
  std::printf("%s: openai/clip-vit-base-patch32, facebook/dino-vitb16%s (%s, seed %llu)\n",
              folder.c_str(), dreamsim ? ", ssundaram21/dreamsim-ensemble" : "", preset.c_str(),
              static_cast<unsigned long long>(seed));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "asbench_seeded_checkpoint: %s\n%s", error.what(), kUsage);
    return 2;
  }
}
