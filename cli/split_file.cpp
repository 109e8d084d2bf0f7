#include "cli/split_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"

namespace asbench::cli {

namespace fs = std::filesystem;

void require_place(const std::string& out) {
  if (is_folder(out))
    throw UsageError(fmt::format("--out {}: this is a folder; name a file to write", out));
  const fs::path folder = fs::absolute(out).parent_path();
  if (!is_folder(folder)) {
    throw UsageError(
        fmt::format("--out {}: no such folder: {}. Create it first.", out, folder.string()));
  }
}

std::string manifest_text(const loaders::Split& split, const std::string& out) {
  const Json manifest = loaders::split_to_manifest(split, fs::absolute(out).parent_path());
  return manifest.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string write_result(const std::string& out, const std::string& text, bool force,
                         const char* option) {
  if (output_target(out).is_file() && is_file(out)) {
    if (read_text_file(out) == text) return "unchanged";
    if (!force) {
      throw UsageError(fmt::format(
          "{} {}: the file is there and has other content.\n  Write to another file, or replace it "
          "with --force.",
          option, out));
    }
  }
  write_file_atomically(out, text);
  return "written";
}

}  // namespace asbench::cli
