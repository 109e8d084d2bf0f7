#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asbench::models {

/// What a checkpoint's publisher lets people do with it.
struct Licence {
  std::string name;        ///< "Apache-2.0"
  std::string url;         ///< its text
  std::string allows;      ///< in a sentence or two
  std::string model_card;  ///< where the publisher says what the model is for; may be empty
};

/// A file of a checkpoint.
struct CatalogueFile {
  std::string name;
  bool optional = false;  ///< the checkpoint works without it
  bool weights = false;   ///< one of several forms of the same weights: the first that is there is
                          ///< taken
  std::optional<std::string> sha256 =
      {};  ///< 64 lower-case digits; nothing: the sum that the hub names
  std::optional<std::uint64_t> bytes = {};  ///< size
};

/// A checkpoint that we know.
struct CatalogueEntry {
  std::string id;    ///< hub name, "openai/clip-vit-base-patch32"
  std::string kind;  ///< model_type of its config.json: "clip", "vit", "dinov2"
  Licence licence;
  std::string source;    ///< page of the checkpoint
  std::string revision;  ///< what is fetched unless told otherwise: a branch, a tag or a commit
  std::vector<CatalogueFile> files;
};

/// All known checkpoints: configs/encoders/<id>.json, compiled into the program; sorted by id.
/// Their `preprocess` part is read by models/preprocess. @throws InternalError when a file is not
/// as described here. Thread-safe.
[[nodiscard]] std::vector<CatalogueEntry> catalogue();

/// The entry of this id, or nothing.
[[nodiscard]] std::optional<CatalogueEntry> find_in_catalogue(std::string_view id);

/// The files that a checkpoint of an unknown id may have: config.json, and optional companions.
[[nodiscard]] std::vector<CatalogueFile> usual_files();

/// Whether `id` is `<org>/<name>` in the characters that hubs allow (letters, digits, `-`, `_`,
/// `.`), so that it can be a folder too.
[[nodiscard]] bool is_hub_id(std::string_view id);

}  // namespace asbench::models
