#include "models/encoders/torchscript_clip_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <mutex>

#include "core/error.h"
#include "models/layers/device_errors.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

/// The first line of what LibTorch says; the rest is source and stack.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

class TorchScriptClipEncoder : public ClipEncoder {
 public:
  TorchScriptClipEncoder(std::string name, torch::jit::Module network, bool in_graph,
                         c10::Device device)
      : name_(std::move(name)),
        network_(std::move(network)),
        in_graph_(in_graph),
        device_(device) {}

  [[nodiscard]] at::Tensor encode_clip(const at::Tensor& clip) const override {
    const InferenceScope scope;
    c10::IValue result;
    try {
      // Calls may write into the module's code cache.
      const std::lock_guard lock(mutex_);
      result = network_.get_method("forward")(
          {clip.unsqueeze(0).to(device_)},
          {{"rescale", in_graph_}, {"resize", in_graph_}, {"return_features", true}});
    } catch (const std::exception& error) {
      // The interpreter makes one kind of exception of all others; what a GPU has to say is in it.
      if (says_out_of_device_memory(error.what())) {
        throw DeviceOutOfMemory(fmt::format(
            "{} on {}: the GPU's memory is used up by one clip of [3, {}, {}, {}]\n  `nvidia-smi` "
            "shows who else uses it; use another GPU (--device cuda:N) or --device cpu.",
            name_, device_.str(), clip.size(1), clip.size(2), clip.size(3)));
      }
      if (!device_.is_cpu()) {
        if (const auto explained = explain_device_error(error.what()))
          throw BadInput(fmt::format("{} on {}: {}", name_, device_.str(), *explained));
      }
      throw BadInput(
          fmt::format("{} fails on a clip of [3, {}, {}, {}]: {}\n  It is called network(x[1, 3, "
                      "T, H, W], rescale={}, resize={}, "
                      "return_features=True), as the published I3D is.",
                      name_, clip.size(1), clip.size(2), clip.size(3), first_line(error), in_graph_,
                      in_graph_));
    }
    if (!result.isTensor())
      throw BadInput(
          fmt::format("{} returns {}, not a tensor of features", name_, result.tagKind()));
    const at::Tensor feature = result.toTensor().to(at::kCPU, at::kFloat);
    if (feature.dim() != 2 || feature.size(0) != 1 || feature.size(1) < 1) {
      throw BadInput(fmt::format("{} returns a tensor of {} axes for one clip; [1, D] was expected",
                                 name_, feature.dim()));
    }
    return feature;
  }

 private:
  std::string name_;
  mutable torch::jit::Module network_;
  bool in_graph_;
  c10::Device device_;
  mutable std::mutex mutex_;
};

}  // namespace

std::unique_ptr<ClipEncoder> load_torchscript_clip_encoder(const std::filesystem::path& file,
                                                           bool in_graph, c10::Device device) {
  // Without the optimiser the first, the second and the hundredth clip take the same path: same
  // input, same bits.
  torch::jit::setGraphExecutorOptimize(false);
  try {
    torch::jit::Module network = torch::jit::load(file.string(), device);
    network.eval();
    if (!network.find_method("forward"))
      throw BadInput(fmt::format("{} has no forward method", file.string()));
    return std::make_unique<TorchScriptClipEncoder>(file.filename().string(), std::move(network),
                                                    in_graph, device);
  } catch (const Error&) {
    throw;
  } catch (const c10::OutOfMemoryError&) {
    rethrow_torch_error(fmt::format("{}: loading onto {}", file.string(), device.str()));
  } catch (const std::exception& error) {
    throw BadInput(fmt::format("{} can't be read as a TorchScript file: {}", file.string(),
                               first_line(error)));
  }
}

}  // namespace asbench::models
