#include "models/hub/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "models/hub/fetch.h"
#include "models/hub/verified_download.h"
#include "models/pickle/pickled_state_dict.h"
#include "models/weights/file_bytes.h"
#include "models/weights/safetensors.h"
#include "models/weights/weights_record.h"

namespace asbench::models {
namespace fs = std::filesystem;
namespace {

/// Folders that may hold this checkpoint, in the order in which they are searched.
std::vector<fs::path> candidate_folders(const std::string& id, const WeightFolders& folders) {
  std::vector<fs::path> candidates;
  for (const fs::path& root : folders.roots) {
    candidates.push_back(root / id);
    candidates.push_back(root / "hub" / cache_entry_name(id));
    candidates.push_back(root / cache_entry_name(id));
  }
  if (folders.hub_cache) candidates.push_back(*folders.hub_cache / cache_entry_name(id));
  return candidates;
}

std::vector<fs::path> subfolders(const fs::path& folder) {
  std::vector<fs::path> found;
  if (!is_folder(folder)) return found;
  for (const FolderEntry& entry : list_folder(folder)) {
    if (entry.kind == FileKind::folder) found.push_back(entry.path);
  }
  return found;
}

/// Whether a file has to be the pinned one. After `fetch --revision` only pins that were published
/// at that revision are binding.
bool is_binding(const CatalogueFile& file, const CatalogueEntry& entry,
                const std::optional<WeightsRecord>& record) {
  return file.pinned() &&
         !(record && record->revision_override && record->revision != entry.revision_of(file));
}

/// The hash that this file has to have; no source when it is unknown.
Expectation expected_hash(const fs::path& path, const CatalogueEntry* entry,
                          const std::optional<WeightsRecord>& record) {
  const std::string name = path.filename().string();
  if (entry != nullptr) {
    const CatalogueFile* const file = entry->file(name);
    if (file != nullptr && is_binding(*file, *entry, record)) {
      return {.bytes = file->bytes, .sha256 = file->sha256, .source = "pin"};
    }
  }
  if (record) {
    if (const auto file = record->files.find(name); file != record->files.end()) {
      return {.bytes = file->second.bytes, .sha256 = file->second.sha256, .source = "record"};
    }
  }
  std::error_code error;
  if (fs::is_symlink(path, error)) {  // the cache names its blobs by their hashes
    HubFile blob;
    blob.etag = fs::read_symlink(path, error).filename().string();
    if (blob.etag_is_sha256()) return {.sha256 = blob.etag, .source = "cache"};
    if (blob.etag_is_git_blob()) return {.git_blob = blob.etag, .source = "cache"};
  }
  return {.source = ""};
}

/// Begins as a zip file and has the directory that ends one.
bool is_whole_zip(std::span<const std::byte> file) {
  constexpr std::string_view kBegin("PK\3\4", 4);
  constexpr std::string_view kEnd("PK\5\6", 4);
  constexpr std::size_t kLongestEnd = 22 + 65535;
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  return text.starts_with(kBegin) &&
         text.substr(text.size() - std::min(text.size(), kLongestEnd)).rfind(kEnd) !=
             std::string_view::npos;
}

void check_structure(const fs::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".json") {
    static_cast<void>(read_json_file(path));
  } else if (ending == ".safetensors") {
    static_cast<void>(SafetensorsFile::open(path));
  } else if (ending == ".bin") {
    const FileBytes file = FileBytes::open(path, ReadMode::mapped);
    if (!is_whole_zip(file.bytes()) && !is_legacy_state_dict(file.bytes())) {
      throw BadInput(fmt::format(
          "{}: neither a whole zip file nor a legacy file of torch.save: it is cut off, "
          "or another kind of file",
          path.string()));
    }
  }
}

CheckedFile check_file(const fs::path& path, const Expectation& expected,
                       const CatalogueEntry* entry) {
  CheckedFile file;
  file.path = path;
  file.compared_with = expected.source;
  try {
    const Verification state = verify_file(path, expected);
    file.sha256 = state.sha256;
    file.bytes = state.bytes;
    const CatalogueFile* const known =
        entry != nullptr ? entry->file(path.filename().string()) : nullptr;
    file.pin = compare_with_pin(known, state.sha256, state.bytes);
    file.problem = state.problem;
    if (file.problem.empty()) check_structure(path);
  } catch (const BadInput& error) {
    file.problem = error.what();
  }
  return file;
}

}  // namespace

