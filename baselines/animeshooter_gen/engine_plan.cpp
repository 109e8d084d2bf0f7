#include "baselines/animeshooter_gen/engine_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "baselines/animeshooter_gen/model_folder.h"
#include "baselines/animeshooter_gen/multimodal_conditions.h"
#include "baselines/animeshooter_gen/text_conditions.h"
#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "models/layers/runtime.h"
#include "models/lora/lora.h"
#include "models/samplers/scheduler_config.h"
#include "models/t5/t5_config.h"
#include "models/weights/state_dict.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kLoraFile = "pytorch_lora_weights.safetensors";

/// The parts that every model has, and what they must agree in.
void add_video_parts(EnginePlan& plan) {
  const auto transformer = open_part(plan.video.transformer);
  const auto vae = open_part(plan.video.vae);
  plan.transformer = models::parse_cogvideox_transformer_config(transformer.config, transformer.id);
  plan.vae = models::parse_vae_config(vae.config, vae.id);
  require_fitting(plan.transformer, plan.vae, plan.video.first_frame);
  plan.networks.emplace_back("transformer", transformer);
  plan.networks.emplace_back("vae", vae);
  plan.files.emplace_back("scheduler", plan.video.scheduler);
  plan.train_steps = plan.video.read_scheduler().train_steps;
}

void require_clip(const EnginePlan& plan) {
  static_cast<void>(latent_sizes_of(plan.clip, plan.transformer, plan.vae));
}

void require_files(const EnginePlan& plan) {
  for (const auto& [name, path] : plan.files) {
    if (!is_there(path)) {
      throw BadInput(fmt::format("{}: there is no such file or folder, but the model needs it",
                                 path.string()));
    }
  }
}

bool is_adaptation(const fs::path& folder) {
  return is_file(folder / kLoraFile) || is_file(folder / "adapter_config.json");
}

void find_loras(EnginePlan& plan, const std::vector<std::string>& ips) {
  const fs::path folder = plan.folder / "lora";
  if (!is_folder(folder)) return;
  const bool for_all = is_adaptation(folder);
  std::vector<std::string> without;
  for (const std::string& ip : ips) {
    if (!is_adaptation(folder / ip)) {
      without.push_back(ip);
      continue;
    }
    if (for_all) {
      throw BadInput(
          fmt::format("{}: it has an adaptation for all stories and one for {}; remove one of them",
                      folder.string(), ip));
    }
    plan.lora_by_ip[ip] = {.path = folder / ip};
  }
  if (for_all) {
    plan.video.lora = LoraSettings{.path = folder};
    plan.files.emplace_back("lora", folder);
    return;
  }
  if (!without.empty()) {
    throw BadInput(fmt::format(
        "{}: there is no {} in it, and none in a folder of its own for {}. Train them outside, or "
        "remove the folder to use the base model.",
        folder.string(), kLoraFile, fmt::join(without, ", ")));
  }
}

/// A LoRA is merged when its network is loaded, perhaps hours from now: what would be refused then
/// is refused here. Headers and the LoRA itself are read, no weights.
void require_fitting_lora(const models::Checkpoint& network, const fs::path& lora,
                          std::string_view component, double scale) {
  auto weights = models::StateDict::load(network);
  models::merge_lora(weights, models::read_lora(lora, component, scale));
}

/// How the loaders of the networks treat their tensors.
TensorUse use_of(std::string_view network) {
  if (network == "vae decoder") return {.ignored = {"encoder.*"}};
  if (network == "vae encoder") return {.ignored = {"decoder.*"}};
  if (network == "text_encoder")
    return {.ignored = {"encoder.embed_tokens.weight"},
            .table = "shared.weight",
            .plain = {"*relative_attention_bias*"}};
  if (network == "llm")
    return {.ignored = {"lm_head.weight", "*.rotary_emb.inv_freq"},
            .table = "model.embed_tokens.weight"};
  if (network == "vision_tower")
    return {.ignored = {"head.*", "vision_model.head.*", "*position_ids"},
            .plain = {"*position_embedding*"}};
  if (network == "transformer")
    return {.plain = {"patch_embed.pos_embedding"}, .wide = {"patch_embed.pos_embedding"}};
  if (network == "qformer") return {.plain = {"query_tokens", "learnable_queries"}};
  return {};
}

