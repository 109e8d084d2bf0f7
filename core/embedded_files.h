#pragma once

#include <string_view>
#include <vector>

namespace asbench::detail {

/// A file of configs/ as the build embedded it (cmake/EmbedFiles.cmake writes the definition); read
/// by config_files.cpp.
struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

const std::vector<EmbeddedFile>& embedded_files();

}  // namespace asbench::detail
