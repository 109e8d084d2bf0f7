#include "core/program_folder.h"

#include <cstdlib>

namespace asbench {

std::filesystem::path program_prefix() {
  if (const char* prefix = std::getenv("ASBENCH_PREFIX"); prefix != nullptr && *prefix != '\0')
    return prefix;
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
}

std::filesystem::path embedded_checkpoints_folder() {
  return program_prefix() / "share" / "asbench" / "embedded";
}

std::filesystem::path tiny_generator_folder() {
  return program_prefix() / "share" / "asbench" / "tiny_generator";
}

}  // namespace asbench