std::optional<LocalCheckpoint> find_local(const std::string& id, const WeightFolders& folders) {
  const auto candidates = candidate_folders(id, folders);
  const auto first = std::find_if(candidates.begin(), candidates.end(), asbench::is_folder);
  if (first == candidates.end()) return std::nullopt;
  LocalCheckpoint local;
  local.folder = *first;
  try {
    const Checkpoint checkpoint = open_checkpoint(id, folders);
    local.folder = checkpoint.folder;
    local.revision = checkpoint.revision;
    const auto record = read_weights_record(checkpoint.folder);
    if (!local.revision && record && !record->commit.empty()) local.revision = record->commit;
  } catch (const BadInput& error) {
    local.problem = error.what();
  }
  return local;
}

std::vector<std::string> local_ids(const WeightFolders& folders, const Catalogue& catalogue) {
  std::set<std::string> ids;
  for (const fs::path& root : folders.roots) {
    for (const fs::path& organisation : subfolders(root)) {
      for (const fs::path& folder : subfolders(organisation)) {
        const std::string id = organisation.filename().string() + "/" + folder.filename().string();
        if (is_hub_id(id) && is_there(folder / "config.json")) ids.insert(id);
      }
    }
  }
  for (const CatalogueEntry& entry : catalogue.entries()) {
    const auto candidates = candidate_folders(entry.id, folders);
    if (std::any_of(candidates.begin(), candidates.end(), asbench::is_folder)) ids.insert(entry.id);
  }
  return {ids.begin(), ids.end()};
}

bool CheckReport::ok() const {
  return problems.empty() && std::all_of(files.begin(), files.end(), [](const CheckedFile& file) {
           return file.problem.empty();
         });
}

CheckReport check_checkpoint(const std::string& id, const WeightFolders& folders,
                             const Catalogue& catalogue) {
  CheckReport report;
  report.id = id;
  const auto local = is_hub_id(id) ? find_local(id, folders) : std::nullopt;
  if (!local) {
    const Checkpoint elsewhere = open_checkpoint(id, folders);  // a path; else it throws
    report.folder = elsewhere.folder;
  } else {
    report.folder = local->folder;
    report.revision = local->revision;
    if (!local->problem.empty()) report.problems.push_back(local->problem);
  }
  const CatalogueEntry* const entry = catalogue.find(id);
  std::optional<WeightsRecord> record;
  try {
    record = read_weights_record(report.folder);
  } catch (const BadInput& error) {
    if (report.problems.empty()) report.problems.emplace_back(error.what());
  }
  if (record && record->revision_override) report.overridden_revision = record->revision;

  std::set<std::string> names;
  for (const FolderEntry& item :
       is_folder(report.folder) ? list_folder(report.folder) : std::vector<FolderEntry>()) {
    const std::string name = item.path.filename().string();
    const std::string ending = item.path.extension().string();
    const bool belongs =
        ending == ".json" || ending == ".safetensors" || ending == ".bin" || name == "merges.txt";
    if (belongs && name != kRecordName && !name.ends_with(".part.json") &&
        item.kind == FileKind::file) {
      names.insert(name);
    }
  }
  for (const std::string& name : names) {
    const fs::path path = report.folder / name;
    report.files.push_back(check_file(path, expected_hash(path, entry, record), entry));
  }
  const auto require = [&](const std::string& name, std::string_view why) {
    if (names.contains(name)) return;
    report.problems.push_back(
        fmt::format("{}: {}, but does not exist", (report.folder / name).string(), why));
    names.insert(name);
  };
  if (record) {
    for (const auto& [name, file] : record->files) require(name, "was fetched");
  }
  if (entry != nullptr && is_folder(report.folder)) {
    for (const CatalogueFile& file : entry->files) {
      if (!file.optional && !file.weights && file.fetch) {
        require(file.name, "belongs to this checkpoint");
      }
    }
  }
  return report;
}

}  // namespace asbench::models
