#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace asbench::models {

/// Ids of this organisation are the encoders that come with the program (models/embedded): they are
/// looked for beside it and nowhere else, so that no folder can replace them. For the demo and the
/// tests only.
inline constexpr std::string_view kEmbeddedOrganisation = "asbench/";

/// True for "asbench/mini-clip" and all other ids of that organisation.
[[nodiscard]] bool is_embedded(std::string_view id);

/// Where checkpoints are looked for, in this order.
struct WeightFolders {
  /// Each holds `<org>/<name>/`, or is itself a Hugging Face cache.
  std::vector<std::filesystem::path> roots = {};
  /// The folder of `models--<org>--<name>/`, usually `~/.cache/huggingface/hub`.
  std::optional<std::filesystem::path> hub_cache = {};
  /// `roots` came from --weights, so advice in messages repeats that option.
  bool from_flag = false;
};

/// The folders that docs/design/interface.md names: --weights, else $ASBENCH_WEIGHTS, else the
/// Hugging Face cache `$HF_HOME/hub` ($HF_HOME is ~/.cache/huggingface by default). The first that
/// is set is the only one searched, so that a run uses the weights it was pointed at or none. Empty
/// variables count as not set. Folders need not exist.
[[nodiscard]] WeightFolders default_weight_folders(
    const std::optional<std::filesystem::path>& flag);

/// A published model on disk. Plain data; the files are not open.
struct Checkpoint {
  std::string id;                       ///< as asked for: "openai/clip-vit-base-patch32", or a path
  std::filesystem::path folder;         ///< holds config.json, the weights, the tokenizer's files
  std::optional<std::string> revision;  ///< commit of the snapshot, in the Hugging Face cache only
  std::vector<std::filesystem::path> weight_files;  ///< shards by name, or one file
  bool pickle = false;                              ///< the one file is pytorch_model.bin
  std::map<std::string, std::string> weight_map;    ///< tensor to file name; empty without shards
  Json config;                                      ///< config.json, an object
  std::optional<Json> preprocessor;                 ///< preprocessor_config.json, if there is one
};

/// Finds a checkpoint and reads its JSON files.
///
/// @param id  `org/name` or `name` as on the hub, looked up in `folders` (`asbench/name`: beside
///            the program); or the path of a folder
///            (absolute, or beginning with `./`, `../` or `~/`; any other existing folder that has
///            a config.json is taken when `folders` have none of that name).
/// Weights are, in this order: `model.safetensors`; `diffusion_pytorch_model.safetensors`; the
/// shards of `model.safetensors.index.json` (or of the folder's only other
/// `*.safetensors.index.json`); `pytorch_model.bin`. In the cache the snapshot is the one that
/// `refs/main` names, else the only one.
/// @throws UsageError for an id that can't be a hub name. BadInput when it does not exist: the
///         folders searched and the `asbench weights fetch` command that downloads it; and for
///         several snapshots without refs/main, a broken JSON file, an unsafe name of a shard or a
///         missing one. Thread-safe.
[[nodiscard]] Checkpoint open_checkpoint(std::string_view id, const WeightFolders& folders);

/// SHA-256 over the weights: of the one file, or of the sorted lines "<sha256>  <name>\n" of the
/// shards (what `sha256sum * | sort | sha256sum` prints). Shards are hashed in parallel.
/// @returns 64 hexadecimal digits. @throws BadInput when a file can't be read. Thread-safe.
[[nodiscard]] std::string weights_sha256(const Checkpoint& checkpoint);

struct CatalogueEntry;
/// How to make a checkpoint whose entry has `made_by`: what to download and the command of the
/// conversion, for messages.
[[nodiscard]] std::string conversion_advice(const CatalogueEntry& entry,
                                            const WeightFolders& folders);

/// The command that downloads a checkpoint: "asbench weights fetch ID", with --weights where it was
/// given.
[[nodiscard]] std::string fetch_command(std::string_view id, const WeightFolders& folders);

}  // namespace asbench::models
