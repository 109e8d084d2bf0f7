#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace asbench::models {

/// `model.safetensors.index.json` of a checkpoint that is split over several files.
struct ShardIndex {
  std::map<std::string, std::string> weight_map;  ///< tensor to the file that holds it
  std::vector<std::string> files;                 ///< each file once, in byte order
};

/// Reads an index: `{"metadata": {...}, "weight_map": {"tensor": "file"}}`.
///
/// File names must be plain names that end in ".safetensors": `/`, `\`, `..` and absolute paths are
/// refused, so that an index can't reach out of its folder. Duplicate tensors, other values than
/// texts and an empty map are refused too; fields beside `weight_map` are ignored.
/// @param where  what to call the text in messages, usually its path
/// @throws BadInput with `where`, the tensor and the cause. Thread-safe.
[[nodiscard]] ShardIndex parse_shard_index(std::string_view text, std::string_view where);

}  // namespace asbench::models
