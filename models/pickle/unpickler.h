#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>

#include "models/weights/file_bytes.h"

namespace asbench::models {

/// Reads a state dict that torch.save wrote: the zip format (torch 1.6 and newer) through
/// LibTorch's zip reader, or the legacy format, both through our own unpickler, which can call
/// nothing (pickle_machine.h).
///
/// Tensors keep their stored type, shape and strides; tied ones share memory. They look straight
/// into the file's bytes where these are aligned and stored uncompressed (torch.save does both),
/// and keep the file alive; otherwise they are copies.
/// @param file  shared with the tensors
/// @returns tensors by name, on the CPU
/// @throws BadInput naming the path: neither format, damaged, compressed, big-endian, a name that
/// no
///         state dict needs (`os.system`, ...), and what pickled_state_dict.h lists. Thread-safe.
[[nodiscard]] std::map<std::string, at::Tensor> read_pickled_tensors(
    const std::shared_ptr<const FileBytes>& file);

}  // namespace asbench::models
