#include "core/npy.h"

#include <fmt/format.h>

#include <string>

#include "core/error.h"
#include "core/json.h"

namespace asbench {

void write_npy(const std::filesystem::path& path, int rows, int cols, std::span<const float> values) {
  if (values.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols)) {
    throw InternalError(fmt::format("{} values are no [{}, {}] matrix", values.size(), rows, cols));
  }
  constexpr std::size_t kPreamble = 10;  // magic, version, length of the header
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows, cols);
  // The data begin at a multiple of 64 bytes; the header ends in a line break.
  while ((kPreamble + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  write_file_atomically(path, bytes);
}

}  // namespace asbench
