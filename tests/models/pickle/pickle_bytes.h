#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asbench::testing {

/// Little-endian bytes of a number.
inline std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  return text;
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Pieces of a pickle, protocol 2, as torch.save's pickler emits them.
inline std::string text(std::string_view value) {
  return "X" + little(value.size(), 4) + std::string(value);
}
inline std::string integer(std::int64_t value) {
  return "\x8a\x08" + little(static_cast<std::uint64_t>(value), 8);
}
inline std::string global(std::string_view module, std::string_view name) {
  return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string bytes = "(";
  for (const std::string& item : items) bytes += item;
  return bytes + "t";
}
inline std::string integers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}
inline std::string pickle(std::string_view body) {
  return "\x80\x02" + std::string(body) + ".";
}

/// A tensor of torch.save; change a field to get a hostile one.
struct TensorPickle {
  std::string storage_type = "FloatStorage";
  std::string key = "0";
  std::int64_t numel = 6;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape{2, 3};
  std::vector<std::int64_t> strides{3, 1};
  bool legacy = false;

  [[nodiscard]] std::string bytes() const {
    std::vector<std::string> id{text("storage"), global("torch", storage_type), text(key),
                                text("cpu"), integer(numel)};
    if (legacy) id.emplace_back("N");
    return global("torch._utils", "_rebuild_tensor_v2") +
           tuple({tuple(id) + "Q", integer(offset), integers(shape), integers(strides), "\x89",
                  global("collections", "OrderedDict") + ")R"}) +
           "R";
  }
};

/// {"w": tensor}
inline std::string state_dict_pickle(const TensorPickle& tensor) {
  return pickle("}" + text("w") + tensor.bytes() + "s");
}

/// A legacy file with one tensor and its data.
inline std::string legacy_file(TensorPickle tensor, std::string_view data) {
  tensor.legacy = true;
  return "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19." + pickle(integer(1001)) +
         pickle("}" + text("little_endian") + "\x88s") + state_dict_pickle(tensor) +
         pickle("]" + text(tensor.key) + "a") +
         little(static_cast<std::uint64_t>(tensor.numel), 8) + std::string(data);
}

}  // namespace asbench::testing
