#include "models/encoders/torchscript_network.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include "core/error.h"
#include "models/layers/device_errors.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

/// The one line of what LibTorch says that names the fault; the rest is source and stack. What a
/// network's own operations throw stands at the end.
std::string fault_of(const std::exception& error) {
  const std::string text = error.what();
  constexpr std::string_view kRaised = "RuntimeError: ";
  const auto raised = text.rfind(kRaised);
  const auto begin = raised == std::string::npos ? 0 : raised + kRaised.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

struct TorchScriptNetwork::State {
  std::string name;
  torch::jit::Module module;
  c10::Device device;
};

bool names_torchscript(const fs::path& path) {
  return path.extension() == ".pt" || path.extension() == ".torchscript";
}

TorchScriptFile find_torchscript(std::string_view id, const WeightFolders& folders,
                                 std::string_view remedy) {
  const fs::path path(id);
  if (fs::is_regular_file(path)) return {path.filename().string(), path};
  std::string searched = path.string();
  for (const auto& root : folders.roots) {
    searched += fmt::format("\n    {}", (root / path).string());
    if (fs::is_regular_file(root / path)) return {std::string(id), root / path};
  }
  throw BadInput(fmt::format("TorchScript file {} not found. Looked for:\n    {}\n  {}", id,
                             searched, remedy));
}

TorchScriptNetwork::TorchScriptNetwork(const fs::path& file, c10::Device device) {
  try {
    torch::jit::Module module = torch::jit::load(file.string(), device);
    module.eval();
    if (!module.find_method("forward"))
      throw BadInput(fmt::format("{} has no forward method", file.string()));
    state_ = std::make_unique<State>(State{file.filename().string(), std::move(module), device});
  } catch (const Error&) {
    throw;
  } catch (const c10::OutOfMemoryError&) {
    rethrow_torch_error(fmt::format("{}: loading onto {}", file.string(), device.str()));
  } catch (const std::exception& error) {
    const std::string text = error.what();
    throw BadInput(fmt::format("{} can't be read as a TorchScript file: {}", file.string(),
                               text.substr(0, text.find('\n'))));
  }
}

TorchScriptNetwork::~TorchScriptNetwork() = default;
TorchScriptNetwork::TorchScriptNetwork(TorchScriptNetwork&&) noexcept = default;
TorchScriptNetwork& TorchScriptNetwork::operator=(TorchScriptNetwork&&) noexcept = default;

const std::string& TorchScriptNetwork::name() const {
  return state_->name;
}

c10::Device TorchScriptNetwork::device() const {
  return state_->device;
}

at::Tensor TorchScriptNetwork::forward(const TorchScriptCall& call) const {
  const InferenceScope scope;
  // Without the optimiser the first, the second and the hundredth call take the same path: same
  // input, same bits. The switch is the thread's own.
  torch::jit::setGraphExecutorOptimize(false);
  c10::IValue result;
  try {
    std::vector<c10::IValue> inputs;
    for (const auto& input : call.inputs) inputs.emplace_back(input.to(state_->device));
    torch::jit::Kwargs flags;
    for (const auto& [name, value] : call.flags) flags.emplace(name, value);
    result = state_->module.get_method("forward")(std::move(inputs), flags);
  } catch (const std::exception& error) {
    // The interpreter makes one kind of exception of all others; what a GPU has to say is in it.
    if (says_out_of_device_memory(error.what())) {
      throw DeviceOutOfMemory(
          fmt::format("{} on {}: the GPU's memory is used up by one {}\n  `nvidia-smi` shows who "
                      "else uses it; use another GPU (--device cuda:N) or --device cpu.",
                      state_->name, state_->device.str(), call.input));
    }
    if (!state_->device.is_cpu()) {
      if (const auto explained = explain_device_error(error.what()))
        throw BadInput(fmt::format("{} on {}: {}", state_->name, state_->device.str(), *explained));
    }
    throw BadInput(fmt::format("{} fails on a {}: {}\n  {}", state_->name, call.input,
                               fault_of(error), call.form));
  }
  if (!result.isTensor()) {
    throw BadInput(fmt::format("{} returns {}, not a tensor\n  {}", state_->name, result.tagKind(),
                               call.form));
  }
  return result.toTensor();
}

}  // namespace asbench::models
