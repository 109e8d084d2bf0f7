#pragma once

#include <memory>

#include "baselines/generator.h"

namespace asbench::baselines {

/// Systems that draw: ref-still, ref-pan, ref-paste, text-card, noise, black. Null for other names.
[[nodiscard]] std::unique_ptr<Generator> make_drawing_generator(const BaselineInfo& info);

}  // namespace asbench::baselines
