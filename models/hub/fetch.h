#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "models/hub/hub_client.h"
#include "models/weights/catalogue.h"
#include "models/weights/checkpoint.h"
#include "models/weights/pin.h"

namespace asbench::models {

/// What to download, and to which folder.
struct FetchOptions {
  std::string id;                       ///< "openai/clip-vit-base-patch32"
  std::optional<std::string> revision;  ///< branch, tag, commit or "refs/pr/N" instead of the
                                        ///< catalogue's (else "main")
  WeightFolders folders;                ///< the first root as `<root>/<id>/`; without roots the
                                        ///< cache, as `models--<org>--<name>/snapshots/<commit>/`
  HubOptions hub;
  bool force = false;  ///< replace files that differ; else they are an error
  Progress::Style progress = Progress::Style::automatic;
  const Catalogue* catalogue = &Catalogue::shipped();  ///< licences and pins; not null
};

struct FetchedFile {
  std::filesystem::path path;
  std::string sha256;  ///< of the bytes on disk
  std::uint64_t bytes = 0;
  bool kept = false;  ///< was on disk already, verified
  FilePin pin = FilePin::not_pinned;
};

struct FetchReport {
  std::string id;
  std::string revision;            ///< as asked for
  bool revision_override = false;  ///< it is not the catalogue's
  std::string commit;              ///< of the revision; empty when the server does not say
  std::filesystem::path folder;
  std::vector<FetchedFile> files;
  std::vector<std::string> absent;  ///< optional files that the repository does not have
};

/// Downloads a checkpoint from a hub: config.json and its companions, and the weights in the form
/// that is pinned at this revision, else as model.safetensors, else as the shards of
/// model.safetensors.index.json, else as pytorch_model.bin.
///
/// The revision is resolved to a commit at the first answer and everything is taken from that
/// commit. All files are looked at before the first is downloaded, so that a file that differs, a
/// missing one or a full disk changes nothing. A file whose pin was published at this revision has
/// to have the pin's size and SHA-256, whatever the hub says; else a file is verified against the
/// hub's own ETag (SHA-256 of large files, git's SHA-1 of small ones). A file that differs from a
/// single record is a warning. Verified files are put in place by a rename; hashes, revision and
/// commit are recorded in asbench-weights.json beside the files. options.hub.say receives the
/// licence, progress and warnings.
/// @throws UsageError for an invalid id or endpoint; BadInput for everything that makes the
///         download impossible, with the remedy; Error when interrupted. A failed download stays
///         as `<file>.part` and is resumed by the next call.
FetchReport fetch_checkpoint(const FetchOptions& options);

/// The folder name of a checkpoint in the Hugging Face cache: "models--openai--clip-...".
[[nodiscard]] std::string cache_entry_name(const std::string& id);

}  // namespace asbench::models
