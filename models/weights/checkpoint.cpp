#include "models/weights/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/nearest_name.h"
#include "core/program_folder.h"
#include "core/stand_in.h"
#include "core/threads.h"
#include "models/weights/catalogue.h"
#include "models/weights/shard_index.h"

namespace asbench::models {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSingleFile = "model.safetensors";
constexpr std::string_view kDiffusersFile = "diffusion_pytorch_model.safetensors";
constexpr std::string_view kIndexEnding = ".safetensors.index.json";
constexpr std::string_view kPickleFile = "pytorch_model.bin";
constexpr JsonLimits kConfigLimits{
    .max_bytes = std::size_t{16} << 20, .max_depth = 32, .kind = "a checkpoint's configuration"};
constexpr std::size_t kMaxIndexBytes = std::size_t{256} << 20;

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

fs::path home_folder() {
  return environment("HOME").value_or("/");
}

/// Whether `part` is a single folder name.
bool plain_part(std::string_view part) {
  return !part.empty() && part.size() <= 96 && part.front() != '.' && part.front() != '-' &&
         std::all_of(part.begin(), part.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

bool hub_name(std::string_view id) {
  const auto slash = id.find('/');
  if (slash == std::string_view::npos) return plain_part(id);
  return plain_part(id.substr(0, slash)) && plain_part(id.substr(slash + 1));
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const FolderEntry& entry : list_folder(folder))
    names.push_back(entry.path.filename().string());
  return names;
}

void add_shards(const fs::path& index_file, Checkpoint& checkpoint) {
  refuse_stand_in(index_file);
  ShardIndex index =
      parse_shard_index(read_text_file(index_file, kMaxIndexBytes), index_file.string());
  for (const std::string& name : index.files) {
    const fs::path file = checkpoint.folder / name;
    if (!is_file(file)) {
      throw BadInput(fmt::format(
          "{}: names the shard {}, which is missing in {}: the checkpoint is incomplete; "
          "fetch it again",
          index_file.string(), name, checkpoint.folder.string()));
    }
    checkpoint.weight_files.push_back(file);
  }
  checkpoint.weight_map = std::move(index.weight_map);
}

/// Fills in the weight files. @returns false when the folder has none in a known form.
bool find_weights(Checkpoint& checkpoint) {
  const fs::path& folder = checkpoint.folder;
  for (const std::string_view name : {kSingleFile, kDiffusersFile}) {
    if (!is_file(folder / name)) continue;
    checkpoint.weight_files = {folder / name};
    return true;
  }
  std::vector<std::string> indices;
  for (const std::string& name : names_in(folder)) {
    if (name.ends_with(kIndexEnding)) indices.push_back(name);
  }
  const std::string usual = "model" + std::string(kIndexEnding);
  if (std::find(indices.begin(), indices.end(), usual) != indices.end()) indices = {usual};
  if (indices.size() > 1) {
    throw BadInput(fmt::format("{}: several shard indices, {}; keep one, or name it {}",
                               folder.string(), fmt::join(indices, ", "), usual));
  }
  if (!indices.empty()) {
    add_shards(folder / indices.front(), checkpoint);
    return true;
  }
  if (!is_file(folder / kPickleFile)) return false;
  checkpoint.weight_files = {folder / kPickleFile};
  checkpoint.pickle = true;
  return true;
}

Json read_object(const fs::path& file) {
  refuse_stand_in(file);
  Json json = read_json_file(file, kConfigLimits);
  if (!json.is_object()) {
    throw BadInput(fmt::format("{}: a JSON object was expected", file.string()));
  }
  return json;
}

/// The outcome for one folder that might hold the checkpoint.
struct Attempt {
  std::optional<Checkpoint> found;
  std::string reason;  ///< why not
};

Attempt try_folder(std::string_view id, const fs::path& folder) {
  if (!is_folder(folder)) return {{}, fmt::format("{}: no such folder", folder.string())};
  Checkpoint checkpoint;
  checkpoint.id = id;
  checkpoint.folder = folder;
  const fs::path config = folder / "config.json";
  if (!is_file(config)) return {{}, fmt::format("{}: config.json is missing", folder.string())};
  if (!find_weights(checkpoint)) {
    return {
        {},
        fmt::format("{}: weights are missing: neither {} nor {} nor a shard index nor {} exists",
                    folder.string(), kSingleFile, kDiffusersFile, kPickleFile)};
  }
  for (const fs::path& file : checkpoint.weight_files) refuse_stand_in(file);
  checkpoint.config = read_object(config);
  const fs::path preprocessor = folder / "preprocessor_config.json";
  if (is_file(preprocessor)) checkpoint.preprocessor = read_object(preprocessor);
  return {std::move(checkpoint), {}};
}

/// `models--org--name` of the Hugging Face cache: picks the snapshot.
Attempt try_cache_entry(std::string_view id, const fs::path& entry) {
  if (!is_folder(entry)) return {{}, fmt::format("{}: no such folder", entry.string())};
  std::vector<std::string> snapshots;
  for (const std::string& name : names_in(entry / "snapshots")) {
    if (is_folder(entry / "snapshots" / name)) snapshots.push_back(name);
  }
  if (snapshots.empty()) return {{}, fmt::format("{}: no snapshots", entry.string())};
  std::string revision;
  if (const fs::path ref = entry / "refs" / "main"; is_file(ref)) {
    revision = read_text_file(ref, 256);
    while (!revision.empty() && static_cast<unsigned char>(revision.back()) <= ' ') {
      revision.pop_back();
    }
    if (!plain_part(revision)) {
      throw BadInput(fmt::format("{}: {:?} is not a revision; remove the file and fetch again",
                                 ref.string(), revision));
    }
    if (!is_folder(entry / "snapshots" / revision)) {
      return {
          {},
          fmt::format("{}: refs/main names the snapshot {}, which does not exist (existing: {})",
                      entry.string(), revision, fmt::join(snapshots, ", "))};
    }
  } else if (snapshots.size() == 1) {
    revision = snapshots.front();
  } else {
    throw BadInput(fmt::format(
        "{}: several snapshots ({}) and no refs/main to choose between them; name one by its "
        "path instead of the id {}, for example {}",
        entry.string(), fmt::join(snapshots, ", "), id,
        (entry / "snapshots" / snapshots.front()).string()));
  }
  Attempt attempt = try_folder(id, entry / "snapshots" / revision);
  if (attempt.found) attempt.found->revision = revision;
  return attempt;
}

std::string cache_name(std::string_view id) {
  std::string name = "models--";
  for (const char c : id) {
    if (c == '/') {
      name += "--";
    } else {
      name += c;
    }
  }
  return name;
}

/// " Did you mean ID?", where a known checkpoint or one that comes with the program is spelled
/// nearly so and is not the one.
std::string similar_checkpoint(std::string_view id) {
  std::vector<std::string> known = {"asbench/mini-clip", "asbench/mini-dino"};
  for (const CatalogueEntry& entry : Catalogue::shipped().entries()) known.push_back(entry.id);
  if (std::find(known.begin(), known.end(), id) != known.end()) return {};
  return did_you_mean(id, known);
}

/// What brings the weights: a download, or a conversion where no hub has them.
std::string how_to_get(std::string_view id, const WeightFolders& folders) {
  const CatalogueEntry* const entry = Catalogue::shipped().find(id);
  if (entry == nullptr || entry->made_by.empty()) {
    return fmt::format("Download them with\n  {}", fetch_command(id, folders));
  }
  return conversion_advice(*entry, folders);
}

/// Tries every folder where `id` may be, in order; the first that opens is used.
Attempt search(std::string_view id, const WeightFolders& folders) {
  std::vector<std::string> reasons;
  const auto keep = [&](Attempt attempt) {
    if (!attempt.found) reasons.push_back(std::move(attempt.reason));
    return std::move(attempt.found);
  };
  for (const fs::path& root : folders.roots) {
    if (auto found = keep(try_folder(id, root / id))) return {std::move(found), {}};
    for (const fs::path& entry : {root / "hub" / cache_name(id), root / cache_name(id)}) {
      if (!is_folder(entry)) continue;
      if (auto found = keep(try_cache_entry(id, entry))) return {std::move(found), {}};
    }
  }
  if (folders.hub_cache) {
    if (auto found = keep(try_cache_entry(id, *folders.hub_cache / cache_name(id)))) {
      return {std::move(found), {}};
    }
  }
  if (reasons.empty()) reasons.emplace_back("no folder to search");
  return {{}, fmt::format("{}", fmt::join(reasons, "\n  "))};
}

}  // namespace

WeightFolders default_weight_folders(const std::optional<fs::path>& flag) {
  WeightFolders folders;
  if (flag) {
    folders.roots.push_back(*flag);
    folders.from_flag = true;
  } else if (const auto weights = environment("ASBENCH_WEIGHTS")) {
    folders.roots.emplace_back(*weights);
  } else {
    const auto hf_home = environment("HF_HOME");
    folders.hub_cache =
        (hf_home ? fs::path(*hf_home) : home_folder() / ".cache" / "huggingface") / "hub";
  }
  return folders;
}

bool is_embedded(std::string_view id) {
  return id.starts_with(kEmbeddedOrganisation);
}

Checkpoint open_checkpoint(std::string_view id, const WeightFolders& folders) {
  if (is_embedded(id) && hub_name(id)) {
    Attempt attempt = try_folder(id, embedded_checkpoints_folder() / id);
    if (attempt.found) return std::move(*attempt.found);
    throw BadInput(fmt::format(
        "{} does not come with this program: {}{}\n  The embedded encoders are "
        "asbench/mini-clip and asbench/mini-dino; ./bootstrap.sh build or cmake "
        "--install puts them in {}.",
        id, attempt.reason, similar_checkpoint(id), embedded_checkpoints_folder().string()));
  }
  if (id.starts_with('/') || id.starts_with("./") || id.starts_with("../") ||
      id.starts_with("~/") || id == "." || id == "..") {
    const fs::path folder = id.starts_with("~/") ? home_folder() / id.substr(2) : fs::path(id);
    Attempt attempt = try_folder(id, folder);
    if (attempt.found) return std::move(*attempt.found);
    throw BadInput(fmt::format("the checkpoint {} cannot be used:\n  {}", id, attempt.reason));
  }
  const bool named = hub_name(id);
  Attempt attempt = named ? search(id, folders) : Attempt{};
  if (attempt.found) return std::move(*attempt.found);
  if (is_file(fs::path(id) / "config.json")) {
    Attempt local = try_folder(id, fs::path(id));
    if (local.found) return std::move(*local.found);
    attempt.reason += (attempt.reason.empty() ? "" : "\n  ") + local.reason;
  }
  if (!named) {
    throw UsageError(
        fmt::format("{:?} is neither the name of a checkpoint on the hub (for example "
                    "openai/clip-vit-base-patch32) nor the path of a checkpoint folder",
                    id));
  }
  throw BadInput(fmt::format(
      "no weights of {} found.{} Searched:\n  {}\n{}\nor name another folder with --weights or "
      "$ASBENCH_WEIGHTS.",
      id, similar_checkpoint(id), attempt.reason, how_to_get(id, folders)));
}

std::string conversion_advice(const CatalogueEntry& entry, const WeightFolders& folders) {
  const std::string root = folders.roots.empty() ? "WEIGHTS" : folders.roots.front().string();
  return fmt::format("No hub has them: download\n  {}\nand convert it with\n  python3 {} {} {}",
                     entry.source, entry.made_by, fs::path(entry.source).filename().string(),
                     (fs::path(root) / entry.id).string());
}

std::string fetch_command(std::string_view id, const WeightFolders& folders) {
  std::string command = fmt::format("asbench weights fetch {}", id);
  if (folders.from_flag && !folders.roots.empty()) {
    command += fmt::format(" --weights {}", folders.roots.front().string());
  }
  return command;
}

std::string weights_sha256(const Checkpoint& checkpoint) {
  const auto& files = checkpoint.weight_files;
  if (files.empty()) {
    throw InternalError(fmt::format("checkpoint {} names no weight file", checkpoint.id));
  }
  if (files.size() == 1 && checkpoint.weight_map.empty()) return sha256_file(files.front());
  std::vector<std::string> lines(files.size());
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr problem;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < files.size(); i = next++) {
        lines[i] = fmt::format("{}  {}\n", sha256_file(files[i]), files[i].filename().string());
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!problem) problem = std::current_exception();
    }
  };
  const std::size_t count = std::min<std::size_t>(
      files.size(), std::max<std::size_t>(1, std::thread::hardware_concurrency()));
  run_on_threads(static_cast<unsigned>(count), work, [&] { next = files.size(); });
  if (problem) std::rethrow_exception(problem);
  std::sort(lines.begin(), lines.end());
  return sha256_hex(fmt::format("{}", fmt::join(lines, "")));
}

}  // namespace asbench::models
