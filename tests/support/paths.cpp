#include "tests/support/paths.h"

namespace asbench::testing {

std::filesystem::path source_folder() {
  return ASBENCH_SOURCE_DIR;
}

std::filesystem::path build_folder() {
  return ASBENCH_BINARY_DIR;
}

std::string asbench_program() {
  return (build_folder() / "bin" / "asbench").string();
}

}  // namespace asbench::testing
