#include "models/cogvideox/transformer.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "models/cogvideox/sequence_pieces.h"
#include "models/cogvideox/timestep_embedding.h"
#include "models/cogvideox/video_positions.h"
#include "models/encoders/strict_loading.h"
#include "models/layers/activation.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr std::string_view kWhat = "CogVideoX transformer";

PatchGrid own_grid(const CogVideoXTransformerConfig& config) {
  return {config.latent_frames(), config.sample_height / config.patch,
          config.sample_width / config.patch};
}

[[noreturn]] void refuse_shape(std::string_view name, const at::Tensor& tensor,
                               std::string_view expected) {
  throw BadInput(fmt::format("{}: {} is [{}]; {} is needed", kWhat, name,
                             fmt::join(tensor.sizes(), ", "), expected));
}

/// @returns the patches of the video.
PatchGrid check_input(const CogVideoXTransformer& transformer, const CogVideoXInput& input) {
  const CogVideoXTransformerConfig& config = transformer.config;
  const at::Tensor& video = input.hidden_states;
  if (video.dim() != 5 || video.numel() == 0 || video.size(2) != config.in_channels ||
      video.size(3) % config.patch != 0 || video.size(4) % config.patch != 0) {
    refuse_shape("hidden_states", video,
                 fmt::format("[samples, frames, {}, height, width], height and width multiples of "
                             "{}, no axis empty",
                             config.in_channels, config.patch));
  }
  const std::int64_t samples = video.size(0);
  const at::Tensor& text = input.encoder_hidden_states;
  if (text.dim() != 3 || text.size(0) != samples || text.size(1) != config.text_tokens ||
      text.size(2) != config.text_width) {
    refuse_shape("encoder_hidden_states", text,
                 fmt::format("[{}, {}, {}] (samples, max_text_seq_length, text_embed_dim)", samples,
                             config.text_tokens, config.text_width));
  }
  if (input.timestep.dim() != 1 || input.timestep.size(0) != samples)
    refuse_shape("timestep", input.timestep, fmt::format("[{}], one a sample,", samples));
  const PatchGrid grid = {video.size(1), video.size(3) / config.patch,
                          video.size(4) / config.patch};
  if (transformer.learned_positions.defined() && grid != own_grid(config)) {
    refuse_shape("hidden_states", video,
                 fmt::format("{} frames of {} x {}: the table of positions in the weights is for "
                             "this size alone, and so [samples, {}, {}, {}, {}]",
                             config.latent_frames(), config.sample_height, config.sample_width,
                             config.latent_frames(), config.in_channels, config.sample_height,
                             config.sample_width));
  }
  return grid;
}

/// [B, L + video tokens, D]: text, then video, with what is added for their places.
at::Tensor embed(const CogVideoXTransformer& transformer, const CogVideoXInput& input,
                 const PatchGrid& grid) {
  const Placement& placement = transformer.placement;
  const auto here = [&](const at::Tensor& x) { return x.to(placement.device, placement.dtype); };
  const at::Tensor text = linear(here(input.encoder_hidden_states), transformer.text_projection);
  const at::Tensor video =
      embed_patches(here(input.hidden_states).flatten(0, 1), transformer.patches);
  const std::int64_t samples = text.size(0);
  const std::int64_t text_tokens = text.size(1);
  const std::int64_t width = text.size(2);
  at::Tensor x = at::empty({samples, text_tokens + grid.count(), width}, text.options());
  x.narrow(1, 0, text_tokens).copy_(text);
  const at::Tensor rest = x.narrow(1, text_tokens, grid.count());
  rest.copy_(video.view({samples, grid.count(), width}));
  const CogVideoXTransformerConfig& config = transformer.config;
  if (config.positions == VideoPositionForm::sines) {
    const VideoSines sines =
        video_sines(grid, width, {config.spatial_scale, config.temporal_scale});
    add_video_sines(rest, {here(sines.time), here(sines.columns), here(sines.rows)}, grid);
  } else if (config.positions == VideoPositionForm::rotary_and_learned) {
    x.add_(transformer.learned_positions.to(placement.dtype));
  }
  return x;
}

/// SiLU of the embedded timestep, which is all that the blocks use of it: [B, time width].
at::Tensor embed_time(const CogVideoXTransformer& transformer, const at::Tensor& timestep) {
  const CogVideoXTransformerConfig& config = transformer.config;
  const at::Tensor waves =
      timestep_embedding(timestep, config.width(), config.cosines_first, config.freq_shift)
          .to(transformer.placement.device, transformer.placement.dtype);
  at::Tensor hidden = linear(waves, transformer.time_in);
  silu_in_place(hidden);
  at::Tensor embedded = linear(hidden, transformer.time_out);
  silu_in_place(embedded);
  return embedded;
}

/// [B, video tokens, out channels * patch * patch] from the blocks' result.
at::Tensor project_to_patches(const CogVideoXTransformer& transformer, const at::Tensor& x,
                              const BlockInput& input) {
  const at::Tensor modulation = modulation_of(transformer.output_norm, input.time, {1});
  const std::int64_t video_tokens = x.size(1) - input.text_tokens;
  const std::int64_t values = transformer.output.outputs();
  const at::Tensor out = at::empty({x.size(0), video_tokens, values}, x.options());
  for_each_piece(x, input.text_tokens, [&](const SequencePiece& piece) {
    if (piece.text) return;
    at::Tensor rows = x.view({-1, x.size(2)}).narrow(0, piece.first, piece.count);
    at::Tensor normed = at::empty_like(rows);
    layer_norm_into(normed, rows, transformer.final_norm);
    at::Tensor modulated = at::empty_like(rows);
    const at::Tensor parts = modulation.select(0, piece.sample);
    adaptive_norm_into(modulated, normed, transformer.output_norm.norm, parts.select(0, 0),
                       parts.select(0, 1));
    at::Tensor result = out.select(0, piece.sample).narrow(0, piece.first_in_part, piece.count);
    linear_into(result, modulated, transformer.output);
  });
  return out;
}

