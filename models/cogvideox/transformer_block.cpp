#include "models/cogvideox/transformer_block.h"

#include <ATen/ATen.h>

#include <array>

#include "models/cogvideox/sequence_pieces.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/attention.h"
#include "models/layers/parallel.h"
#include "models/layers/rotary_pairs.h"

namespace asbench::models {
namespace {

/// Fixed in the published networks, whatever norm_eps says.
constexpr double kHeadNormEps = 1e-6;
/// Of the six parts of a block's modulation: the video's scale and the text's.
constexpr std::initializer_list<std::int64_t> kBlockScales = {1, 4};

/// The parts of a block's modulation for one piece.
struct PieceModulation {
  at::Tensor shift, scale, gate;  // [D]
};

PieceModulation part_of(const at::Tensor& modulation, const SequencePiece& piece) {
  const at::Tensor parts = modulation.select(0, piece.sample);
  const std::int64_t first = piece.text ? 3 : 0;
  return {parts.select(0, first), parts.select(0, first + 1), parts.select(0, first + 2)};
}

at::Tensor rows_of(const at::Tensor& x, const SequencePiece& piece) {
  return x.view({-1, x.size(2)}).narrow(0, piece.first, piece.count);
}

// out = norm of each head of x W^T + b; `product` is memory for x W^T + b.
void project_heads(at::Tensor out, at::Tensor& product, const at::Tensor& x, const Linear& layer,
                   const LayerNorm& norm) {
  linear_into(product, x, layer);
  const std::int64_t head_width = norm.weight.size(0);
  at::Tensor heads = product.view({-1, head_width});
  at::Tensor normed = out.view({-1, head_width});
  layer_norm_into(normed, heads, norm);
}

void turn(const at::Tensor& rows, const Rotation& rotation, const SequencePiece& piece) {
  rotate_pairs(rows.unsqueeze(0), {rotation.cosines.narrow(0, piece.first_in_part, piece.count),
                                   rotation.sines.narrow(0, piece.first_in_part, piece.count)});
}

// Queries, keys and values of all tokens.
void project_in(const at::Tensor& x, const at::Tensor& modulation, const CogVideoXBlock& block,
                const BlockInput& input, CogVideoXWorkspace& workspace) {
  for_each_piece(x, input.text_tokens, [&](const SequencePiece& piece) {
    const PieceModulation part = part_of(modulation, piece);
    at::Tensor rows = rows_of(x, piece);
    at::Tensor normed = at::empty_like(rows);
    adaptive_norm_into(normed, rows, block.norm1.norm, part.shift, part.scale);
    at::Tensor product = at::empty_like(rows);
    const at::Tensor query = rows_of(workspace.query, piece);
    const at::Tensor key = rows_of(workspace.key, piece);
    project_heads(query, product, normed, block.query, block.query_norm);
    project_heads(key, product, normed, block.key, block.key_norm);
    if (input.rotation.cosines.defined() && !piece.text) {
      turn(query, input.rotation, piece);
      turn(key, input.rotation, piece);
    }
    at::Tensor value = rows_of(workspace.value, piece);
    linear_into(value, normed, block.value);
  });
}

// x += gate * out(mixed); x += gate * mlp(norm2(x)).
void project_out(const at::Tensor& x, const at::Tensor& mixed, const at::Tensor& modulation,
                 const CogVideoXBlock& block, const BlockInput& input) {
  const at::Tensor modulation2 = modulation_of(block.norm2, input.time, kBlockScales);
  for_each_piece(x, input.text_tokens, [&](const SequencePiece& piece) {
    at::Tensor rows = rows_of(x, piece);
    at::Tensor result = at::empty_like(rows);
    linear_into(result, rows_of(mixed, piece), block.attention_out);
    rows.addcmul_(result, part_of(modulation, piece).gate);
    const PieceModulation part = part_of(modulation2, piece);
    at::Tensor normed = at::empty_like(rows);
    adaptive_norm_into(normed, rows, block.norm2.norm, part.shift, part.scale);
    at::Tensor inner = at::empty({piece.count, block.mlp_in.outputs()}, rows.options());
    product_into(inner, normed, block.mlp_in);
    add_bias_and_activate(inner, block.mlp_in.bias, block.activation);
    linear_into(result, inner, block.mlp_out);
    rows.addcmul_(result, part.gate);
  });
}

}  // namespace

AdaptiveNorm load_adaptive_norm(StateDict& weights, const std::string& name, std::int64_t parts,
                                const CogVideoXTransformerConfig& config) {
  return {take_linear(weights, name + ".linear", parts * config.width(), config.time_width),
          take_norm(weights, name + ".norm", config.width(), config.eps)};
}

CogVideoXBlock load_cogvideox_block(StateDict& weights, const std::string& name,
                                    const CogVideoXTransformerConfig& config) {
  const std::int64_t width = config.width();
  const std::string attention = name + "attn1.";
  CogVideoXBlock block;
  block.norm1 = load_adaptive_norm(weights, name + "norm1", 6, config);
  block.query = take_linear(weights, attention + "to_q", width, width, config.attention_bias);
  block.key = take_linear(weights, attention + "to_k", width, width, config.attention_bias);
  block.value = take_linear(weights, attention + "to_v", width, width, config.attention_bias);
  block.query_norm = take_norm(weights, attention + "norm_q", config.head_width, kHeadNormEps);
  block.key_norm = take_norm(weights, attention + "norm_k", config.head_width, kHeadNormEps);
  block.attention_out = take_linear(weights, attention + "to_out.0", width, width);
  block.norm2 = load_adaptive_norm(weights, name + "norm2", 6, config);
  block.mlp_in = take_linear(weights, name + "ff.net.0.proj", 4 * width, width);
  block.mlp_out = take_linear(weights, name + "ff.net.2", width, 4 * width);
  block.heads = config.heads;
  return block;
}

void move_to(AdaptiveNorm& norm, const Placement& placement) {
  move_to(norm.modulation, placement);
  move_to(norm.norm, placement);
}

void move_to(CogVideoXBlock& block, const Placement& placement) {
  // Packing the matrices of a large block is a second's work.
  const std::array<Linear*, 8> layers = {
      &block.mlp_in, &block.mlp_out, &block.norm1.modulation, &block.norm2.modulation, &block.query,
      &block.key,    &block.value,   &block.attention_out};
  const auto count = static_cast<std::int64_t>(layers.size());
  parallel_chunks(count, placement.own_kernels ? 1 : count,
                  [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t i = begin; i < end; ++i)
                      move_to(*layers[static_cast<std::size_t>(i)], placement);
                  });
  for (LayerNorm* norm :
       {&block.norm1.norm, &block.norm2.norm, &block.query_norm, &block.key_norm}) {
    move_to(*norm, placement);
  }
}

