#include "tools/tiny_generator/tiny_generator.h"

#include <bit>
#include <cmath>
#include <fstream>
#include <map>
#include <span>
#include <utility>

#include "core/files.h"
#include "models/weights/safetensors.h"

namespace asbench::testing {
namespace fs = std::filesystem;
namespace {

using Shape = std::vector<std::int64_t>;

class Tensors {
 public:
  void add(const std::string& name, Shape shape) { all_.push_back({name, std::move(shape)}); }
  void pair(const std::string& name, Shape weight, std::int64_t bias) {
    add(name + ".weight", std::move(weight));
    add(name + ".bias", {bias});
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in) {
    pair(name, {out, in}, out);
  }
  void norm(const std::string& name, std::int64_t width) { pair(name, {width}, width); }
  /// A 3 x 3 x 3 convolution.
  void causal(const std::string& name, std::int64_t out, std::int64_t in) {
    pair(name + ".conv", {out, in, 3, 3, 3}, out);
  }
  [[nodiscard]] const std::vector<SeededTensor>& all() const { return all_; }

 private:
  std::vector<SeededTensor> all_;
};

/// What the values follow from, and how they are stored.
struct Weights {
  std::uint64_t seed = 1;
  bool bf16 = false;
};

Weights weights_of(const TinyGenerator& options) {
  return {.seed = options.seed, .bf16 = options.bf16};
}

/// The upper halves of float32 values: bfloat16, cut off.
std::vector<std::uint16_t> upper_halves(const std::vector<float>& values) {
  std::vector<std::uint16_t> halves;
  halves.reserve(values.size());
  for (const float value : values)
    halves.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U));
  return halves;
}

void write_weights(const fs::path& file, const Tensors& tensors, const Weights& made) {
  std::map<std::string, std::vector<float>> values;
  std::map<std::string, std::vector<std::uint16_t>> halves;
  std::map<std::string, models::TensorView> views;
  for (const SeededTensor& tensor : tensors.all()) {
    auto& data = values[tensor.name] = tiny_tensor(tensor, made.seed);
    if (made.bf16) {
      const auto& half = halves[tensor.name] = upper_halves(data);
      views[tensor.name] = {models::DType::bf16, tensor.shape,
                            std::as_bytes(std::span<const std::uint16_t>(half))};
    } else {
      views[tensor.name] = {models::DType::f32, tensor.shape,
                            std::as_bytes(std::span<const float>(data))};
    }
  }
  models::write_safetensors(file, views);
}

void write_part(const fs::path& folder, const char* weights, const Json& config,
                const Tensors& tensors, const Weights& made) {
  make_folders(folder);
  write_json_file(folder / "config.json", config);
  write_weights(folder / weights, tensors, made);
}

Json merged(Json base, const Json& patch) {
  base.merge_patch(patch);
  return base;
}

std::int64_t integer(const Json& config, const char* field) {
  return config.at(field).get<std::int64_t>();
}

constexpr const char* kDiffusers = "diffusion_pytorch_model.safetensors";
constexpr const char* kTransformers = "model.safetensors";

// --- the video model ---

Json transformer_config() {
  return {{"_class_name", "CogVideoXTransformer3DModel"},
          {"num_attention_heads", 2},
          {"attention_head_dim", 16},
          {"in_channels", 4},
          {"out_channels", 4},
          {"num_layers", 2},
          {"patch_size", 2},
          {"time_embed_dim", 16},
          {"text_embed_dim", 24},
          {"max_text_seq_length", 10},
          {"sample_width", 6},
          {"sample_height", 4},
          {"sample_frames", 17},
          {"temporal_compression_ratio", 4},
          {"spatial_interpolation_scale", 1.875},
          {"temporal_interpolation_scale", 1.0}};
}

