#pragma once

#include <filesystem>
#include <string>

namespace asbench::testing {

/// Root of the source tree, and of the build tree whose programs are tested. In one source file, so
/// that a checkout's place is part of no other compilation (compiler caches then serve every
/// checkout).
[[nodiscard]] std::filesystem::path source_folder();
[[nodiscard]] std::filesystem::path build_folder();

/// build_folder()/bin/asbench
[[nodiscard]] std::string asbench_program();

}  // namespace asbench::testing
