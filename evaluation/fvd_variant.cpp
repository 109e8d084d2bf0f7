#include "evaluation/fvd_variant.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/nearest_name.h"

namespace asbench::evaluation {

const std::vector<FvdVariant>& fvd_variants() {
  static const std::vector<FvdVariant> all = {
      {"stylegan-v", "stylegan-v", "window:16", 0},
      {"cmv", "cmv", "all", 1},
      {"cd-i3d", "cd-i3d", "window:16", 0},
      {"cd-videomae", "cd-videomae", "window:16", 0},
  };
  return all;
}

FvdVariant fvd_variant(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& variant : fvd_variants()) {
    if (variant.name == name) return variant;
    known.push_back(variant.name);
  }
  if (name == "cdfvd") {
    throw UsageError(
        "--fvd-variant cdfvd: content-debiased FVD is published with two networks: cd-videomae "
        "(VideoMAE) and cd-i3d (I3D). Choose one.");
  }
  throw UsageError(fmt::format("--fvd-variant {}: unknown variant.{} Choose from: {}.", name,
                               did_you_mean(name, known), fmt::join(known, ", ")));
}

}  // namespace asbench::evaluation