void write_transformer(const fs::path& folder, const Json& config, const Weights& made) {
  const std::int64_t head = integer(config, "attention_head_dim");
  const std::int64_t width = head * integer(config, "num_attention_heads");
  const std::int64_t time = integer(config, "time_embed_dim");
  const std::int64_t patch = integer(config, "patch_size");
  const std::int64_t in = integer(config, "in_channels");
  Tensors tensors;
  tensors.pair("patch_embed.proj", {width, in, patch, patch}, width);
  tensors.linear("patch_embed.text_proj", width, integer(config, "text_embed_dim"));
  tensors.linear("time_embedding.linear_1", time, width);
  tensors.linear("time_embedding.linear_2", time, time);
  for (std::int64_t i = 0; i < integer(config, "num_layers"); ++i) {
    const std::string block = "transformer_blocks." + std::to_string(i) + ".";
    for (const char* norm : {"norm1", "norm2"}) {
      tensors.linear(block + norm + ".linear", 6 * width, time);
      tensors.norm(block + norm + ".norm", width);
    }
    for (const char* name : {"to_q", "to_k", "to_v", "to_out.0"})
      tensors.linear(block + "attn1." + name, width, width);
    tensors.norm(block + "attn1.norm_q", head);
    tensors.norm(block + "attn1.norm_k", head);
    tensors.linear(block + "ff.net.0.proj", 4 * width, width);
    tensors.linear(block + "ff.net.2", width, 4 * width);
  }
  if (config.value("use_learned_positional_embeddings", false)) {
    const std::int64_t video =
        ((integer(config, "sample_frames") - 1) / integer(config, "temporal_compression_ratio") +
         1) *
        (integer(config, "sample_height") / patch) * (integer(config, "sample_width") / patch);
    tensors.add("patch_embed.pos_embedding",
                {1, integer(config, "max_text_seq_length") + video, width});
  }
  tensors.norm("norm_final", width);
  tensors.linear("norm_out.linear", 2 * width, time);
  tensors.norm("norm_out.norm", width);
  tensors.linear("proj_out", integer(config, "out_channels") * patch * patch, width);
  write_part(folder, kDiffusers, config, tensors, made);
}

void add_resnet(Tensors& tensors, const std::string& name, std::int64_t in, std::int64_t out,
                std::int64_t latents) {
  const auto norm = [&](const std::string& which, std::int64_t width) {
    if (latents == 0) return tensors.norm(name + which, width);
    tensors.norm(name + which + ".norm_layer", width);
    tensors.pair(name + which + ".conv_y.conv", {width, latents, 1, 1, 1}, width);
    tensors.pair(name + which + ".conv_b.conv", {width, latents, 1, 1, 1}, width);
  };
  norm("norm1", in);
  norm("norm2", out);
  tensors.causal(name + "conv1", out, in);
  tensors.causal(name + "conv2", out, out);
  if (in != out) tensors.pair(name + "conv_shortcut", {out, in, 1, 1, 1}, out);
}

Json vae_config() {
  return {{"_class_name", "AutoencoderKLCogVideoX"},
          {"in_channels", 3},
          {"out_channels", 3},
          {"block_out_channels", {8, 16, 16, 24}},
          {"latent_channels", 4},
          {"layers_per_block", 1},
          {"norm_num_groups", 4},
          {"norm_eps", 1e-6},
          {"act_fn", "silu"},
          {"sample_height", 32},
          {"sample_width", 48},
          {"scaling_factor", 1.15258426},
          {"temporal_compression_ratio", 4}};
}

void write_vae(const fs::path& folder, const Json& config, const Weights& made) {
  const auto channels = config.at("block_out_channels").get<std::vector<std::int64_t>>();
  const std::int64_t latents = integer(config, "latent_channels");
  const std::int64_t layers = integer(config, "layers_per_block");
  Tensors tensors;
  // The first of them changes the number of channels.
  const auto add_resnets = [&](const std::string& block, std::int64_t count, std::int64_t in,
                               std::int64_t out, std::int64_t latents_seen) {
    for (std::int64_t i = 0; i < count; ++i) {
      add_resnet(tensors, block + "resnets." + std::to_string(i) + ".", i == 0 ? in : out, out,
                 latents_seen);
    }
  };
  tensors.causal("encoder.conv_in", channels[0], 3);
  std::int64_t width = channels[0];
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string block = "encoder.down_blocks." + std::to_string(i) + ".";
    add_resnets(block, layers, width, channels[i], 0);
    width = channels[i];
    if (i + 1 < channels.size())
      tensors.pair(block + "downsamplers.0.conv", {width, width, 3, 3}, width);
  }
  add_resnets("encoder.mid_block.", 2, width, width, 0);
  tensors.norm("encoder.norm_out", width);
  tensors.causal("encoder.conv_out", 2 * latents, width);

  tensors.causal("decoder.conv_in", width, latents);
  add_resnets("decoder.mid_block.", 2, width, width, latents);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string block = "decoder.up_blocks." + std::to_string(i) + ".";
    const std::int64_t out = channels[channels.size() - 1 - i];
    add_resnets(block, layers + 1, width, out, latents);
    width = out;
    if (i + 1 < channels.size())
      tensors.pair(block + "upsamplers.0.conv", {width, width, 3, 3}, width);
  }
  tensors.norm("decoder.norm_out.norm_layer", width);
  tensors.pair("decoder.norm_out.conv_y.conv", {width, latents, 1, 1, 1}, width);
  tensors.pair("decoder.norm_out.conv_b.conv", {width, latents, 1, 1, 1}, width);
  tensors.causal("decoder.conv_out", 3, width);
  write_part(folder, kDiffusers, config, tensors, made);
}