/// The most that T5's encoder allocates besides its weights, for one text: tokens, and either
/// queries, keys, values and what attention makes of them, or the two inner layers of the MLP.
std::int64_t text_bytes(const models::T5Config& config, std::int64_t tokens) {
  constexpr std::int64_t kFloatBytes = 4;
  const std::int64_t mixed = config.heads * config.head_width;
  return kFloatBytes * tokens *
         std::max(2 * config.width + 4 * mixed, 2 * config.width + 2 * config.inner);
}

const models::Checkpoint& network_of(const EnginePlan& plan, std::string_view wanted) {
  for (const auto& [name, network] : plan.networks) {
    if (name == wanted) return network;
  }
  throw InternalError(fmt::format("the plan has no network {}", wanted));
}

/// What the manifest says of networks that are configured elsewhere.
void require_fitting_texts(const EnginePlan& plan) {
  const Manifest& manifest = *plan.manifest;
  if (*manifest.qformer.condition_length != plan.transformer.text_tokens) {
    throw BadInput(fmt::format(
        "qformer.condition_length of the manifest is {}, but max_text_seq_length of the "
        "transformer is {}",
        *manifest.qformer.condition_length, plan.transformer.text_tokens));
  }
  const models::Checkpoint& llm = network_of(plan, "llm");
  const std::int64_t layers = models::parse_qwen2_config(llm.config, llm.id).layers;
  if (manifest.hidden_state.layer > layers) {
    throw BadInput(fmt::format("hidden_state.layer is {}, but the language model has {} layers",
                               manifest.hidden_state.layer, layers));
  }
}

/// Tiles of a picture at all scales, at most.
std::int64_t most_tiles(const models::TileOptions& tiles) {
  std::int64_t sum = tiles.max_tiles;
  for (std::size_t i = 0; i + 1 < tiles.scales.size(); ++i) {
    const std::int64_t a_side = tiles.scales[i] / tiles.tile;
    sum += a_side * a_side;
  }
  return sum;
}

/// Tokens and tiles of the pieces of a story, at most.
struct PieceSizes {
  std::int64_t tiles = 0;  ///< of the reference
  std::int64_t first = 0;  ///< tokens of the piece that begins a story
  std::int64_t next = 0;   ///< tokens of those that follow
};

PieceSizes piece_sizes(const MultimodalFolder& multimodal, PictureTiling tiling) {
  const std::int64_t patches = multimodal.vision.image_size / multimodal.vision.patch_size;
  // The projector makes one token of 2 x 2, with a row and a column added where they are odd.
  const std::int64_t side = (patches + 1) / 2;
  const auto tokens_of = [&](bool many) {
    return side * side * (many ? multimodal.config.tiles.max_tiles : 1) + kPieceTokens;
  };
  return {.tiles = tiling == PictureTiling::single ? 1 : most_tiles(multimodal.config.tiles),
          .first = tokens_of(tiling != PictureTiling::single),
          .next = tokens_of(tiling == PictureTiling::dynamic_s2_all)};
}

/// Values that the vision tower holds of a picture: what leaves it of every tile, and of those
/// under way the pixels, tokens, normed and attended ones, queries, keys, values and the MLP's
/// inner layer.
std::int64_t vision_values(const MultimodalFolder& multimodal, std::int64_t tiles,
                           const models::Placement& placement) {
  constexpr std::int64_t kColours = 3;
  const models::VisionConfig& vision = multimodal.vision;
  const std::int64_t a_side = vision.image_size / vision.patch_size;
  const std::int64_t tokens = a_side * a_side;
  const std::int64_t under_way =
      placement.own_kernels ? std::min<std::int64_t>(tiles, models::thread_count()) : tiles;
  const std::int64_t of_a_tile = tokens * (6 * vision.blocks.width + vision.blocks.inner);
  return tiles * (kColours * vision.image_size * vision.image_size + tokens * vision.blocks.width) +
         under_way * of_a_tile;
}

