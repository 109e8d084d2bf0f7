#include "models/cogvideox/vae_resnet.h"

#include <ATen/ATen.h>

#include "models/layers/activation.h"

namespace asbench::models {

void move_to(VaeResnet& resnet, const Placement& placement) {
  move_to(resnet.norm1, placement);
  move_to(resnet.conv1, placement);
  move_to(resnet.norm2, placement);
  move_to(resnet.conv2, placement);
  if (resnet.conv_shortcut) move_to(*resnet.conv_shortcut, placement);
}

at::Tensor normalised_room(const at::Tensor& x, const at::Tensor& z, const SpatialNorm& norm) {
  at::Tensor room = room_for(x);
  at::Tensor normed = newest_frames(room);
  normalise_into(normed, x, z, norm);
  silu_in_place(normed);
  return room;
}

at::Tensor apply(const VaeResnet& resnet, const at::Tensor& x, const at::Tensor& z,
                 FrameCaches& caches) {
  at::Tensor h = convolve(resnet.conv1, normalised_room(x, z, resnet.norm1), caches);
  at::Tensor room = normalised_room(h, z, resnet.norm2);
  h.reset();  // before the next tensor of this size
  h = convolve(resnet.conv2, std::move(room), caches);
  if (!resnet.conv_shortcut) return h.add_(x);
  h.add_(resnet.conv_shortcut->bias);
  at::Tensor rows = h.view({-1, h.size(4)});
  add_product(rows, x.view({-1, x.size(4)}), *resnet.conv_shortcut);
  return h;
}

}  // namespace asbench::models
