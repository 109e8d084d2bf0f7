#include "cli/split_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/words.h"

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

bool require_replaceable(const std::string& out, const std::string& text, bool force,
                         const char* option) {
  if (!output_target(out).is_file() || !is_file(out)) return false;
  if (read_text_file(out) == text) return true;
  if (force) return false;
  throw UsageError(fmt::format(
      "{} {}: the file is there and has other content.\n  Write to another file, or replace it "
      "with --force.",
      option, out));
}

std::string write_result(const std::string& out, const std::string& text, bool force,
                         const char* option) {
  if (require_replaceable(out, text, force, option)) return "unchanged";
  write_file_atomically(out, text);
  return "written";
}

std::filesystem::path pictures_folder(const std::string& out) {
  return fs::path(out).replace_extension(".references");
}

std::string source_text(const loaders::SourceStamp& source) {
  const loaders::ShiftStatistics& shifts = source.shifts;
  std::string text =
      fmt::format("frames    boundaries {}, range {}", source.boundaries, source.range);
  if (source.boundaries == "as-given") return text + "\n";
  text += fmt::format(": {} of {} moved", shifts.moved,
                      counted(shifts.boundaries, "boundary", "boundaries"));
  if (source.boundaries.starts_with("snap"))
    text += fmt::format(", {} without a free cut within a second", shifts.without_cut);
  text += "\n";
  if (!shifts.seconds) return text;
  const auto& s = *shifts.seconds;
  return text + fmt::format(
                    "          shifts in seconds, later is above 0: {:+.2f} to {:+.2f}, quartiles "
                    "{:+.2f}, {:+.2f}, {:+.2f}\n",
                    s[0], s[4], s[1], s[2], s[3]);
}

}  // namespace asbench::cli
