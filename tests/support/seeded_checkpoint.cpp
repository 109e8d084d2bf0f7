#include "tests/support/seeded_checkpoint.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "core/error.h"
#include "models/weights/safetensors.h"

namespace asbench::testing {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct Scale {
  double offset;
  double factor;
};

Scale scale_of(const SeededTensor& tensor) {
  const std::string_view name = tensor.name;
  if (name.ends_with(".bias")) return {0.0, 0.2};
  if (tensor.shape.empty()) return {2.6592, 0.0};  // logit_scale
  if (contains(name, "norm") || contains(name, "layrnorm") || name.ends_with("lambda1") ||
      name.ends_with("pos_drop.weight")) {
    return {1.0, 0.2};
  }
  if (contains(name, "_token") || contains(name, "position_embedding") ||
      contains(name, "class_embedding") || contains(name, "token_embedding") ||
      name.ends_with("pos_embed")) {
    return {0.0, 0.5};
  }
  double fan_in = 1.0;
  for (std::size_t i = 1; i < tensor.shape.size(); ++i) {
    fan_in *= static_cast<double>(tensor.shape[i]);
  }
  return {0.0, 1.0 / std::sqrt(fan_in)};
}

std::size_t element_count(const SeededTensor& tensor) {
  std::size_t count = 1;
  for (const std::int64_t size : tensor.shape) count *= static_cast<std::size_t>(size);
  return count;
}

class TensorList {
 public:
  void weight(const std::string& name, std::vector<std::int64_t> shape) {
    tensors_.push_back({name + ".weight", std::move(shape)});
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in) {
    weight(name, {out, in});
    tensors_.push_back({name + ".bias", {out}});
  }
  void norm(const std::string& name, std::int64_t width) {
    weight(name, {width});
    tensors_.push_back({name + ".bias", {width}});
  }
  void plain(const std::string& name, std::vector<std::int64_t> shape) {
    tensors_.push_back({name, std::move(shape)});
  }
  std::vector<SeededTensor> sorted() && {
    std::sort(tensors_.begin(), tensors_.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return std::move(tensors_);
  }

 private:
  std::vector<SeededTensor> tensors_;
};

std::int64_t integer(const Json& config, const char* field) {
  return config.at(field).get<std::int64_t>();
}

void add_clip_blocks(TensorList& list, const std::string& prefix, const Json& config) {
  const std::int64_t width = integer(config, "hidden_size");
  const std::int64_t inner = integer(config, "intermediate_size");
  for (std::int64_t i = 0; i < integer(config, "num_hidden_layers"); ++i) {
    const std::string block = prefix + "encoder.layers." + std::to_string(i) + ".";
    for (const char* name : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      list.linear(block + "self_attn." + name, width, width);
    }
    list.norm(block + "layer_norm1", width);
    list.norm(block + "layer_norm2", width);
    list.linear(block + "mlp.fc1", inner, width);
    list.linear(block + "mlp.fc2", width, inner);
  }
}

std::vector<SeededTensor> clip_tensors(const Json& config) {
  const Json& vision = config.at("vision_config");
  const Json& text = config.at("text_config");
  const std::int64_t projection = integer(config, "projection_dim");
  const std::int64_t width = integer(vision, "hidden_size");
  const std::int64_t patch = integer(vision, "patch_size");
  const std::int64_t grid = integer(vision, "image_size") / patch;
  TensorList list;
  list.plain("logit_scale", {});
  list.plain("vision_model.embeddings.class_embedding", {width});
  list.weight("vision_model.embeddings.patch_embedding", {width, 3, patch, patch});
  list.weight("vision_model.embeddings.position_embedding", {grid * grid + 1, width});
  list.norm("vision_model.pre_layrnorm", width);
  add_clip_blocks(list, "vision_model.", vision);
  list.norm("vision_model.post_layernorm", width);
  list.weight("visual_projection", {projection, width});
  const std::int64_t text_width = integer(text, "hidden_size");
  list.weight("text_model.embeddings.token_embedding", {integer(text, "vocab_size"), text_width});
  list.weight("text_model.embeddings.position_embedding",
              {integer(text, "max_position_embeddings"), text_width});
  add_clip_blocks(list, "text_model.", text);
  list.norm("text_model.final_layer_norm", text_width);
  list.weight("text_projection", {projection, text_width});
  return std::move(list).sorted();
}

std::vector<SeededTensor> vit_tensors(const Json& config) {
  const bool dinov2 = config.at("model_type") == "dinov2";
  const std::int64_t width = integer(config, "hidden_size");
  const std::int64_t inner =
      dinov2 ? width * integer(config, "mlp_ratio") : integer(config, "intermediate_size");
  const std::int64_t patch = integer(config, "patch_size");
  const std::int64_t grid = integer(config, "image_size") / patch;
  TensorList list;
  list.plain("embeddings.cls_token", {1, 1, width});
  if (dinov2) list.plain("embeddings.mask_token", {1, width});
  list.plain("embeddings.position_embeddings", {1, grid * grid + 1, width});
  list.weight("embeddings.patch_embeddings.projection", {width, 3, patch, patch});
  list.plain("embeddings.patch_embeddings.projection.bias", {width});
  for (std::int64_t i = 0; i < integer(config, "num_hidden_layers"); ++i) {
    const std::string block = "encoder.layer." + std::to_string(i) + ".";
    for (const char* name : {"query", "key", "value"}) {
      list.linear(block + "attention.attention." + name, width, width);
    }
    list.linear(block + "attention.output.dense", width, width);
    list.norm(block + (dinov2 ? "norm1" : "layernorm_before"), width);
    list.norm(block + (dinov2 ? "norm2" : "layernorm_after"), width);
    list.linear(block + (dinov2 ? "mlp.fc1" : "intermediate.dense"), inner, width);
    list.linear(block + (dinov2 ? "mlp.fc2" : "output.dense"), width, inner);
    if (dinov2) {
      list.plain(block + "layer_scale1.lambda1", {width});
      list.plain(block + "layer_scale2.lambda1", {width});
    }
  }
  list.norm("layernorm", width);
  if (!dinov2) list.linear("pooler.dense", width, width);
  return std::move(list).sorted();
}

std::vector<SeededTensor> dreamsim_tensors(const Json& config) {
  TensorList list;
  for (std::size_t b = 0; b < config.at("branches").size(); ++b) {
    const Json& branch = config.at("branches")[b];
    const std::string extractor = "extractor_list." + std::to_string(b) + ".";
    const std::string model = extractor + "model.";
    const std::int64_t width = integer(branch, "hidden_size");
    const std::int64_t inner = integer(branch, "intermediate_size");
    const std::int64_t patch = integer(branch, "patch_size");
    const std::int64_t grid = integer(config, "image_size") / patch;
    list.plain(model + "cls_token", {1, 1, width});
    list.plain(model + "pos_embed", {1, grid * grid + 1, width});
    list.weight(model + "patch_embed.proj", {width, 3, patch, patch});
    list.plain(model + "patch_embed.proj.bias", {width});
    for (std::int64_t i = 0; i < integer(branch, "num_hidden_layers"); ++i) {
      const std::string block = model + "blocks." + std::to_string(i) + ".";
      list.norm(block + "norm1", width);
      list.linear(block + "attn.qkv", 3 * width, width);
      list.linear(block + "attn.proj", width, width);
      list.norm(block + "norm2", width);
      list.linear(block + "mlp.fc1", inner, width);
      list.linear(block + "mlp.fc2", width, inner);
    }
    if (branch.at("pre_norm").get<bool>()) list.norm(model + "pos_drop", width);
    if (branch.at("feat_type") == "embedding") {
      list.norm(model + "norm", width);
      list.plain(extractor + "proj", {width, integer(branch, "projection_dim")});
    }
  }
  return std::move(list).sorted();
}

Json clip_config(bool tiny) {
  Json text = {{"model_type", "clip_text_model"},
               {"vocab_size", 49408},
               {"hidden_size", tiny ? 32 : 512},
               {"intermediate_size", tiny ? 64 : 2048},
               {"num_hidden_layers", tiny ? 2 : 12},
               {"num_attention_heads", tiny ? 2 : 8},
               {"max_position_embeddings", 77},
               {"hidden_act", "quick_gelu"},
               {"layer_norm_eps", 1e-5},
               {"projection_dim", tiny ? 32 : 512},
               {"bos_token_id", 0},
               {"pad_token_id", 1},
               {"eos_token_id", 2}};  // the published files' wrong value
  Json vision = {{"model_type", "clip_vision_model"},
                 {"hidden_size", tiny ? 48 : 768},
                 {"intermediate_size", tiny ? 96 : 3072},
                 {"num_hidden_layers", tiny ? 2 : 12},
                 {"num_attention_heads", tiny ? 3 : 12},
                 {"image_size", 224},
                 {"patch_size", 32},
                 {"hidden_act", "quick_gelu"},
                 {"layer_norm_eps", 1e-5},
                 {"projection_dim", tiny ? 32 : 512}};
  return {{"architectures", {"CLIPModel"}},    {"model_type", "clip"},
          {"projection_dim", tiny ? 32 : 512}, {"logit_scale_init_value", 2.6592},
          {"text_config", std::move(text)},    {"vision_config", std::move(vision)}};
}

Json dino_config(bool tiny) {
  return {{"architectures", {"ViTModel"}},
          {"attention_probs_dropout_prob", 0.0},
          {"hidden_act", "gelu"},
          {"hidden_dropout_prob", 0.0},
          {"hidden_size", tiny ? 48 : 768},
          {"image_size", 224},
          {"initializer_range", 0.02},
          {"intermediate_size", tiny ? 96 : 3072},
          {"layer_norm_eps", 1e-12},
          {"model_type", "vit"},
          {"num_attention_heads", tiny ? 3 : 12},
          {"num_channels", 3},
          {"num_hidden_layers", tiny ? 2 : 12},
          {"patch_size", 16}};
}

// The published ensemble: docs/design/metrics.md 3.4.
Json dreamsim_config(bool tiny) {
  const auto branch = [&](const char* name, bool clip, const char* activation) {
    Json sizes = {{"name", name},
                  {"feat_type", clip ? "embedding" : "cls"},
                  {"pre_norm", clip},
                  {"patch_size", 16},
                  {"hidden_size", tiny ? 48 : 768},
                  {"intermediate_size", tiny ? 96 : 3072},
                  {"num_hidden_layers", tiny ? 2 : 12},
                  {"num_attention_heads", tiny ? 3 : 12},
                  {"hidden_act", activation},
                  {"layer_norm_eps", clip ? 1e-5 : 1e-6}};
    if (clip) sizes["projection_dim"] = tiny ? 32 : 512;
    sizes["image_mean"] =
        clip ? Json{0.48145466, 0.4578275, 0.40821073} : Json{0.485, 0.456, 0.406};
    sizes["image_std"] =
        clip ? Json{0.26862954, 0.26130258, 0.27577711} : Json{0.229, 0.224, 0.225};
    return sizes;
  };
  return {{"model_type", "dreamsim"},
          {"image_size", 224},
          {"branches",
           {branch("dino_vitb16", false, "gelu"), branch("clip_vitb16", true, "quick_gelu"),
            branch("open_clip_vitb16", true, "gelu")}}};
}

Json preprocessor_config(const Json& model_type) {
  if (model_type == "dreamsim") {
    return {{"do_center_crop", false},
            {"do_normalize", false},
            {"do_rescale", true},
            {"do_resize", true},
            {"rescale_factor", 1.0 / 255.0},
            {"resample", 3},
            {"size", {{"height", 224}, {"width", 224}}}};
  }
  if (model_type == "clip") {
    return {{"crop_size", 224},
            {"do_center_crop", true},
            {"do_normalize", true},
            {"do_resize", true},
            {"feature_extractor_type", "CLIPFeatureExtractor"},
            {"image_mean", {0.48145466, 0.4578275, 0.40821073}},
            {"image_std", {0.26862954, 0.26130258, 0.27577711}},
            {"resample", 3},
            {"size", 224}};
  }
  return {{"do_normalize", true},
          {"do_resize", true},
          {"feature_extractor_type", "ViTFeatureExtractor"},
          {"image_mean", {0.5, 0.5, 0.5}},
          {"image_std", {0.5, 0.5, 0.5}},
          {"resample", 2},
          {"size", 224}};
}

}  // namespace

std::vector<float> seeded_tensor(const SeededTensor& tensor, std::uint64_t seed) {
  const auto [offset, factor] = scale_of(tensor);
  const std::uint64_t hash = fnv1a(tensor.name);
  std::vector<float> values(element_count(tensor));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double scaled = factor * seeded_value(hash, seed, i);
    values[i] = static_cast<float>(offset + scaled);
  }
  return values;
}

