#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asbench::evaluation {

/// A published way to compute FVD: what goes in, how clips are cut, which divisor
/// (docs/design/metrics.md 8.1). Scores of different variants are different numbers, and papers
/// rarely say which.
struct FvdVariant {
  std::string name;
  std::string profile;  ///< preprocessing of clips, models/preprocess/clip_profile.h
  std::string clips;    ///< frame rule of a clip
  int ddof = 0;
};

/// `stylegan-v`, `cmv`, `cd-i3d`, `cd-videomae`. @throws UsageError naming them.
[[nodiscard]] FvdVariant fvd_variant(std::string_view name);
[[nodiscard]] const std::vector<FvdVariant>& fvd_variants();

}  // namespace asbench::evaluation
