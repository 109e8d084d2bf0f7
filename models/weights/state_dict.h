#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/weights/checkpoint.h"
#include "models/weights/file_bytes.h"

namespace asbench::models {

/// A checkpoint's tensors by name, handed out strictly: a network takes every tensor it needs with
/// the shape it needs, then finish() reports all mismatches at once.
///
///   StateDict weights = StateDict::load(open_checkpoint("facebook/dino-vitb16", folders));
///   at::Tensor cls = weights.take("embeddings.cls_token", {1, 1, 768});
///   ...
///   weights.finish({"pooler.*"});
///
/// Tensors that are stored as float32 look into the mapped file and keep it alive, also after the
/// StateDict is gone; nothing is read before it is used. One thread at a time.
class StateDict {
 public:
  using Change = std::function<at::Tensor(const at::Tensor& stored)>;

  /// Opens all weight files: safetensors, shards of it, or pytorch_model.bin.
  /// @throws BadInput: a damaged or hostile file (safetensors.h, unpickler.h), a tensor that the
  ///         shard index places in a file without it, a tensor in two shards.
  [[nodiscard]] static StateDict load(const Checkpoint& checkpoint,
                                      ReadMode mode = ReadMode::mapped);

  [[nodiscard]] bool has(const std::string& name) const { return tensors_.contains(name); }
  /// Axes of a tensor, or nothing when it is missing: for sizes that config.json does not state.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> shape(const std::string& name) const;
  /// All names, in byte order.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Stored type and shape of an existing tensor: "Half [512, 768]".
  [[nodiscard]] std::string describe(const std::string& name) const;

  /// The tensor as float32, contiguous, on the CPU; stored F16 and BF16 are widened exactly, F64 is
  /// rounded. May be taken more than once. Must not be written to: it may be the file's mapping.
  ///
  /// When it is missing, misshaped or not a floating-point tensor, the problem is kept for finish()
  /// and a tensor of the wanted shape with unspecified values is returned.
  /// @throws BadInput as finish(), once there are more than 20 problems, or for a shape that memory
  ///         can't hold: a network that these weights are not of is not built to its end.
  [[nodiscard]] at::Tensor take(const std::string& name, at::IntArrayRef shape);

  /// What take() gives for a tensor is passed through `change` from now on: weights merged into
  /// others, computed when they are needed. Several changes of a tensor apply in their order.
  /// @param change  float32 [shape] to a new float32 tensor of that shape, contiguous; must not
  ///        write to its argument
  /// @throws InternalError when there is no tensor of this name: ask has() first.
  void amend(const std::string& name, Change change);

  /// Ends the loading: every tensor must have been taken or match one of the patterns (`*` any
  /// characters, dots too; `?` one character; `[...]` one of those).
  /// @throws BadInput listing the missing, unexpected and misshaped tensors, at most 20 of each,
  ///         with their count and the file: the one there is, else the shard of each tensor.
  void finish(const std::vector<std::string>& ignorable = {}) const;

 private:
  struct Entry {
    at::Tensor tensor;
    std::string shard = {};  ///< file name; empty where there is one file
    bool taken = false;
    std::vector<Change> changes = {};
  };

  explicit StateDict(std::string where) : where_(std::move(where)) {}
  void add_safetensors(const Checkpoint& checkpoint, ReadMode mode);

  [[nodiscard]] at::Tensor stand_in(at::IntArrayRef shape) const;
  /// What was not taken, a line each.
  [[nodiscard]] std::vector<std::string> left_over(
      const std::vector<std::string>& ignorable = {}) const;
  enum class Extent { whole, so_far };  ///< of the network, that was looked at
  [[noreturn]] void refuse(const std::vector<std::string>& left, Extent extent) const;
  /// The tensor's name in messages, with its shard.
  [[nodiscard]] static std::string label(const std::string& name, const Entry& entry);

  std::string where_;  ///< the weight file, or the folder of several
  std::map<std::string, Entry> tensors_;
  std::map<std::string, std::string> missing_;    ///< name to the wanted shape
  std::map<std::string, std::string> misshaped_;  ///< label to the found and the wanted shape
};

}  // namespace asbench::models