void write_seeded_weights(const std::filesystem::path& path,
                          const std::vector<SeededTensor>& tensors, std::uint64_t seed) {
  std::vector<std::vector<float>> values;
  std::map<std::string, models::TensorView> views;
  for (const SeededTensor& tensor : tensors) {
    values.push_back(seeded_tensor(tensor, seed));
    views[tensor.name] = {models::DType::f32, tensor.shape,
                          std::as_bytes(std::span(values.back()))};
  }
  models::write_safetensors(path, views, {{"format", "pt"}});
}

std::vector<SeededTensor> seeded_tensors(const Json& config) {
  const Json& type = config.at("model_type");
  return type == "clip"       ? clip_tensors(config)
         : type == "dreamsim" ? dreamsim_tensors(config)
                              : vit_tensors(config);
}

Json seeded_config(std::string_view id, CheckpointSize size) {
  const bool tiny = size == CheckpointSize::tiny;
  if (id == "openai/clip-vit-base-patch32") return clip_config(tiny);
  if (id == "facebook/dino-vitb16") return dino_config(tiny);
  if (id == "ssundaram21/dreamsim-ensemble") return dreamsim_config(tiny);
  throw UsageError(
      "seeded checkpoints exist for openai/clip-vit-base-patch32, facebook/dino-vitb16 and "
      "ssundaram21/dreamsim-ensemble, not for " +
      std::string(id));
}

