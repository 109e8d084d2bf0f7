#include "models/encoders/picture_pieces.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "models/layers/parallel.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

// On the CPU a thread takes several pictures at a time, so that its matrix products are tall enough
// to run at full speed and the activations between them still fit its share of the cache.
constexpr std::int64_t kTokensPerPiece = 800;

std::int64_t piece_size(std::int64_t count, std::int64_t tokens) {
  const std::int64_t share = (count + thread_count() - 1) / thread_count();
  return std::clamp<std::int64_t>(share, 1, std::max<std::int64_t>(1, kTokensPerPiece / tokens));
}

}  // namespace

std::string describe_pictures(const at::Tensor& tensor) {
  return fmt::format("{} [{}]", std::string(tensor.dtype().name()),
                     fmt::join(tensor.sizes().vec(), ", "));
}

void check_pictures(const at::Tensor& pixels, const std::string& id, std::int64_t least) {
  if (pixels.dim() != 4 || pixels.size(1) != 3 || pixels.scalar_type() != at::kFloat ||
      pixels.size(2) < least || pixels.size(3) < least) {
    throw BadInput(
        fmt::format("{}: pictures must be float [N, 3, H, W] with sides of at least {}, not {}", id,
                    least, describe_pictures(pixels)));
  }
}

at::Tensor encode_in_pieces(const at::Tensor& pixels, const PiecesOfPictures& pieces) {
  at::Tensor features = at::empty({pixels.size(0), pieces.dim});
  parallel_chunks(pixels.size(0), piece_size(pixels.size(0), pieces.tokens),
                  [&](std::int64_t begin, std::int64_t end) {
                    features.narrow(0, begin, end - begin)
                        .copy_(pieces.encode(pixels.narrow(0, begin, end - begin)));
                  });
  return features;
}

}  // namespace asbench::models