/// Operations of T5 for a caption.
double text_flops(const EnginePlan& plan) {
  const models::Checkpoint& part = network_of(plan, "text_encoder");
  const auto config = models::parse_t5_config(part.config, part.id);
  const auto tokens = static_cast<double>(plan.transformer.text_tokens);
  const auto width = static_cast<double>(config.width);
  const double mixed = static_cast<double>(config.heads) * static_cast<double>(config.head_width);
  const double products = 4.0 * width * mixed + 3.0 * width * static_cast<double>(config.inner);
  return static_cast<double>(config.layers) *
         (2.0 * tokens * products + 4.0 * tokens * tokens * mixed);
}

/// What the multimodal language model makes of a story.
struct StoryMemory {
  std::int64_t activations = 0;  ///< of its longest piece, or of a picture in the vision tower
  std::int64_t kept = 0;         ///< keys and values, until the story is finished
};

StoryMemory story_memory(const EnginePlan& plan, const models::Placement& placement,
                         std::int64_t shots) {
  const Manifest& manifest = *plan.manifest;
  const auto element = static_cast<std::int64_t>(c10::elementSize(placement.dtype));
  const models::Checkpoint& llm_part = network_of(plan, "llm");
  const auto llm = models::parse_qwen2_config(llm_part.config, llm_part.id);
  const MultimodalFolder multimodal = open_multimodal_folder(manifest.paths, plan.folder);
  const PieceSizes sizes = piece_sizes(multimodal, manifest.tiling);
  const std::int64_t seen = sizes.first + std::max<std::int64_t>(0, shots - 1) * sizes.next;
  StoryMemory memory;
  const std::int64_t sequences = manifest.null_condition == NullCondition::mllm_blank ? 2 : 1;
  // A cache grows by half, so its memory is up to that much more than what it holds.
  memory.kept = sequences * seen * llm.layers * 2 * llm.key_width() * element * 3 / 2;
  // Of the longest piece: tokens as they are given, worked on and attended to, queries, keys and
  // values, and gate, up and their product.
  const std::int64_t of_language =
      sizes.first * (4 * llm.width + 2 * llm.key_width() + 3 * llm.inner);
  memory.activations =
      element * std::max(of_language, vision_values(multimodal, sizes.tiles, placement));
  return memory;
}

/// Operations of vision tower and language model for a story's first shot, which has the reference.
double story_flops(const EnginePlan& plan) {
  const Manifest& manifest = *plan.manifest;
  const models::Checkpoint& part = network_of(plan, "llm");
  const auto llm = models::parse_qwen2_config(part.config, part.id);
  const MultimodalFolder multimodal = open_multimodal_folder(manifest.paths, plan.folder);
  const PieceSizes sizes = piece_sizes(multimodal, manifest.tiling);
  const auto tokens = static_cast<double>(sizes.first);
  const auto width = static_cast<double>(llm.width);
  const double products = 2.0 * width * width + 2.0 * width * static_cast<double>(llm.key_width()) +
                          3.0 * width * static_cast<double>(llm.inner);
  const double of_language =
      static_cast<double>(llm.layers) * (2.0 * tokens * products + 4.0 * tokens * tokens * width);
  const double of_vision = static_cast<double>(sizes.tiles) *
                           models::flops_per_image(multimodal.vision, multimodal.vision.image_size,
                                                   multimodal.vision.image_size);
  return (manifest.null_condition == NullCondition::mllm_blank ? 2.0 : 1.0) *
         (of_language + of_vision);
}

/// A published folder's sizes have the manifest's bounds (animeshootergen.schema.json): beyond them
/// nothing that is computed of them can be trusted.
void require_possible(const EnginePlan& plan) {
  constexpr std::int64_t kMostFrames = 100'001;
  constexpr std::int64_t kMostPixels = 8192;
  const auto require = [&](const char* field, std::int64_t value, std::int64_t most) {
    if (value <= most) return;
    throw BadInput(fmt::format("{}: {} makes videos of {}, the most is {}",
                               (plan.video.transformer / "config.json").string(), field, value,
                               most));
  };
  require("sample_frames", plan.clip.frames, kMostFrames);
  require("sample_height", plan.clip.height, kMostPixels);
  require("sample_width", plan.clip.width, kMostPixels);
}

/// The folder of a CogVideoX model as it is published.
VideoModelFolders folders_of_published(const fs::path& folder) {
  return {.transformer = folder / "transformer",
          .vae = folder / "vae",
          .scheduler = folder / "scheduler",
          .other_spacing = models::OtherSpacing::replace};
}