/// Patches to latents: [B, F, C, H, W].
at::Tensor unpatchify(const at::Tensor& patches, const PatchGrid& grid, std::int64_t patch) {
  const std::int64_t channels = patches.size(2) / (patch * patch);
  return patches
      .view({patches.size(0), grid.frames, grid.rows, grid.columns, channels, patch, patch})
      .permute({0, 1, 4, 2, 5, 3, 6})
      .reshape({patches.size(0), grid.frames, channels, grid.rows * patch, grid.columns * patch});
}

Rotation rotation_of(const CogVideoXTransformer& transformer, const PatchGrid& grid) {
  const CogVideoXTransformerConfig& config = transformer.config;
  if (config.positions == VideoPositionForm::sines) return {};
  const Rotation table = video_rotation(grid, own_grid(config), config.head_width);
  const c10::Device device = transformer.placement.device;
  return {table.cosines.to(device), table.sines.to(device)};
}

at::Tensor run_checked(const CogVideoXTransformer& transformer, const CogVideoXInput& input,
                       const PatchGrid& grid, const Observer& observer) {
  at::Tensor x = embed(transformer, input, grid);
  if (observer) observer("patch_embed", x);
  const BlockInput shared = {embed_time(transformer, input.timestep),
                             transformer.config.text_tokens, rotation_of(transformer, grid)};
  {
    CogVideoXWorkspace workspace = make_cogvideox_workspace(x);
    for (std::size_t i = 0; i < transformer.blocks.size(); ++i) {
      apply_block(x, transformer.blocks[i], shared, workspace);
      if (observer) observer("blocks." + std::to_string(i), x);
    }
  }
  return unpatchify(project_to_patches(transformer, x, shared), grid, transformer.config.patch)
      .to(at::kFloat);
}

PatchEmbedding load_patches(StateDict& weights, const CogVideoXTransformerConfig& config) {
  const std::string name = "patch_embed.proj.";
  const at::Tensor weight = weights.take(
      name + "weight", {config.width(), config.in_channels, config.patch, config.patch});
  at::Tensor bias;
  if (config.patch_bias) bias = weights.take(name + "bias", {config.width()});
  return make_patch_embedding(weight, bias);
}

}  // namespace

CogVideoXTransformer load_cogvideox_transformer(StateDict& weights,
                                                const CogVideoXTransformerConfig& config,
                                                const Placement& placement) {
  const InferenceScope scope;
  const std::int64_t width = config.width();
  CogVideoXTransformer network;
  network.config = config;
  network.placement = placement;
  network.patches = load_patches(weights, config);
  network.text_projection = take_linear(weights, "patch_embed.text_proj", width, config.text_width);
  network.time_in = take_linear(weights, "time_embedding.linear_1", config.time_width, width);
  network.time_out =
      take_linear(weights, "time_embedding.linear_2", config.time_width, config.time_width);
  network.final_norm = take_norm(weights, "norm_final", width, config.eps);
  network.output_norm = load_adaptive_norm(weights, "norm_out", 2, config);
  network.output =
      take_linear(weights, "proj_out", config.out_channels * config.patch * config.patch, width);
  for (Linear* layer : {&network.patches.projection, &network.text_projection, &network.time_in,
                        &network.time_out, &network.output}) {
    move_to(*layer, placement);
  }
  move_to(network.final_norm, placement);
  move_to(network.output_norm, placement);
  if (config.positions == VideoPositionForm::rotary_and_learned) {
    const std::int64_t tokens = config.text_tokens + own_grid(config).count();
    network.learned_positions =
        weights.take("patch_embed.pos_embedding", {1, tokens, width}).squeeze(0);
    move_to(network.learned_positions, Placement(placement.device));
  }
  for (std::int64_t i = 0; i < config.layers; ++i) {
    CogVideoXBlock block =
        load_cogvideox_block(weights, fmt::format("transformer_blocks.{}.", i), config);
    move_to(block, placement);
    network.blocks.push_back(std::move(block));
  }
  synchronize(placement.device);
  return network;
}

CogVideoXTransformer load_cogvideox_transformer(const std::filesystem::path& folder,
                                                const CogVideoXTransformerOptions& options) {
  // A relative path could also be the name of a model.
  const Checkpoint checkpoint = open_checkpoint(std::filesystem::absolute(folder).string(), {});
  const CogVideoXTransformerConfig config =
      parse_cogvideox_transformer_config(checkpoint.config, checkpoint.id);
  return load_strictly(
      checkpoint, config.layers, {},
      [&](StateDict& weights) {
        for (const Lora& lora : options.loras) merge_lora(weights, lora);
        return load_cogvideox_transformer(weights, config, options.placement);
      },
      "num_layers");
}

at::Tensor run(const CogVideoXTransformer& transformer, const CogVideoXInput& input,
               const Observer& observer) {
  const InferenceScope scope;
  const PatchGrid grid = check_input(transformer, input);
  try {
    return run_checked(transformer, input, grid, observer);
  } catch (const c10::Error&) {
    rethrow_torch_error(kWhat);
  }
}

}  // namespace asbench::models
