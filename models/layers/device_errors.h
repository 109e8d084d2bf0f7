#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace asbench::models {

/// The memory of the device (or what the driver lets have of it) is used up. Its own kind because
/// there is something to try: a smaller batch.
class DeviceOutOfMemory : public BadInput {
 public:
  using BadInput::BadInput;
};

/// True for what LibTorch, cuBLAS and TorchScript say when a GPU's memory is used up: not always as
/// c10::OutOfMemoryError.
[[nodiscard]] bool says_out_of_device_memory(std::string_view what);

/// What a user can do about an error of CUDA, cuBLAS or cuDNN: one sentence of what happened and
/// the remedy, without LibTorch's stack. Nothing for a text that is no such error. Pure function.
/// @param what  the exception's text, of any length
[[nodiscard]] std::optional<std::string> explain_device_error(std::string_view what);

}  // namespace asbench::models
