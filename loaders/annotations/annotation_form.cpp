#include "loaders/annotations/annotation_form.h"

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "loaders/annotations/parse_annotations.h"
#include "loaders/annotations/source.h"
#include "loaders/splits/common.h"
#include "loaders/splits/find_file.h"
#include "loaders/text_file.h"

namespace asbench::loaders {
namespace {

/// Files that are looked into. A download may begin with a few broken ones; a folder of another
/// form must not be read whole.
constexpr std::size_t kLookedInto = 16;
constexpr std::size_t kFoldersLookedInto = 4;  ///< an unpacked archive is a folder in the folder

bool is_annotation(std::string_view bytes) {
  try {
    return holds_annotations(parse_json(decode_file_text(bytes, "file").utf8, "file"));
  } catch (const BadInput&) {
    return false;
  }
}

bool is_annotation_file(const std::filesystem::path& file) {
  if (!has_annotation_ending(file.filename().string())) return false;
  try {
    return is_annotation(read_text_file(file, AnnotationSource::kLargestFile));
  } catch (const BadInput&) {
    return false;  // too large
  }
}

bool is_annotation_archive(const std::filesystem::path& file) {
  try {
    const AnnotationSource source(file);
    const auto reader = source.open();
    const std::size_t most = std::min(source.entries().size(), kLookedInto);
    for (std::size_t i = 0; i < most; ++i) {
      if (is_annotation(reader->read(i).bytes)) return true;
    }
  } catch (const BadInput&) {
    // a damaged archive: who asks for this form is told why
  }
  return false;
}

bool has_annotation_file(const std::filesystem::path& folder) {
  std::size_t looked_into = 0;
  for (const std::filesystem::path& file : list_files(folder)) {
    if (!has_annotation_ending(file.filename().string())) continue;
    if (is_annotation_file(file)) return true;
    if (++looked_into == kLookedInto) break;
  }
  return false;
}

}  // namespace

bool looks_like_annotations(const std::filesystem::path& path) {
  if (is_file(path))
    return is_zip_archive(path) ? is_annotation_archive(path) : is_annotation_file(path);
  if (!is_folder(path)) return false;
  if (has_annotation_file(path)) return true;
  const auto folders = list_folders(path);
  const std::size_t most = std::min(folders.size(), kFoldersLookedInto);
  return std::any_of(folders.begin(), folders.begin() + static_cast<std::ptrdiff_t>(most),
                     has_annotation_file);
}

std::string name_of_annotations(const std::filesystem::path& path) {
  std::string name = folder_name(path);
  for (const std::string_view ending : {".json", ".zip"}) {
    if (name.size() > ending.size() && lower_case(name).ends_with(ending))
      name.resize(name.size() - ending.size());
  }
  return name;
}

}  // namespace asbench::loaders