/// Its parts, settings that no file there holds, and its own size.
void add_published_parts(EnginePlan& plan, const EngineOverrides& overrides) {
  add_video_parts(plan);
  plan.networks.emplace_back("text_encoder", open_part(plan.folder / "text_encoder"));
  plan.files.emplace_back("tokenizer", plan.folder / "tokenizer");
  if (overrides.steps) plan.sampling.steps = *overrides.steps;
  plan.sampling.precision = overrides.precision;
  plan.clip.frames = plan.transformer.sample_frames;
  plan.clip.height = plan.transformer.sample_height * plan.vae.spatial_compression_ratio();
  plan.clip.width = plan.transformer.sample_width * plan.vae.spatial_compression_ratio();
  require_possible(plan);
  require_clip(plan);
  require_files(plan);
}

}  // namespace

Json EnginePlan::settings() const {
  if (manifest) return to_json(*manifest);
  Json json;
  json["sampling"] = to_json(sampling);
  json["sampling"]["timestep_spacing"] = "trailing";
  json["clip"] = to_json(clip);
  if (video.first_frame == FirstFrame::given) return json;
  json["lora"] = Json::object();
  if (video.lora) json["lora"]["transformer"] = {{"path", "lora"}, {"scale", video.lora->scale}};
  return json;
}

Json EnginePlan::adaptations() const {
  Json json = Json::object();
  for (const auto& [ip, lora] : lora_by_ip) {
    json[ip] = {{"path", fmt::format("lora/{}", ip)},
                {"scale", lora.scale},
                {"sha256", content_sha256(lora.path)}};
  }
  return json;
}

Json EnginePlan::hashes() const {
  Json json = Json::object();
  for (const auto& [name, network] : networks) {
    json[name] = {{"weights", models::weights_sha256(network)},
                  {"config", sha256_file(network.folder / "config.json")}};
  }
  for (const auto& [name, path] : files) json[name] = content_sha256(path);
  return json;
}

std::optional<LoraSettings> EnginePlan::lora_of(const std::string& ip) const {
  const auto found = lora_by_ip.find(ip);
  return found == lora_by_ip.end() ? video.lora : found->second;
}

ShotCost EnginePlan::cost(const models::Placement& placement, models::VaeTiling tiling) const {
  ShotCost cost = cost_of_shot(transformer, vae, clip, sampling, placement, video.first_frame,
                               tiling, models::thread_count(), train_steps);
  cost.conditions_flops = manifest ? story_flops(*this) : text_flops(*this);
  return cost;
}

MemoryPlan EnginePlan::memory(const models::Placement& placement, std::int64_t shots,
                              Offload offload, models::VaeTiling tiling) const {
  const ShotCost shot = cost(placement, tiling);
  MemoryPlan plan{.offload = offload, .tiling = tiling};
  StageMemory conditions{.name = "conditions"};
  StageMemory encoding{.name = "encoding", .activations = shot.encoding_bytes};
  StageMemory denoising{.name = "denoising", .activations = shot.denoising_bytes};
  StageMemory decoding{.name = "decoding", .activations = shot.decoding_bytes};
  for (const auto& [name, network] : networks) {
    if (name == "vae") {
      decoding.networks.push_back(
          memory_of("vae decoder", network, use_of("vae decoder"), placement));
      if (video.first_frame == FirstFrame::given) {
        encoding.networks.push_back(
            memory_of("vae encoder", network, use_of("vae encoder"), placement));
      }
      continue;
    }
    const NetworkMemory memory = memory_of(name, network, use_of(name), placement);
    if (name == "transformer") {
      denoising.networks.push_back(memory);
    } else if (name == "text_encoder") {
      const auto activations =
          text_bytes(models::parse_t5_config(network.config, network.id), transformer.text_tokens);
      if (manifest) {  // for the null condition alone
        plan.stages.push_back({.name = "null condition",
                               .networks = {memory},
                               .activations = activations,
                               .once = true});
      } else {
        conditions.networks.push_back(memory);
        conditions.activations = activations;
      }
    } else {
      conditions.networks.push_back(memory);
    }
  }
  if (manifest) {
    const StoryMemory story = story_memory(*this, placement, shots);
    conditions.activations = story.activations;
    conditions.kept = story.kept;
  }
  plan.stages.push_back(conditions);
  if (video.first_frame == FirstFrame::given) plan.stages.push_back(encoding);
  plan.stages.insert(plan.stages.end(), {denoising, decoding});
  return plan;
}

