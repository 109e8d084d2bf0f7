#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "models/hub/hub_client.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// What to bring, and where to.
struct FetchOptions {
  std::string id;                       ///< "openai/clip-vit-base-patch32"
  std::optional<std::string> revision;  ///< branch, tag, commit or "refs/pr/N"; nothing: the
                                        ///< catalogue's, else "main"
  WeightFolders folders;                ///< the first root as `<root>/<id>/`; without roots the
                                        ///< cache, as `models--<org>--<name>/snapshots/<commit>/`
  HubOptions hub;
  bool force = false;  ///< replace files that differ; else they are an error
  Progress::Style progress = Progress::Style::automatic;
};

struct FetchedFile {
  std::filesystem::path path;
  std::string sha256;  ///< of the bytes on disk
  std::uint64_t bytes = 0;
  bool kept = false;  ///< was here already, with the right sum
};

struct FetchReport {
  std::string id;
  std::string revision;  ///< as asked for
  std::string commit;    ///< what that was; empty when the server does not say
  std::filesystem::path folder;
  std::vector<FetchedFile> files;
  std::vector<std::string> absent;  ///< optional files that the repository does not have
};

/// Brings a checkpoint from a hub: config.json and its companions, and the weights as
/// model.safetensors, else the shards of model.safetensors.index.json, else pytorch_model.bin.
///
/// The revision is resolved to a commit at the first answer and everything is taken from that
/// commit. All files are looked at before the first is downloaded, so that a file that differs, a
/// missing one or a full disk changes nothing. Each file is verified against the catalogue's
/// SHA-256 where one is on file, else against the sum in the hub's own ETag (SHA-256 of large
/// files, git's SHA-1 of small ones), and put in place by a rename; sums and commit are recorded in
/// asbench-weights.json beside the files. options.hub.say receives licence and progress.
/// @throws UsageError for an id or endpoint that can't be one; BadInput for everything that keeps
///         the checkpoint from coming, with the remedy; Error when interrupted. A failed download
///         stays as `<file>.part` and is continued by the next call.
FetchReport fetch_checkpoint(const FetchOptions& options);

/// The folder name of a checkpoint in the Hugging Face cache: "models--openai--clip-...".
[[nodiscard]] std::string cache_entry_name(const std::string& id);

}  // namespace asbench::models
