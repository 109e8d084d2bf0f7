// Feeds arbitrary bytes to the reader of .npy matrices, as they are and behind a correct preamble.
// Anything but a header that fits the bytes, or BadInput, is a finding.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "core/error.h"
#include "core/npy.h"

namespace {

void check(std::span<const std::byte> bytes) {
  try {
    const auto header = asbench::parse_npy_header(bytes, "input");
    const auto values =
        static_cast<std::size_t>(header.rows) * static_cast<std::size_t>(header.cols);
    if (header.data_offset + values * static_cast<std::size_t>(header.bytes_per_value) !=
        bytes.size())
      std::abort();
  } catch (const asbench::BadInput&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(std::as_bytes(std::span(data, size)));
  // The same as the dictionary of a file without data.
  std::string file("\x93NUMPY\x02\0", 8);
  for (int i = 0; i < 4; ++i) file += static_cast<char>(size >> (8 * i) & 0xFF);
  file.append(reinterpret_cast<const char*>(data), size);
  check(std::as_bytes(std::span(file)));
  return 0;
}
