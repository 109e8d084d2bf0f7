#include "models/qwen2/key_value_cache.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace asbench::models {
namespace {

// A longer piece of memory with the same beginning. It grows by half, so that many small pieces are
// copied a few times each.
void reserve(at::Tensor& rows, const at::Tensor& like, std::int64_t used, std::int64_t wanted) {
  const std::int64_t capacity = rows.defined() ? rows.size(1) : 0;
  if (wanted <= capacity) return;
  at::Tensor longer = at::empty(
      {like.size(0), std::max(wanted, capacity + capacity / 2), like.size(2)}, like.options());
  if (used > 0) longer.narrow(1, 0, used).copy_(rows.narrow(1, 0, used));
  rows = std::move(longer);
}

}  // namespace

KeyValueCache::KeyValueCache(const Qwen2Config& config)
    : layers_(static_cast<std::size_t>(config.layers)) {}

std::int64_t KeyValueCache::batch() const {
  for (const Layer& layer : layers_) {
    if (layer.keys.defined()) return layer.keys.size(0);
  }
  return 0;
}

std::int64_t KeyValueCache::bytes() const {
  std::int64_t bytes = 0;
  for (const Layer& layer : layers_) {
    if (layer.keys.defined()) {
      bytes += static_cast<std::int64_t>(layer.keys.nbytes() + layer.values.nbytes());
    }
  }
  return bytes;
}

KeyValueCache::KeysAndValues KeyValueCache::append(std::size_t layer, const at::Tensor& keys,
                                                   const at::Tensor& values) {
  Layer& stored = layers_.at(layer);
  const std::int64_t tokens = keys.size(1);
  if (stored.length != length_) {
    throw InternalError(
        fmt::format("key-value cache: layer {} has seen {} tokens and the cache {}; every piece of "
                    "a sequence must run the same layers",
                    layer, stored.length, length_));
  }
  reserve(stored.keys, keys, stored.length, stored.length + tokens);
  reserve(stored.values, values, stored.length, stored.length + tokens);
  stored.keys.narrow(1, stored.length, tokens).copy_(keys);
  stored.values.narrow(1, stored.length, tokens).copy_(values);
  stored.length += tokens;
  return {stored.keys.narrow(1, 0, stored.length), stored.values.narrow(1, 0, stored.length)};
}

void KeyValueCache::advance(std::int64_t tokens, std::size_t layers) {
  length_ += tokens;
  for (std::size_t i = 0; i < layers; ++i) {
    if (layers_.at(i).length != length_) {
      throw InternalError(
          fmt::format("key-value cache: layer {} has {} tokens after a piece that "
                      "ends at {}",
                      i, layers_[i].length, length_));
    }
  }
}

}  // namespace asbench::models
