#include "baselines/animeshooter_gen/model_folder.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "models/encoders/config_reader.h"
#include "models/weights/safetensors.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

/// The side of the pictures that the vision tower takes.
int side_of(const models::Checkpoint& tower) {
  const std::string file = fmt::format("config.json of {}", tower.id);
  const models::ConfigReader root(tower.config, file);
  const Json* const section = root.find("vision_config");
  const models::ConfigReader reader(section != nullptr ? *section : tower.config, file,
                                    section != nullptr ? "vision_config." : "");
  return static_cast<int>(reader.side("image_size", 224));
}

void add_files(const fs::path& root, const fs::path& folder, std::string& lines) {
  for (const FolderEntry& entry : list_folder(folder)) {
    if (entry.kind == FileKind::folder) add_files(root, entry.path, lines);
    if (entry.kind == FileKind::file) {
      lines += fmt::format("{}  {}\n", sha256_file(entry.path),
                           entry.path.lexically_relative(root).string());
    }
  }
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
  MultimodalFolder multimodal{.vision_tower = open_part(folder / paths.vision_tower), .config = {}};
  multimodal.config = models::parse_multimodal_config(
      read_json_file(file), side_of(multimodal.vision_tower), file.string());
  return multimodal;
}

std::int64_t count_values(const models::Checkpoint& part, std::string_view prefix) {
  std::int64_t values = 0;
  for (const fs::path& path : part.weight_files) {
    if (part.pickle) return static_cast<std::int64_t>(fs::file_size(path) / 4);
    const auto file = models::SafetensorsFile::open(path);
    for (const std::string& name : file.names()) {
      if (!name.starts_with(prefix)) continue;
      const models::TensorView view = file.find(name).value();
      values += static_cast<std::int64_t>(view.bytes.size() / models::element_size(view.dtype));
    }
  }
  return values;
}

std::string content_sha256(const fs::path& path) {
  if (is_file(path)) return sha256_file(path);
  std::string lines;
  add_files(path, path, lines);
  return sha256_hex(lines);
}

}  // namespace asbench::baselines