void write_scheduler(const fs::path& folder, const Json& changes) {
  make_folders(folder);
  const Json config = {{"_class_name", "CogVideoXDDIMScheduler"},
                       {"num_train_timesteps", 1000},
                       {"beta_start", 0.00085},
                       {"beta_end", 0.012},
                       {"beta_schedule", "scaled_linear"},
                       {"trained_betas", nullptr},
                       {"clip_sample", false},
                       {"clip_sample_range", 1.0},
                       {"prediction_type", "v_prediction"},
                       {"rescale_betas_zero_snr", true},
                       {"sample_max_value", 1.0},
                       {"set_alpha_to_one", true},
                       {"snr_shift_scale", 3.0},
                       {"steps_offset", 0},
                       {"timestep_spacing", "trailing"}};
  write_json_file(folder / "scheduler_config.json", merged(config, changes));
}

void write_video_parts(const fs::path& folder, const TinyGenerator& options) {
  write_transformer(folder / "transformer", merged(transformer_config(), options.transformer),
                    weights_of(options));
  write_vae(folder / "vae", merged(vae_config(), options.vae), weights_of(options));
  write_scheduler(folder / "scheduler", options.scheduler);
}

// --- what makes the condition ---

constexpr std::int64_t kLlmWidth = 64;

void write_vision_tower(const fs::path& folder, const Weights& made) {
  constexpr std::int64_t kWidth = 32;
  constexpr std::int64_t kInner = 64;
  const Json config = {{"model_type", "siglip_vision_model"},
                       {"hidden_size", kWidth},
                       {"intermediate_size", kInner},
                       {"num_hidden_layers", 3},
                       {"num_attention_heads", 4},
                       {"image_size", 56},
                       {"patch_size", 14},
                       {"num_channels", 3},
                       {"layer_norm_eps", 1e-6},
                       {"hidden_act", "gelu_pytorch_tanh"},
                       {"vision_use_head", false}};
  Tensors tensors;
  tensors.pair("vision_model.embeddings.patch_embedding", {kWidth, 3, 14, 14}, kWidth);
  tensors.add("vision_model.embeddings.position_embedding.weight", {16, kWidth});
  for (int i = 0; i < 3; ++i) {
    const std::string layer = "vision_model.encoder.layers." + std::to_string(i) + ".";
    tensors.norm(layer + "layer_norm1", kWidth);
    tensors.norm(layer + "layer_norm2", kWidth);
    for (const char* name : {"q_proj", "k_proj", "v_proj", "out_proj"})
      tensors.linear(layer + "self_attn." + name, kWidth, kWidth);
    tensors.linear(layer + "mlp.fc1", kInner, kWidth);
    tensors.linear(layer + "mlp.fc2", kWidth, kInner);
  }
  tensors.norm("vision_model.post_layernorm", kWidth);
  write_part(folder, kTransformers, config, tensors, made);
}

void write_projector(const fs::path& folder, const Weights& made) {
  Tensors tensors;
  tensors.norm("layers.1", 4 * 3 * 32);
  tensors.linear("layers.2", kLlmWidth, 4 * 3 * 32);
  tensors.linear("layers.4", kLlmWidth, kLlmWidth);
  write_part(folder, kTransformers,
             {{"model_type", "v2l_projector"}, {"mm_projector_type", "mlp_downsample"}}, tensors,
             made);
}

