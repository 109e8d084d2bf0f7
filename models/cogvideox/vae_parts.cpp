#include "models/cogvideox/vae_parts.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace asbench::models {

CausalConvolution VaeParts::causal(const std::string& name, std::int64_t out, std::int64_t in) {
  CausalConvolution convolution;
  convolution.layer.weight = weights_.take(name + ".conv.weight", {out, in, 3, 3, 3});
  convolution.layer.bias = weights_.take(name + ".conv.bias", {out});
  convolution.layer.padding = 1;
  convolution.cache = caches_++;
  return convolution;
}

Convolution VaeParts::of_frames(const std::string& name, std::int64_t channels) {
  Convolution convolution;
  convolution.weight = weights_.take(name + ".weight", {channels, channels, 3, 3});
  convolution.bias = weights_.take(name + ".bias", {channels});
  return convolution;
}

Linear VaeParts::pointwise(const std::string& name, std::int64_t out, std::int64_t in) {
  Linear layer;
  layer.weight = weights_.take(name + ".weight", {out, in, 1, 1, 1}).flatten(1);
  layer.bias = weights_.take(name + ".bias", {out});
  return layer;
}

SpatialNorm VaeParts::norm(const std::string& name, std::int64_t channels, double eps) {
  const bool spatial = half_ == Half::decoder;
  const std::string layer = spatial ? name + ".norm_layer" : name;
  SpatialNorm norm;
  norm.norm_layer.weight = weights_.take(layer + ".weight", {channels});
  norm.norm_layer.bias = weights_.take(layer + ".bias", {channels});
  norm.norm_layer.groups = config_.norm_num_groups;
  norm.norm_layer.eps = spatial ? kVaeNormEps : eps;
  if (spatial) {
    norm.from_latents =
        concatenate({pointwise(name + ".conv_y.conv", channels, config_.latent_channels),
                     pointwise(name + ".conv_b.conv", channels, config_.latent_channels)});
  }
  return norm;
}

VaeResnet VaeParts::resnet(const std::string& name, std::int64_t out, std::int64_t in) {
  VaeResnet resnet;
  resnet.norm1 = norm(name + ".norm1", in, config_.norm_eps);
  resnet.conv1 = causal(name + ".conv1", out, in);
  resnet.norm2 = norm(name + ".norm2", out, config_.norm_eps);
  resnet.conv2 = causal(name + ".conv2", out, out);
  if (in != out) resnet.conv_shortcut = pointwise(name + ".conv_shortcut", out, in);
  return resnet;
}

void check_layers(const VaeConfig& config, const StateDict& weights, const std::string& id) {
  const auto tensors = static_cast<std::int64_t>(weights.names().size());
  if (config.layers_per_block > tensors) {
    throw BadInput(fmt::format(
        "config.json of {}: layers_per_block is {}, but the weights hold only {} tensors", id,
        config.layers_per_block, tensors));
  }
}

std::string shape_text(const at::Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.sizes(), ", "));
}

}  // namespace asbench::models
