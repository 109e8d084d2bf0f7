#include "core/program_folder.h"

namespace asbench {

std::filesystem::path program_prefix() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
}

std::filesystem::path embedded_checkpoints_folder() {
  return program_prefix() / "share" / "asbench" / "embedded";
}

}  // namespace asbench
