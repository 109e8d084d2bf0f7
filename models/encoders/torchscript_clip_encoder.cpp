#include "models/encoders/torchscript_clip_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "core/error.h"
#include "models/encoders/torchscript_network.h"

namespace asbench::models {
namespace {

class TorchScriptClipEncoder : public ClipEncoder {
 public:
  TorchScriptClipEncoder(TorchScriptNetwork network, bool in_graph)
      : network_(std::move(network)), in_graph_(in_graph) {}

  [[nodiscard]] at::Tensor encode_clip(const at::Tensor& clip) const override {
    TorchScriptCall call;
    call.inputs = {clip.unsqueeze(0)};
    call.flags = {{"rescale", in_graph_}, {"resize", in_graph_}, {"return_features", true}};
    call.input = fmt::format("clip of [3, {}, {}, {}]", clip.size(1), clip.size(2), clip.size(3));
    call.form = fmt::format(
        "It is called network(x[1, 3, T, H, W], rescale={}, resize={}, return_features=True), as "
        "the published I3D is, and returns features [1, D].",
        in_graph_, in_graph_);
    const at::Tensor feature = network_.forward(call).to(at::kCPU, at::kFloat);
    if (feature.dim() != 2 || feature.size(0) != 1 || feature.size(1) < 1) {
      throw BadInput(fmt::format("{} returns a tensor of {} axes for one clip; [1, D] was expected",
                                 network_.name(), feature.dim()));
    }
    return feature;
  }

 private:
  TorchScriptNetwork network_;
  bool in_graph_;
};

}  // namespace

std::unique_ptr<ClipEncoder> load_torchscript_clip_encoder(const std::filesystem::path& file,
                                                           bool in_graph, c10::Device device) {
  return std::make_unique<TorchScriptClipEncoder>(TorchScriptNetwork(file, device), in_graph);
}

}  // namespace asbench::models
