#include "models/weights/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/config_files.h"
#include "core/error.h"
#include "core/json.h"

namespace asbench::models {
namespace {

constexpr std::string_view kFolder = "encoders/";

template <typename Value>
std::optional<Value> optional_value(const Json& object, const char* key) {
  if (!object.contains(key) || object.at(key).is_null()) return std::nullopt;
  return object.at(key).get<Value>();
}

CatalogueFile read_file_entry(const Json& json) {
  CatalogueFile file;
  file.name = json.at("name").get<std::string>();
  file.optional = optional_value<bool>(json, "optional").value_or(false);
  file.weights = optional_value<bool>(json, "weights").value_or(false);
  file.sha256 = optional_value<std::string>(json, "sha256");
  file.bytes = optional_value<std::uint64_t>(json, "bytes");
  return file;
}

CatalogueEntry read_entry(const std::string& name) {
  const auto text = config_file(name);
  if (!text) throw InternalError(fmt::format("{} was not built in", name));
  try {
    const Json json = parse_json(*text, name);
    CatalogueEntry entry;
    entry.id = json.at("id").get<std::string>();
    entry.kind = json.at("kind").get<std::string>();
    const Json& licence = json.at("licence");
    entry.licence = {licence.at("name").get<std::string>(), licence.at("url").get<std::string>(),
                     licence.at("allows").get<std::string>(),
                     optional_value<std::string>(licence, "model_card").value_or("")};
    entry.source = json.at("source").get<std::string>();
    entry.revision = json.at("revision").get<std::string>();
    for (const Json& file : json.at("files")) entry.files.push_back(read_file_entry(file));
    if (name != fmt::format("{}{}.json", kFolder, entry.id)) {
      throw InternalError(fmt::format("{} describes {}", name, entry.id));
    }
    return entry;
  } catch (const nlohmann::json::exception& error) {
    throw InternalError(fmt::format("{} is not a catalogue entry: {}", name, error.what()));
  }
}

}  // namespace

std::vector<CatalogueEntry> catalogue() {
  std::vector<CatalogueEntry> entries;
  for (const std::string& name : config_file_names(kFolder)) entries.push_back(read_entry(name));
  std::sort(entries.begin(), entries.end(),
            [](const CatalogueEntry& a, const CatalogueEntry& b) { return a.id < b.id; });
  return entries;
}

std::optional<CatalogueEntry> find_in_catalogue(std::string_view id) {
  const std::string name = fmt::format("{}{}.json", kFolder, id);
  if (!config_file(name)) return std::nullopt;
  return read_entry(name);
}

std::vector<CatalogueFile> usual_files() {
  std::vector<CatalogueFile> files(6);
  files[0].name = "config.json";
  files[1].name = "preprocessor_config.json";
  files[2].name = "vocab.json";
  files[3].name = "merges.txt";
  for (std::size_t i = 1; i < 4; ++i) files[i].optional = true;
  files[4].name = "model.safetensors";
  files[5].name = "pytorch_model.bin";
  for (std::size_t i = 4; i < 6; ++i) files[i].weights = true;
  return files;
}

bool is_hub_id(std::string_view id) {
  const auto is_part = [](std::string_view part) {
    const auto allowed = [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    };
    return !part.empty() && part.size() <= 96 && part.front() != '.' &&
           part.find("..") == std::string_view::npos &&
           std::all_of(part.begin(), part.end(), allowed);
  };
  const auto slash = id.find('/');
  return slash != std::string_view::npos && is_part(id.substr(0, slash)) &&
         is_part(id.substr(slash + 1));
}

}  // namespace asbench::models
