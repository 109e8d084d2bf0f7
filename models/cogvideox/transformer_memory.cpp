#include "models/cogvideox/transformer_memory.h"

#include <algorithm>

#include "models/cogvideox/sequence_pieces.h"
#include "models/kernels/matrix_product.h"
#include "models/layers/attention_blocks.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kFloatBytes = 4;
/// The MLP is four times as wide as a token.
constexpr std::int64_t kMlpFactor = 4;

/// What attention() allocates besides its result.
std::int64_t attention_bytes(const CogVideoXTransformerConfig& config, std::int64_t samples,
                             std::int64_t tokens, const Placement& placement, int threads) {
  const std::int64_t heads = config.heads;
  const std::int64_t all = samples * tokens * config.width();
  if (placement.own_kernels) {
    const std::int64_t queries = std::min(tokens, kQueriesPerBlock);
    const ProductKernels& kernels = float_product_kernels();
    const auto packed = static_cast<std::int64_t>(kernels.packed_bytes(tokens, config.head_width) +
                                                  kernels.packed_bytes(config.head_width, tokens));
    return std::min<std::int64_t>(threads, samples * heads) *
           (queries * tokens * kFloatBytes + packed);
  }
  if (placement.precision == Precision::fp32 && !placement.device.is_cpu()) {
    // attention_by_products(): the weights before and after their softmax.
    const std::int64_t bytes_a_query = heads * tokens * kFloatBytes;
    const std::int64_t queries = std::max<std::int64_t>(
        1,
        std::min(samples * tokens, kMostAttentionBytes / std::max<std::int64_t>(1, bytes_a_query)));
    return 2 * queries * bytes_a_query + queries * config.width() * kFloatBytes;
  }
  // LibTorch's result, before it is copied to its place.
  return all * static_cast<std::int64_t>(c10::elementSize(placement.dtype));
}

}  // namespace

std::int64_t forward_peak_bytes(const CogVideoXTransformerConfig& config, const ForwardSize& size,
                                const Placement& placement, int threads) {
  const auto element = static_cast<std::int64_t>(c10::elementSize(placement.dtype));
  const std::int64_t width = config.width();
  const std::int64_t video =
      size.frames * (size.height / config.patch) * (size.width / config.patch);
  const std::int64_t tokens = config.text_tokens + video;
  const std::int64_t all = size.samples * tokens * width * element;
  const std::int64_t of_video = size.samples * video;
  const std::int64_t patch = config.patch * config.patch;

  // embed(): patches, what they are projected to, and where text and video are put together.
  // Learned positions are kept as float32 and copied in the network's type.
  const bool copied =
      config.positions == VideoPositionForm::rotary_and_learned && element != kFloatBytes;
  const std::int64_t positions = copied ? tokens * width * element : 0;
  const std::int64_t embedding =
      of_video * patch * config.in_channels * element + (all + all) + positions;

  // A block: the tokens, queries, keys and values, then the attention's result besides.
  const bool on_cpu = placement.device.is_cpu();
  const std::int64_t rows = on_cpu
                                ? std::min(kSequenceRowsOnCpu, std::max(video, config.text_tokens))
                                : std::max(video, config.text_tokens);
  const std::int64_t pieces =
      on_cpu ? size.samples * ((video + rows - 1) / rows + (config.text_tokens + rows - 1) / rows)
             : 1;
  const std::int64_t workers = on_cpu ? std::min<std::int64_t>(threads, pieces) : 1;
  const std::int64_t row_bytes = workers * rows * width * element;
  // Besides the product's result and the normed rows: where the CPU's kernels don't run, LibTorch's
  // norm, before it is copied to its place.
  const std::int64_t norm_copy = placement.own_kernels ? 0 : 1;
  const std::int64_t projecting_in = 4 * all + (2 + norm_copy) * row_bytes;
  const std::int64_t mixing =
      5 * all + attention_bytes(config, size.samples, tokens, placement, threads);
  const std::int64_t projecting_out = 5 * all + (2 + kMlpFactor) * row_bytes;

  // project_to_patches() and unpatchify(): the queries and so on are gone.
  const std::int64_t result = of_video * patch * config.out_channels * element;
  const std::int64_t projecting_to_patches = all + result + (2 + norm_copy) * row_bytes;
  const std::int64_t unpatchifying =
      all + 2 * result + of_video * patch * config.out_channels * (kFloatBytes - element);
  return std::max(
      {embedding, projecting_in, mixing, projecting_out, projecting_to_patches, unpatchifying});
}

}  // namespace asbench::models