void write_llm(const fs::path& folder, const Weights& made) {
  constexpr std::int64_t kInner = 128;
  const Json config = {
      {"model_type", "qwen2"},  {"hidden_size", kLlmWidth},    {"intermediate_size", kInner},
      {"num_hidden_layers", 3}, {"num_attention_heads", 4},    {"num_key_value_heads", 2},
      {"rms_norm_eps", 1e-6},   {"rope_theta", 1000000.0},     {"hidden_act", "silu"},
      {"vocab_size", 512},      {"use_sliding_window", false}, {"tie_word_embeddings", false}};
  Tensors tensors;
  tensors.add("model.embed_tokens.weight", {512, kLlmWidth});
  for (int i = 0; i < 3; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    tensors.add(layer + "input_layernorm.weight", {kLlmWidth});
    tensors.add(layer + "post_attention_layernorm.weight", {kLlmWidth});
    tensors.linear(layer + "self_attn.q_proj", kLlmWidth, kLlmWidth);
    tensors.linear(layer + "self_attn.k_proj", kLlmWidth / 2, kLlmWidth);
    tensors.linear(layer + "self_attn.v_proj", kLlmWidth / 2, kLlmWidth);
    tensors.add(layer + "self_attn.o_proj.weight", {kLlmWidth, kLlmWidth});
    tensors.add(layer + "mlp.gate_proj.weight", {kInner, kLlmWidth});
    tensors.add(layer + "mlp.up_proj.weight", {kInner, kLlmWidth});
    tensors.add(layer + "mlp.down_proj.weight", {kLlmWidth, kInner});
  }
  tensors.add("model.norm.weight", {kLlmWidth});
  write_part(folder, kTransformers, config, tensors, made);
}

void write_qformer(const fs::path& folder, const Weights& made) {
  constexpr std::int64_t kWidth = 48;
  constexpr std::int64_t kInner = 96;
  const Json config = {{"model_type", "blip_2_qformer"},
                       {"hidden_size", kWidth},
                       {"intermediate_size", kInner},
                       {"num_hidden_layers", 4},
                       {"num_attention_heads", 4},
                       {"cross_attention_frequency", 2},
                       {"encoder_hidden_size", kLlmWidth},
                       {"layer_norm_eps", 1e-12},
                       {"hidden_act", "gelu"}};
  Tensors tensors;
  tensors.add("query_tokens", {1, 10, kWidth});
  tensors.add("learnable_queries", {8, kLlmWidth});
  tensors.linear("proj", 24, kWidth);
  tensors.norm("qformer.layernorm", kWidth);
  for (int i = 0; i < 4; ++i) {
    const std::string layer = "qformer.encoder.layer." + std::to_string(i) + ".";
    const auto attention = [&](const std::string& name, std::int64_t seen) {
      tensors.linear(layer + name + ".attention.query", kWidth, kWidth);
      tensors.linear(layer + name + ".attention.key", kWidth, seen);
      tensors.linear(layer + name + ".attention.value", kWidth, seen);
      tensors.linear(layer + name + ".output.dense", kWidth, kWidth);
      tensors.norm(layer + name + ".output.LayerNorm", kWidth);
    };
    attention("attention", kWidth);
    if (i % 2 == 0) attention("crossattention", kLlmWidth);
    tensors.linear(layer + "intermediate_query.dense", kInner, kWidth);
    tensors.linear(layer + "output_query.dense", kWidth, kInner);
    tensors.norm(layer + "output_query.LayerNorm", kWidth);
  }
  write_part(folder, kTransformers, config, tensors, made);
}

Json text_encoder_config() {
  return {{"model_type", "t5"},
          {"d_model", 24},
          {"d_kv", 8},
          {"d_ff", 48},
          {"num_layers", 2},
          {"num_heads", 4},
          {"relative_attention_num_buckets", 8},
          {"relative_attention_max_distance", 16},
          {"layer_norm_epsilon", 1e-6},
          {"feed_forward_proj", "gated-gelu"},
          {"vocab_size", 128}};
}