CogVideoXWorkspace make_cogvideox_workspace(const at::Tensor& x) {
  return {at::empty_like(x), at::empty_like(x), at::empty_like(x)};
}

at::Tensor modulation_of(const AdaptiveNorm& norm, const at::Tensor& time,
                         at::IntArrayRef scale_parts) {
  const at::Tensor parts =
      linear(time, norm.modulation).unflatten(1, {-1, norm.norm.weight.size(0)});
  for (const std::int64_t part : scale_parts) parts.select(1, part).add_(1.0);
  return parts;
}

void adaptive_norm_into(at::Tensor& out, at::Tensor& x, const LayerNorm& norm,
                        const at::Tensor& shift, const at::Tensor& scale) {
  layer_norm_into(out, x, norm);
  out.mul_(scale).add_(shift);
}

void apply_block(at::Tensor& x, const CogVideoXBlock& block, const BlockInput& input,
                 CogVideoXWorkspace& workspace) {
  const at::Tensor modulation = modulation_of(block.norm1, input.time, kBlockScales);
  project_in(x, modulation, block, input, workspace);
  const at::Tensor mixed =
      attention(workspace.query, workspace.key, workspace.value, block.heads, Mask::none);
  project_out(x, mixed, modulation, block, input);
}

}  // namespace asbench::models
