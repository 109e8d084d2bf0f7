#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/weights/catalogue.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// How one file compares with what public records say of it.
enum class FilePin {
  not_pinned,     ///< no record
  equal,          ///< it is the pinned file
  differs,        ///< it is not
  single_equal,   ///< equal to the only record: that is a hint, no proof
  single_differs  ///< differs from the only record, which may be wrong: worth a warning
};

/// "pinned, equal", "differs from the pin", "not pinned", "equal to the only record", "differs from
/// the only record".
[[nodiscard]] std::string_view to_string(FilePin pin);

/// @param known  null or without a record: not_pinned
/// @param bytes  size of the file where known; it decides where the record has no SHA-256
[[nodiscard]] FilePin compare_with_pin(const CatalogueFile* known, std::string_view sha256,
                                       std::optional<std::uint64_t> bytes);

/// Whether a run's checkpoint is the published one.
struct PinVerdict {
  enum class Status {
    not_pinned,  ///< nothing to compare with: a folder of the user's, an id without pins
    pinned,      ///< its weights are a pinned file and no file that it uses differs from its pin
    differs      ///< a file that it uses is not the pinned one
  };
  Status status = Status::not_pinned;
  std::string file = {};      ///< differs: the first such file, "model.safetensors"
  std::string expected = {};  ///< differs: SHA-256 of the pinned file or files
  std::string found = {};     ///< differs: SHA-256 of this one
  /// The revision that `asbench weights fetch --revision` asked for instead of the pinned one.
  std::optional<std::string> overridden_revision = {};
};

/// "pinned", "differs", "not pinned": `provenance.weights.<role>.pin` of a result document.
[[nodiscard]] std::string_view to_string(PinVerdict::Status status);

/// "model.safetensors differs from the pinned file", with the revision where it was overridden;
/// empty unless the status is `differs`.
[[nodiscard]] std::string describe(const PinVerdict& verdict);

struct PinQuestion {
  const Checkpoint& checkpoint;
  std::string_view weights_sha256;  ///< weights_sha256(checkpoint), which may be a remembered one
  bool text = false;                ///< its tokenizer is used, so the tokenizer's files count too
};

/// Compares the files that a run uses with their pins. The weights cost nothing: weights_sha256()
/// of a single file is that file's SHA-256, and pinned files are single ones, so shards differ by
/// their kind. config.json and the tokenizer's files are hashed here; they are small.
/// preprocessor_config.json does not count: an entry of the catalogue pins the preprocessing
/// itself.
///
/// Where any form of an id's weights is pinned, weights of that id that are no pinned file differ,
/// unless they equal a single record (then not_pinned).
/// @throws BadInput when a file can't be read, or the record of the fetch is broken. Thread-safe.
[[nodiscard]] PinVerdict verify_pins(const PinQuestion& question,
                                     const Catalogue& catalogue = Catalogue::shipped());

}  // namespace asbench::models
