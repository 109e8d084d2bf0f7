#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string_view>

namespace asbench::models {

/// Shown the intermediate results of each frame batch in order, for parity tests: the names are the
/// network's parts in the checkpoint, "conv_in", "mid_block", "up_blocks.0", …, "norm_out" (before
/// its SiLU), "conv_out". Values are [B, C, T, H, W] and only valid during the call.
using VaeObserver = std::function<void(std::string_view name, const at::Tensor& value)>;

}  // namespace asbench::models