EnginePlan plan_animeshooter_gen(const fs::path& folder, const EngineOverrides& overrides) {
  EnginePlan plan;
  plan.folder = folder;
  Manifest manifest = read_manifest(folder);
  if (overrides.steps) manifest.sampling.steps = *overrides.steps;
  manifest.sampling.precision = overrides.precision;
  const Manifest::Paths& paths = manifest.paths;
  plan.video = {.transformer = folder / paths.transformer,
                .vae = folder / paths.vae,
                .scheduler = folder / paths.scheduler,
                .lora = manifest.transformer_lora};
  if (plan.video.lora) {
    plan.video.lora->path = folder / plan.video.lora->path;
    plan.files.emplace_back("lora.transformer", plan.video.lora->path);
  }
  add_video_parts(plan);
  require_sampler(plan.video.read_scheduler(), manifest.sampling.sampler);
  for (const auto& [name, path] :
       {std::pair("llm", &paths.llm), std::pair("vision_tower", &paths.vision_tower),
        std::pair("mm_projector", &paths.mm_projector), std::pair("qformer", &paths.qformer)}) {
    plan.networks.emplace_back(name, open_part(folder / *path));
  }
  if (manifest.null_condition == NullCondition::t5_empty)
    plan.networks.emplace_back("text_encoder", open_part(folder / paths.text_encoder));
  plan.files.emplace_back("tokenizer", folder / paths.tokenizer);
  plan.files.emplace_back("mllm",
                          (folder / paths.llm).lexically_normal().parent_path() / "config.json");
  if (manifest.llm_lora) plan.files.emplace_back("lora.llm", folder / manifest.llm_lora->path);
  plan.sampling = manifest.sampling;
  plan.clip = manifest.clip;
  plan.manifest = std::move(manifest);
  require_clip(plan);
  require_files(plan);
  require_fitting_texts(plan);
  if (plan.video.lora) {
    require_fitting_lora(network_of(plan, "transformer"), plan.video.lora->path, "transformer",
                         plan.video.lora->scale);
  }
  if (const auto& lora = plan.manifest->llm_lora)
    require_fitting_lora(network_of(plan, "llm"), folder / lora->path, "llm", lora->scale);
  return plan;
}

EnginePlan plan_cogvideo_lora(const fs::path& folder, const std::vector<std::string>& ips,
                              const EngineOverrides& overrides) {
  EnginePlan plan;
  plan.folder = folder;
  plan.video = folders_of_published(folder);
  find_loras(plan, ips);
  add_published_parts(plan, overrides);
  const models::Checkpoint& transformer = network_of(plan, "transformer");
  if (plan.video.lora)
    require_fitting_lora(transformer, plan.video.lora->path, "transformer", plan.video.lora->scale);
  for (const auto& [ip, lora] : plan.lora_by_ip)
    require_fitting_lora(transformer, lora.path, "transformer", lora.scale);
  const auto scheduler = plan.video.read_scheduler();
  plan.sampling.sampler = scheduler.sampler.value_or(models::SamplerKind::ddim);
  return plan;
}

EnginePlan plan_keyframe_i2v(const fs::path& folder, const EngineOverrides& overrides) {
  EnginePlan plan;
  plan.folder = folder;
  plan.video = folders_of_published(folder);
  plan.video.first_frame = FirstFrame::given;
  add_published_parts(plan, overrides);
  plan.sampling.sampler = models::SamplerKind::dpm;
  plan.sampling.guidance.mode = models::GuidanceMode::diffusers_compat;
  return plan;
}

std::unique_ptr<ConditionModel> load_conditions(const EnginePlan& plan,
                                                const models::Placement& placement) {
  if (plan.manifest)
    return load_multimodal_conditions(*plan.manifest, plan.folder, plan.transformer, placement);
  return load_text_conditions(plan.folder / "text_encoder", plan.folder / "tokenizer",
                              plan.transformer, placement);
}

}  // namespace asbench::baselines
