#pragma once

#include <memory>

#include "baselines/generator.h"

namespace asbench::baselines {

/// Systems whose shots are clips that exist: copy-prev, gt-clips, gt-story, retrieval,
/// shuffled-shots, shuffled-stories, wrong-ip; and frame-shuffle, which takes their frames in
/// another order. Null for other names.
[[nodiscard]] std::unique_ptr<Generator> make_copying_generator(const BaselineInfo& info);

}  // namespace asbench::baselines
