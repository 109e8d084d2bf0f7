#pragma once

// Shared by the image encoders of this folder; not a public header.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>

namespace asbench::models {

/// "Float [5, 3, 224, 224]", for messages.
[[nodiscard]] std::string describe_pictures(const at::Tensor& tensor);

/// @throws BadInput unless `pixels` is float [N, 3, H, W] with sides of at least `least`.
void check_pictures(const at::Tensor& pixels, const std::string& id, std::int64_t least);

/// A network over a batch on the CPU: pictures are shared out among the threads, some at a time,
/// each from its first to its last operation on one of them.
struct PiecesOfPictures {
  std::int64_t tokens = 0;  ///< of one picture: decides how many make a piece
  std::int64_t dim = 0;     ///< length of a feature
  /// [n, 3, H, W] to [n, dim]; called by several threads at once.
  std::function<at::Tensor(const at::Tensor& pixels)> encode;
};

/// @param pixels  [N, 3, H, W]. @returns [N, dim]
[[nodiscard]] at::Tensor encode_in_pieces(const at::Tensor& pixels, const PiecesOfPictures& pieces);

}  // namespace asbench::models
