#include "models/layers/rotary_pairs.h"

#include <ATen/ATen.h>

namespace asbench::models {

void rotate_pairs(at::Tensor x, const Rotation& rotation) {
  const std::int64_t tokens = rotation.cosines.size(0);
  const std::int64_t pairs = rotation.cosines.size(1);
  const at::Tensor part =
      x.narrow(1, x.size(1) - tokens, tokens).unflatten(2, {-1, pairs, std::int64_t{2}});
  at::Tensor first = part.select(4, 0);
  at::Tensor second = part.select(4, 1);
  const at::Tensor cosines = rotation.cosines.unsqueeze(1);
  const at::Tensor sines = rotation.sines.unsqueeze(1);
  // Products and sums apart: each is rounded once, so a value does not depend on its neighbours.
  const at::Tensor turned_first = first.mul(cosines).sub_(second.mul(sines));
  const at::Tensor turned_second = second.mul(cosines).add_(first.mul(sines));
  first.copy_(turned_first);
  second.copy_(turned_second);
}

}  // namespace asbench::models
