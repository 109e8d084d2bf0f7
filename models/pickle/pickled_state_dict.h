#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/weights/dtype.h"

namespace asbench::models {

/// A run of elements that one or more tensors look into.
struct PickledStorage {
  std::string key;  ///< record "data/<key>" of a zip file, or a number in a legacy file
  DType dtype = DType::f32;
  std::int64_t numel = 0;
};

/// A strided window into a storage; offset and strides count elements. Every element lies inside
/// the storage, and the tensor's dense size fits in 63 bits.
struct PickledTensor {
  std::size_t storage = 0;  ///< index into PickledStateDict::storages
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

/// What a pickled state dict says, without the data. Owns its strings.
struct PickledStateDict {
  std::vector<PickledStorage> storages;
  std::map<std::string, PickledTensor> tensors;  ///< by name, byte order
};

/// Reads `data.pkl` of a zip file that torch.save wrote: one dictionary from names to tensors
/// (run_pickle says what a pickle may hold at all).
/// @param where  what to call the input in messages
/// @throws BadInput with `where` and the tensor's name: something else than a flat dictionary of
///         tensors, a name that occurs twice, offsets or strides that leave the storage, two types
///         or sizes for one storage, sizes that overflow, more than 8 axes. Thread-safe.
[[nodiscard]] PickledStateDict read_state_dict_pickle(std::span<const std::byte> pickle,
                                                      std::string_view where);

/// A state dict in the format of torch 1.5 and older: five pickles (magic number, protocol, system,
/// the dictionary, the storages' keys), then each storage as its element count and its elements.
struct LegacyStateDict {
  PickledStateDict dict;
  std::vector<std::span<const std::byte>> data;  ///< of each storage; into the file, misaligned
};

/// Whether a file begins with the legacy format's magic number.
[[nodiscard]] bool is_legacy_state_dict(std::span<const std::byte> file);

/// Reads a legacy file; `file` must outlive the result. The same errors, and BadInput when it was
/// written big-endian, is cut off or holds more than its storages.
[[nodiscard]] LegacyStateDict read_legacy_state_dict(std::span<const std::byte> file,
                                                     std::string_view where);

}  // namespace asbench::models
