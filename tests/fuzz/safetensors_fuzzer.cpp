// Feeds arbitrary bytes to the safetensors header and, as a text, to the shard index. Anything but
// a clean result or BadInput is a finding.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "core/error.h"
#include "models/weights/safetensors.h"
#include "models/weights/shard_index.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const auto header = asbench::models::parse_safetensors_header(bytes, "input");
    std::size_t total = 0;
    for (const auto& [name, entry] : header.entries) {
      if (entry.end > size - header.data_offset) std::abort();
      total += entry.end - entry.begin;
    }
    if (total != size - header.data_offset) std::abort();
  } catch (const asbench::BadInput&) {
  }
  try {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto index = asbench::models::parse_shard_index(text, "input");
    for (const auto& file : index.files) {
      if (file.find('/') != std::string::npos || file.starts_with('.')) std::abort();
    }
  } catch (const asbench::BadInput&) {
  }
  return 0;
}
