#pragma once

// Shared by the TorchScript networks of this folder; not a public header.

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/weights/checkpoint.h"

namespace asbench::models {

/// True for the names that TorchScript files have: .pt, .torchscript.
[[nodiscard]] bool names_torchscript(const std::filesystem::path& path);

/// A TorchScript file that was found. Plain data.
struct TorchScriptFile {
  std::string id;  ///< its name alone where a path was given: a place on somebody's disk is no part
                   ///< of a number's name
  std::filesystem::path path;
};

/// @param id      a path, or a file below one of the folders
/// @param remedy  what the message says after the places that were searched
/// @throws BadInput when there is no such file.
[[nodiscard]] TorchScriptFile find_torchscript(std::string_view id, const WeightFolders& folders,
                                               std::string_view remedy);

/// One call of a network's `forward`.
struct TorchScriptCall {
  std::vector<at::Tensor> inputs;                   ///< on any device
  std::vector<std::pair<std::string, bool>> flags;  ///< by keyword
  std::string input;                                ///< for messages: "clip of [3, 16, 224, 224]"
  std::string form;  ///< for messages, a sentence: how it is called, and what it has to return
};

/// A loaded TorchScript file. LibTorch's headers for these are dear to compile: only this class's
/// source has them. Immutable; any number of threads may call it at a time.
class TorchScriptNetwork {
 public:
  /// @throws BadInput: unreadable, or without `forward`; DeviceOutOfMemory.
  TorchScriptNetwork(const std::filesystem::path& file, c10::Device device);
  ~TorchScriptNetwork();
  TorchScriptNetwork(TorchScriptNetwork&&) noexcept;
  TorchScriptNetwork& operator=(TorchScriptNetwork&&) noexcept;

  /// @returns what the network returns, on its device. @throws BadInput when it fails or returns no
  /// tensor, naming the file, the input and the form; DeviceOutOfMemory.
  [[nodiscard]] at::Tensor forward(const TorchScriptCall& call) const;

  [[nodiscard]] const std::string& name() const;  ///< of the file, without its folder
  [[nodiscard]] c10::Device device() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace asbench::models
