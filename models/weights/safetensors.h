#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/weights/dtype.h"
#include "models/weights/file_bytes.h"

namespace asbench::models {

/// Non-owning: one tensor's bytes, row-major and little-endian. `bytes` may be misaligned for the
/// type: the format promises no alignment.
struct TensorView {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;  ///< empty: a scalar; zero axes: no bytes
  std::span<const std::byte> bytes;
};

/// Where one tensor lies. `begin` and `end` count from `data_offset` of the header.
struct SafetensorsEntry {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, SafetensorsEntry> entries;  ///< by tensor name, byte order
  std::map<std::string, std::string> metadata;
  std::size_t data_offset = 0;  ///< in the file
};

inline constexpr std::size_t kMaxHeaderBytes = 100'000'000;
inline constexpr std::size_t kMaxTensors = std::size_t{1} << 17;
inline constexpr std::size_t kMaxNameBytes = 1024;

/// Reads and checks the header of a safetensors file; tensor data is not touched.
///
/// Refused (docs/design/animeshootergen.md 7.3): fewer than 8 bytes, a header longer than
/// 100,000,000 bytes or than the file, one that does not begin with `{` or has anything but spaces
/// after its end, duplicate keys, numbers that are not unsigned integers, unknown fields or types,
/// more than 8 axes, sizes that overflow or differ from the interval, intervals that leave a hole,
/// overlap or do not end at the file's end, more than 2^17 tensors, names over 1024 bytes.
/// @param file   the whole file
/// @param where  what to call it in messages
/// @throws BadInput with `where`, the tensor and the cause. Thread-safe.
[[nodiscard]] SafetensorsHeader parse_safetensors_header(std::span<const std::byte> file,
                                                         std::string_view where);

/// An open safetensors file. Move-only; reading from several threads is safe. Views are valid as
/// long as the SafetensorsFile (or what it was moved into) lives.
class SafetensorsFile {
 public:
  /// @throws BadInput: what FileBytes::open and parse_safetensors_header refuse.
  [[nodiscard]] static SafetensorsFile open(const std::filesystem::path& path,
                                            ReadMode mode = ReadMode::mapped);

  /// All tensors, in byte order of their names.
  [[nodiscard]] std::vector<std::string> names() const;
  /// The tensor of this name, or nothing.
  [[nodiscard]] std::optional<TensorView> find(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const;
  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

 private:
  SafetensorsFile(FileBytes file, SafetensorsHeader header)
      : file_(std::move(file)), header_(std::move(header)) {}

  FileBytes file_;
  SafetensorsHeader header_;
};

/// Writes a safetensors file under a temporary name, syncs it and renames it to `path`. Tensors lie
/// in descending order of element size, then by name, and the header is padded with spaces to a
/// multiple of 8, so that every tensor is aligned. The same input gives the same bytes.
/// @throws BadInput when a view's bytes do not fit its shape, for what the reader would refuse, and
///         when the file can't be written.
void write_safetensors(const std::filesystem::path& path,
                       const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace asbench::models
