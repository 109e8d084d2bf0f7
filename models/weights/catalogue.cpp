#include "models/weights/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/config_files.h"
#include "core/error.h"
#include "core/schema.h"

namespace asbench::models {
namespace {

constexpr std::string_view kFolder = "encoders/";

CatalogueFile read_file(const Json& json) {
  CatalogueFile file;
  file.name = json.at("name").get<std::string>();
  file.optional = json.value("optional", false);
  file.weights = json.value("weights", false);
  file.fetch = json.value("fetch", true);
  if (json.contains("revision")) file.revision = json.at("revision").get<std::string>();
  if (json.contains("sha256")) file.sha256 = json.at("sha256").get<std::string>();
  if (json.contains("bytes")) file.bytes = json.at("bytes").get<std::uint64_t>();
  file.witnesses = json.value("witnesses", 0);
  return file;
}

CatalogueEntry entry_of(const Json& json, std::string_view where) {
  CatalogueEntry entry;
  entry.id = json.at("id").get<std::string>();
  entry.kind = json.at("kind").get<std::string>();
  const Json& licence = json.at("licence");
  entry.licence = {.name = licence.at("name").get<std::string>(),
                   .url = licence.at("url").get<std::string>(),
                   .allows = licence.at("allows").get<std::string>(),
                   .model_card = licence.value("model_card", std::string())};
  entry.source = json.at("source").get<std::string>();
  entry.revision = json.at("revision").get<std::string>();
  entry.made_by = json.value("made_by", std::string());
  for (const Json& item : json.at("files")) {
    CatalogueFile file = read_file(item);
    if (entry.file(file.name) != nullptr) {
      throw BadInput(fmt::format("{}: the file {} is listed twice; keep one", where, file.name));
    }
    entry.files.push_back(std::move(file));
  }
  return entry;
}

// Tests hold the shipped entries to their schema: checking it takes longer than the program's start
// without it.
CatalogueEntry read_shipped(const std::string& name) {
  const auto text = config_file(name);
  if (!text) throw InternalError(fmt::format("{} was not built in", name));
  try {
    CatalogueEntry entry = entry_of(parse_json(*text, name), name);
    if (name != fmt::format("{}{}.json", kFolder, entry.id)) {
      throw InternalError(fmt::format("{} describes {}", name, entry.id));
    }
    return entry;
  } catch (const BadInput& error) {
    throw InternalError(fmt::format("{} is not a catalogue entry: {}", name, error.what()));
  }
}

Catalogue read_all_shipped() {
  std::vector<CatalogueEntry> entries;
  for (const std::string& name : config_file_names(kFolder)) entries.push_back(read_shipped(name));
  return Catalogue(std::move(entries));
}

}  // namespace

bool CatalogueEntry::pinned() const {
  return std::any_of(files.begin(), files.end(),
                     [](const CatalogueFile& file) { return file.weights && file.pinned(); });
}

const CatalogueFile* CatalogueEntry::file(std::string_view name) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const CatalogueFile& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

const std::string& CatalogueEntry::revision_of(const CatalogueFile& file) const {
  return file.revision ? *file.revision : revision;
}

CatalogueEntry parse_catalogue_entry(const Json& json, std::string_view where) {
  check_schema(json, "encoder", where);
  return entry_of(json, where);
}

Catalogue::Catalogue(std::vector<CatalogueEntry> entries) : entries_(std::move(entries)) {
  std::sort(entries_.begin(), entries_.end(),
            [](const CatalogueEntry& a, const CatalogueEntry& b) { return a.id < b.id; });
}

const Catalogue& Catalogue::shipped() {
  static const Catalogue all = read_all_shipped();
  return all;
}

const CatalogueEntry* Catalogue::find(std::string_view id) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const CatalogueEntry& entry) { return entry.id == id; });
  return found == entries_.end() ? nullptr : &*found;
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
