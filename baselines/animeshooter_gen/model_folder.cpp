#include "baselines/animeshooter_gen/model_folder.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "models/kernels/matrix_product.h"
#include "models/multimodal/vision_features.h"
#include "models/weights/safetensors.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

void add_files(const fs::path& root, const fs::path& folder, std::string& lines) {
  for (const FolderEntry& entry : list_folder(folder)) {
    if (entry.kind == FileKind::folder) add_files(root, entry.path, lines);
    if (entry.kind == FileKind::file) {
      lines += fmt::format("{}  {}\n", sha256_file(entry.path),
                           entry.path.lexically_relative(root).string());
    }
  }
}

bool matches_any(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

std::int64_t values_of(const models::TensorView& view) {
  return static_cast<std::int64_t>(view.bytes.size() / models::element_size(view.dtype));
}

/// float32; a matrix as the kernels have it. A convolution of one tap is a matrix, too.
std::int64_t packed_bytes(const models::TensorView& view) {
  const bool one_tap =
      std::all_of(view.shape.begin() + std::min<std::ptrdiff_t>(2, std::ssize(view.shape)),
                  view.shape.end(), [](std::int64_t taps) { return taps == 1; });
  if (view.shape.size() < 2 || !one_tap) return 4 * values_of(view);
  return static_cast<std::int64_t>(
      models::product_kernels().packed_bytes(view.shape[0], view.shape[1]));
}

}  // namespace

models::Checkpoint open_part(const fs::path& folder) {
  if (!is_folder(folder)) {
    throw BadInput(
        fmt::format("{}: there is no such folder, but the model needs this part", folder.string()));
  }
  return models::open_checkpoint(fs::absolute(folder).string(), {});
}

MultimodalFolder open_multimodal_folder(const Manifest::Paths& paths, const fs::path& folder) {
  const fs::path file = (folder / paths.llm).lexically_normal().parent_path() / "config.json";
  if (!is_file(file)) {
    throw BadInput(
        fmt::format("{}: there is no such file. It says which layer of the vision tower is read.",
                    file.string()));
  }
  MultimodalFolder multimodal{
      .vision_tower = open_part(folder / paths.vision_tower), .config = {}, .vision = {}};
  multimodal.vision = models::vision_config_of(multimodal.vision_tower);
  multimodal.config = models::parse_multimodal_config(
      read_json_file(file), static_cast<int>(multimodal.vision.image_size), file.string());
  return multimodal;
}

NetworkMemory memory_of(const std::string& name, const models::Checkpoint& part,
                        const TensorUse& use, const models::Placement& placement) {
  NetworkMemory memory{.name = name};
  const std::int64_t element = placement.dtype == c10::kFloat ? 4 : 2;
  for (const fs::path& path : part.weight_files) {
    if (part.pickle) {
      memory.weights += static_cast<std::int64_t>(fs::file_size(path)) / 4 * element;
      continue;
    }
    const auto file = models::SafetensorsFile::open(path);
    std::int64_t pages = 0;
    bool has_table = false;
    for (const std::string& tensor : file.names()) {
      if (matches_any(tensor, use.ignored)) continue;
      const models::TensorView view = file.find(tensor).value();
      pages += static_cast<std::int64_t>(view.bytes.size());
      if (placement.own_kernels && tensor == use.table && view.dtype == models::DType::f32) {
        has_table = true;
      } else if (placement.own_kernels && tensor != use.table && !matches_any(tensor, use.plain)) {
        memory.weights += packed_bytes(view);
      } else {
        memory.weights += values_of(view) * (matches_any(tensor, use.wide) ? 4 : element);
      }
    }
    if (!placement.device.is_cpu()) continue;
    memory.reading += pages;
    if (has_table) memory.kept += pages;  // the whole file stays mapped
  }
  return memory;
}

std::string content_sha256(const fs::path& path) {
  if (is_file(path)) return sha256_file(path);
  std::string lines;
  add_files(path, path, lines);
  return sha256_hex(lines);
}

}  // namespace asbench::baselines
