#include "loaders/video/stream_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace asbench::loaders {
namespace {

constexpr std::string_view kNoMatrix = "rgb";
/// FFmpeg's names of the matrices that libswscale has coefficients for.
constexpr std::array<std::string_view, 7> kKnownMatrices = {
    "bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc", "bt2020c"};

}  // namespace

std::string colour_stamp(const StreamFacts& facts) {
  if (facts.matrix.empty()) return {};
  if (facts.matrix == kNoMatrix) return "matrix=rgb";
  const std::string matrix = facts.matrix_tag.empty()    ? "untagged→" + facts.matrix
                             : has_unknown_matrix(facts) ? facts.matrix_tag + "→" + facts.matrix
                                                         : facts.matrix;
  return fmt::format("matrix={} range={}{}", matrix, facts.range_tagged ? "" : "untagged→",
                     facts.range);
}

bool is_hdr(const StreamFacts& facts) {
  return facts.transfer == "smpte2084" || facts.transfer == "arib-std-b67";
}

bool has_unknown_matrix(const StreamFacts& facts) {
  return facts.matrix != kNoMatrix && !facts.matrix_tag.empty() &&
         std::find(kKnownMatrices.begin(), kKnownMatrices.end(), facts.matrix_tag) ==
             kKnownMatrices.end();
}

}  // namespace asbench::loaders
