#include "loaders/masks/reference_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/write_file.h"
#include "loaders/png_file.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kLargestReplaced = 1ULL << 30;

constexpr std::size_t kLongestName = 120;  ///< in bytes; room for what else a file's name has

/// The longest beginning of a safe name that is whole: no character of UTF-8 and no %XX is cut.
std::string_view beginning_of(std::string_view safe, std::size_t most) {
  std::size_t end = std::min(most, safe.size());
  while (end > 0 && end < safe.size() && (static_cast<unsigned char>(safe[end]) & 0xC0U) == 0x80U)
    --end;
  const std::size_t escape = safe.substr(0, end).rfind('%');
  if (escape != std::string_view::npos && end - escape < 3) end = escape;
  return safe.substr(0, end);
}

void write(const std::filesystem::path& file, const std::string& bytes, bool force) {
  if (is_there(file)) {
    if (is_file(file) && read_text_file(file, kLargestReplaced) == bytes) return;
    if (!force) {
      throw UsageError(fmt::format(
          "{}: the file is there and has other content.\n  Write to another folder, or replace it "
          "with --force.",
          file.string()));
    }
  }
  make_folders(file.parent_path());
  write_file_atomically(file, bytes);
}

}  // namespace

std::string as_file_name(std::string_view name) {
  constexpr std::string_view kUnsafe = "/\\:*?\"<>|%";
  constexpr std::size_t kHashDigits = 16;
  std::string safe;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool at_end = i == 0 || i + 1 == name.size();
    const bool unsafe = c < 0x20 || c == 0x7F || kUnsafe.find(name[i]) != std::string_view::npos ||
                        (at_end && (c == '.' || c == ' '));
    safe += unsafe ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, name[i]);
  }
  if (safe.empty()) return "%";
  if (safe.size() <= kLongestName) return safe;
  const std::string hash = sha256_hex(name).substr(0, kHashDigits);
  return fmt::format("{}~{}", beginning_of(safe, kLongestName - kHashDigits - 1), hash);
}

std::filesystem::path reference_file(const std::filesystem::path& folder, std::string_view video_id,
                                     std::string_view segment, std::string_view character,
                                     int number) {
  const auto slash = segment.rfind('/');
  const std::string_view part =
      slash == std::string_view::npos ? segment : segment.substr(slash + 1);
  return folder / as_file_name(video_id) / as_file_name(part) /
         fmt::format("{}_{}.png", as_file_name(character), number);
}

ReferenceFiles write_reference_pictures(const std::filesystem::path& video,
                                        std::string_view video_id,
                                        const std::vector<CharacterMasks>& characters,
                                        const std::filesystem::path& folder,
                                        const ReferenceFileOptions& options) {
  ReferenceFiles written;
  written.findings = make_reference_pictures(
      video, video_id, characters, options.references, [&](const ReferencePicture& reference) {
        const auto file = reference_file(folder, video_id, reference.segment, reference.character,
                                         reference.number);
        write(file, encode_png(reference.picture), options.force);
        written.files.push_back(
            {file, reference.segment, reference.character, reference.frame_index, reference.frame});
      });
  const auto place = [&](const ReferenceFiles::File& file) {
    return std::find_if(characters.begin(), characters.end(), [&](const CharacterMasks& masks) {
      return masks.segment == file.segment && masks.character == file.character;
    });
  };
  std::stable_sort(written.files.begin(), written.files.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return written;
}

}  // namespace asbench::loaders
