#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "models/qwen2/qwen2_config.h"

namespace asbench::models {

/// The keys and values of the tokens that a decoder has seen, so that further ones need not compute
/// them again (docs/design/animeshootergen.md 6). Rows that are stored are never written to again.
/// Move-only: two caches must not share their memory. One thread at a time.
class KeyValueCache {
 public:
  explicit KeyValueCache(const Qwen2Config& config);
  KeyValueCache(KeyValueCache&&) noexcept = default;
  KeyValueCache& operator=(KeyValueCache&&) noexcept = default;
  KeyValueCache(const KeyValueCache&) = delete;
  KeyValueCache& operator=(const KeyValueCache&) = delete;

  /// Tokens of every sequence of the batch.
  [[nodiscard]] std::int64_t length() const { return length_; }
  /// Sequences in the batch; 0 before the first token.
  [[nodiscard]] std::int64_t batch() const;
  /// Bytes of memory that it holds.
  [[nodiscard]] std::int64_t bytes() const;

  struct KeysAndValues {
    at::Tensor keys;    ///< [B, length + S, key width]
    at::Tensor values;  ///< the same
  };
  /// Stores what one layer made of the S newest tokens behind what it has.
  /// @param keys, values  [B, S, key width], any strides
  /// @returns views of all it has, valid until the next append
  /// @throws InternalError when the layer has seen other tokens than the cache: a layer was left
  ///         out, or appended to twice.
  KeysAndValues append(std::size_t layer, const at::Tensor& keys, const at::Tensor& values);
  /// Ends a piece: the layers before `layers` have stored its `tokens`.
  void advance(std::int64_t tokens, std::size_t layers);

 private:
  struct Layer {
    at::Tensor keys;    ///< [B, capacity, key width]
    at::Tensor values;  ///< the same
    std::int64_t length = 0;
  };
  std::vector<Layer> layers_;
  std::int64_t length_ = 0;
};

}  // namespace asbench::models
