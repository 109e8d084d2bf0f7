#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "core/files.h"
#include "loaders/splits/common.h"

namespace asbench::loaders {
namespace {

/// docs/design/dataset.md 2: keys are compared in lower case, with '_' as a space.
std::string plain_key(std::string_view key) {
  std::string plain(key);
  for (char& c : plain) {
    c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

bool has_segments(const Json& object) {
  if (!object.is_object()) return false;
  for (const auto& [key, value] : object.items()) {
    if (plain_key(key) == "segments" && value.is_array()) return true;
  }
  return false;
}

bool is_annotation_file(const std::filesystem::path& file) {
  if (file.extension() != ".json") return false;
  Findings ignored;
  const auto document = read_split_json(file, ignored);
  if (!document || !document->is_object()) return false;
  return has_segments(*document) || std::any_of(document->begin(), document->end(), has_segments);
}

}  // namespace

bool looks_like_annotations(const std::filesystem::path& path) {
  if (!is_folder(path)) return is_annotation_file(path);
  const auto files = list_files(path);
  return std::any_of(files.begin(), files.end(), is_annotation_file);
}

}  // namespace asbench::loaders
