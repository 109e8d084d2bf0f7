// COCO run lengths: any size with any text must give sound runs or BadRunLengths. Sound runs are
// decoded, compared with a loop over the columns, and encoded again: the same mask must come back.
// The same bytes are read as JSON. Links asbench::loaders.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "loaders/masks/rle.h"

namespace {

using namespace asbench;
using namespace asbench::loaders;

constexpr std::int64_t kDecodedPixels = 1 << 14;  ///< larger masks are parsed, not decoded

void check(const RunLengths& runs) {
  std::int64_t sum = 0;
  for (const std::uint32_t run : runs.runs) sum += run;
  if (sum != runs.pixels() || runs.area() > sum) std::abort();
  if (parse_compressed_runs(runs.height, runs.width, compressed_runs(runs)) != runs) std::abort();
  if (parse_json_runs(runs_to_json(runs)) != runs) std::abort();
  if (runs.pixels() > kDecodedPixels) return;
  const Mask mask = decode_runs(runs);
  if (mask.area() != runs.area()) std::abort();
  std::size_t at = 0;
  for (std::size_t i = 0; i < runs.runs.size(); ++i) {
    for (std::uint32_t step = 0; step < runs.runs[i]; ++step, ++at) {
      const auto height = static_cast<std::size_t>(runs.height);
      if (mask.row(static_cast<int>(at % height))[at / height] != i % 2) std::abort();
    }
  }
  if (decode_runs(encode_mask(mask)) != mask) std::abort();
}

template <typename Parse>
void attempt(Parse parse) {
  try {
    check(parse());
  } catch (const BadInput&) {
    // the expected answer to most inputs
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt([&] { return parse_json_runs(parse_json(text, "fuzz")); });
  if (size < 4) return 0;
  // Small sizes mostly, where a text can add up; the second byte makes them large.
  const int height = data[0] | (data[1] > 250 ? data[2] << 8 : 0);
  const int width = data[3] % 64;
  attempt([&] { return parse_compressed_runs(height, width, text.substr(4)); });
  static_cast<void>(is_mask_placeholder(text));
  return 0;
}
