#include "models/cogvideox/sequence_pieces.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "models/layers/parallel.h"

namespace asbench::models {
void for_each_piece(const at::Tensor& x, std::int64_t text_tokens,
                    const std::function<void(const SequencePiece&)>& work) {
  const std::int64_t tokens = x.size(1);
  const std::int64_t most = x.is_cpu() ? kSequenceRowsOnCpu : tokens;
  std::vector<SequencePiece> pieces;
  for (std::int64_t sample = 0; sample < x.size(0); ++sample) {
    for (const bool text : {true, false}) {
      const std::int64_t begin = text ? 0 : text_tokens;
      const std::int64_t end = text ? text_tokens : tokens;
      for (std::int64_t first = begin; first < end; first += most) {
        pieces.push_back(
            {sample * tokens + first, std::min(most, end - first), sample, text, first - begin});
      }
    }
  }
  if (!x.is_cpu()) {
    for (const SequencePiece& piece : pieces) work(piece);
    return;
  }
  parallel_chunks(static_cast<std::int64_t>(pieces.size()), 1,
                  [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t i = begin; i < end; ++i)
                      work(pieces[static_cast<std::size_t>(i)]);
                  });
}

}  // namespace asbench::models