std::filesystem::path write_seeded_checkpoint(const std::filesystem::path& folder,
                                              std::string_view id, CheckpointSize size,
                                              std::uint64_t seed) {
  const Json config = seeded_config(id, size);
  const bool clip = config.at("model_type") == "clip";
  const std::filesystem::path target = folder / id;
  std::filesystem::create_directories(target);
  write_json_file(target / "config.json", config);
  write_json_file(target / "preprocessor_config.json",
                  preprocessor_config(config.at("model_type")));
  if (clip) {
    write_seeded_vocabulary(target);
    write_json_file(target / "tokenizer_config.json", {{"tokenizer_class", "CLIPTokenizer"},
                                                       {"model_max_length", 77},
                                                       {"bos_token", "<|startoftext|>"},
                                                       {"eos_token", "<|endoftext|>"},
                                                       {"pad_token", "<|endoftext|>"},
                                                       {"unk_token", "<|endoftext|>"}});
  }
  write_seeded_weights(target / "model.safetensors", seeded_tensors(config), seed);
  return target;
}

std::filesystem::path write_seeded_checkpoints(const std::filesystem::path& folder,
                                               CheckpointSize size, std::uint64_t seed) {
  write_seeded_checkpoint(folder, "openai/clip-vit-base-patch32", size, seed);
  write_seeded_checkpoint(folder, "facebook/dino-vitb16", size, seed);
  return folder;
}

}  // namespace asbench::testing