void write_text_encoder(const fs::path& folder, const TinyGenerator& options) {
  const Json config = merged(text_encoder_config(), options.text_encoder_config);
  const std::int64_t width = integer(config, "d_model");
  const std::int64_t inner = integer(config, "d_ff");
  const std::int64_t heads = integer(config, "num_heads");
  const std::int64_t mixed = heads * integer(config, "d_kv");
  Tensors tensors;
  tensors.add("shared.weight", {integer(config, "vocab_size"), width});
  for (std::int64_t i = 0; i < integer(config, "num_layers"); ++i) {
    const std::string block = "encoder.block." + std::to_string(i) + ".layer.";
    for (const char* name : {"q", "k", "v"}) {
      tensors.add(block + "0.SelfAttention." + name + ".weight", {mixed, width});
    }
    tensors.add(block + "0.SelfAttention.o.weight", {width, mixed});
    if (i == 0)
      tensors.add(block + "0.SelfAttention.relative_attention_bias.weight",
                  {integer(config, "relative_attention_num_buckets"), heads});
    tensors.add(block + "0.layer_norm.weight", {width});
    tensors.add(block + "1.DenseReluDense.wi_0.weight", {inner, width});
    tensors.add(block + "1.DenseReluDense.wi_1.weight", {inner, width});
    tensors.add(block + "1.DenseReluDense.wo.weight", {width, inner});
    tensors.add(block + "1.layer_norm.weight", {width});
  }
  tensors.add("encoder.final_layer_norm.weight", {width});
  write_part(folder, kTransformers, config, tensors, weights_of(options));
}

/// UTF-8 of a code point below 0x800.
std::string utf8(int code) {
  if (code < 0x80) return {static_cast<char>(code)};
  return {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
}

/// Byte-level, without merges: the id of a byte is its value. How bytes are spelt is GPT-2's
/// alphabet: printable ones as they are, the others from U+0100 on.
void write_byte_tokenizer(const fs::path& folder) {
  make_folders(folder);
  Json vocabulary = Json::object();
  int next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) ||
                           (byte >= 0xAE && byte <= 0xFF);
    vocabulary[utf8(printable ? byte : next++)] = byte;
  }
  vocabulary["<|endoftext|>"] = 256;
  write_json_file(folder / "vocab.json", vocabulary);
  write_file_atomically(folder / "merges.txt", "#version: 0.2\n", Sync::no);
}

// --- SentencePiece's model file, as a protocol buffer by hand ---

void add_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void add_bytes(std::string& out, std::uint64_t field, std::string_view bytes) {
  add_varint(out, field << 3 | 2);
  add_varint(out, bytes.size());
  out += bytes;
}

void add_number(std::string& out, std::uint64_t field, std::uint64_t value) {
  add_varint(out, field << 3);
  add_varint(out, value);
}

std::string piece(std::string_view text, float score, std::uint64_t type) {
  std::string message;
  add_bytes(message, 1, text);
  message.push_back(static_cast<char>(2 << 3 | 5));
  const auto bits = std::bit_cast<std::uint32_t>(score);
  for (int shift = 0; shift < 32; shift += 8)
    message.push_back(static_cast<char>(bits >> shift & 0xFF));
  add_number(message, 3, type);
  return message;
}

/// Unigram: padding 0, end 1, unknown 2, "▁" 3, then the printable ASCII characters from 4 on.
void write_sentencepiece(const fs::path& folder) {
  constexpr std::uint64_t kNormal = 1;
  constexpr std::uint64_t kUnknown = 2;
  constexpr std::uint64_t kControl = 3;
  constexpr const char* kSpace = "\xE2\x96\x81";
  make_folders(folder);
  std::string model;
  add_bytes(model, 1, piece("<pad>", 0.0F, kControl));
  add_bytes(model, 1, piece("</s>", 0.0F, kControl));
  add_bytes(model, 1, piece("<unk>", 0.0F, kUnknown));
  add_bytes(model, 1, piece(kSpace, -2.0F, kNormal));
  for (int letter = 0x21; letter < 0x7F; ++letter) {
    add_bytes(model, 1,
              piece(std::string(1, static_cast<char>(letter)),
                    -3.0F - 0.01F * static_cast<float>(letter), kNormal));
  }
  std::string trainer;
  add_number(trainer, 3, 1);   // model_type: unigram
  add_number(trainer, 40, 2);  // unk_id
  add_number(trainer, 41, static_cast<std::uint64_t>(-1));
  add_number(trainer, 42, 1);  // eos_id
  add_number(trainer, 43, 0);  // pad_id
  add_bytes(model, 2, trainer);
  std::string normalizer;
  add_bytes(normalizer, 1, "identity");
  add_number(normalizer, 3, 1);  // add_dummy_prefix
  add_number(normalizer, 4, 1);  // remove_extra_whitespaces
  add_number(normalizer, 5, 1);  // escape_whitespaces
  add_bytes(model, 3, normalizer);
  write_file_atomically(folder / "spiece.model", model, Sync::no);
  // Published files have 100 besides the pieces; the tiny encoder has no rows for so many.
  write_json_file(folder / "tokenizer_config.json", {{"extra_ids", 20}});
}

}  // namespace

