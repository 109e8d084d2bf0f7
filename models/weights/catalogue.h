#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace asbench::models {

/// What a checkpoint's publisher lets people do with it.
struct Licence {
  std::string name;        ///< "Apache-2.0"
  std::string url;         ///< its text
  std::string allows;      ///< in a sentence or two
  std::string model_card;  ///< where the publisher says what the model is for; may be empty
};

/// So many independent public records have to agree on a file's SHA-256 before it is a pin. Fewer
/// are a hint: they can warn, but not refuse a file.
inline constexpr int kPinWitnesses = 2;

/// A file of a checkpoint, and what public records say of it.
struct CatalogueFile {
  std::string name;
  bool optional = false;  ///< the checkpoint works without it
  bool weights = false;   ///< one of several forms of the same weights; one of them is enough
  bool fetch = true;      ///< false: not downloaded, only verified where it exists
  std::optional<std::string> revision = {};  ///< where it was published, when not at the entry's
  std::optional<std::string> sha256 = {};    ///< 64 lower-case digits
  std::optional<std::uint64_t> bytes = {};   ///< size
  int witnesses = 0;  ///< independent public records that agree on `sha256` and `bytes`

  /// The file has to have this SHA-256.
  [[nodiscard]] bool pinned() const { return sha256 && witnesses >= kPinWitnesses; }
};

/// A checkpoint that we know.
struct CatalogueEntry {
  std::string id;    ///< hub name, "openai/clip-vit-base-patch32"
  std::string kind;  ///< model_type of its config.json: "clip", "vit", "dinov2", "dreamsim"
  Licence licence;
  std::string source;    ///< page of the checkpoint
  std::string revision;  ///< what is fetched unless told otherwise: a commit, else a branch
  /// Script of the repository that makes the checkpoint from the file at `source`; empty: a hub has
  /// it.
  std::string made_by;
  std::vector<CatalogueFile> files;

  /// A form of its weights is pinned, so that a file can be told from the published one.
  [[nodiscard]] bool pinned() const;
  /// The file of this name; null when none is listed.
  [[nodiscard]] const CatalogueFile* file(std::string_view name) const;
  /// The revision at which `file` was published.
  [[nodiscard]] const std::string& revision_of(const CatalogueFile& file) const;
};

/// Reads configs/encoders/<org>/<name>.json (configs/schemas/encoder.schema.json). Its `preprocess`
/// part is read by models/preprocess.
/// @param where  what to call the file in messages
/// @throws BadInput when the schema refuses it or a file is listed twice. Thread-safe.
[[nodiscard]] CatalogueEntry parse_catalogue_entry(const Json& json, std::string_view where);

/// The checkpoints that are known, sorted by id. A value; const calls are thread-safe.
class Catalogue {
 public:
  explicit Catalogue(std::vector<CatalogueEntry> entries);

  /// configs/encoders/, compiled into the program; read once. @throws InternalError when a file
  /// there is broken. Thread-safe.
  [[nodiscard]] static const Catalogue& shipped();

  [[nodiscard]] const std::vector<CatalogueEntry>& entries() const { return entries_; }
  /// The entry of this id, or null; valid as long as the catalogue.
  [[nodiscard]] const CatalogueEntry* find(std::string_view id) const;

 private:
  std::vector<CatalogueEntry> entries_;
};

/// The files that a checkpoint of an unknown id may have: config.json, and optional companions.
[[nodiscard]] std::vector<CatalogueFile> usual_files();

/// Whether `id` is `<org>/<name>` in the characters that hubs allow (letters, digits, `-`, `_`,
/// `.`), so that it can be a folder too.
[[nodiscard]] bool is_hub_id(std::string_view id);

}  // namespace asbench::models