std::vector<float> tiny_tensor(const SeededTensor& tensor, std::uint64_t seed) {
  std::size_t count = 1;
  double fan_in = 1.0;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    count *= static_cast<std::size_t>(tensor.shape[i]);
    if (i > 0) fan_in *= static_cast<double>(tensor.shape[i]);
  }
  const bool bias = tensor.name.ends_with(".bias");
  const bool norm = !bias && tensor.shape.size() == 1;
  const double offset = norm ? 1.0 : 0.0;
  const double factor = bias || norm ? 0.2 : 1.0 / std::sqrt(fan_in);
  const std::uint64_t hash = fnv1a(tensor.name);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(offset + factor * seeded_value(hash, seed, i));
  return values;
}

fs::path write_tiny_generator(const fs::path& folder, const TinyGenerator& options) {
  write_video_parts(folder, options);
  write_vision_tower(folder / "mllm" / "vision_tower", weights_of(options));
  write_projector(folder / "mllm" / "mm_projector", weights_of(options));
  write_llm(folder / "mllm" / "llm", weights_of(options));
  write_json_file(folder / "mllm" / "config.json", {{"mm_vision_select_layer", -2},
                                                    {"mm_vision_select_feature", "cls_patch"},
                                                    {"s2_scales", "56,112,168"},
                                                    {"dynamic_s2", true},
                                                    {"max_tiles", 12}});
  write_qformer(folder / "qformer", weights_of(options));
  write_byte_tokenizer(folder / "tokenizer");
  if (options.text_encoder) write_text_encoder(folder / "text_encoder", options);
  const Json manifest = {{"schema", "asbench/animeshootergen@1"},
                         {"name", "tiny"},
                         {"qformer", {{"condition_length", 10}}},
                         {"sampling", {{"steps", 4}, {"dtype", "fp32"}}},
                         {"clip", {{"frames", 17}, {"fps", 8}, {"height", 32}, {"width", 48}}}};
  write_json_file(folder / "animeshootergen.json", merged(manifest, options.manifest));
  return folder;
}

fs::path write_tiny_cogvideo(const fs::path& folder, const TinyGenerator& options) {
  write_video_parts(folder, options);
  write_text_encoder(folder / "text_encoder", options);
  write_sentencepiece(folder / "tokenizer");
  return folder;
}

fs::path write_tiny_image_to_video(const fs::path& folder, const TinyGenerator& options) {
  TinyGenerator all = options;
  all.transformer = merged({{"in_channels", 8},
                            {"use_rotary_positional_embeddings", true},
                            {"use_learned_positional_embeddings", true}},
                           options.transformer);
  all.vae = merged({{"scaling_factor", 0.7}}, options.vae);
  all.scheduler = merged({{"_class_name", "CogVideoXDPMScheduler"}, {"snr_shift_scale", 1.0}},
                         options.scheduler);
  return write_tiny_cogvideo(folder, all);
}

void write_tiny_lora(const fs::path& folder, std::uint64_t seed) {
  Tensors tensors;
  for (const char* layer : {"to_q", "to_v"}) {
    const std::string name = std::string("transformer.transformer_blocks.0.attn1.") + layer;
    tensors.add(name + ".lora_A.weight", {2, 32});
    tensors.add(name + ".lora_B.weight", {32, 2});
  }
  make_folders(folder);
  write_weights(folder / "pytorch_lora_weights.safetensors", tensors, {.seed = seed});
}

}  // namespace asbench::testing
