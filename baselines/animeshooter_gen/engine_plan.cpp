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
#include "models/samplers/scheduler_config.h"
#include "models/t5/t5_config.h"

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
    plan.files.emplace_back(fmt::format("lora/{}", ip), folder / ip);
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
  // The projector makes one token of 2 x 2, with a row and a column added where they are odd.
  const std::int64_t side = (multimodal.patches_a_side + 1) / 2;
  const std::int64_t tokens_a_tile = side * side;
  const auto tokens_of = [&](bool reference) {
    const bool many = manifest.tiling == PictureTiling::dynamic_s2_all ||
                      (manifest.tiling == PictureTiling::dynamic_s2_reference && reference);
    return tokens_a_tile * (many ? multimodal.config.tiles.max_tiles : 1);
  };
  const std::int64_t first = tokens_of(true) + kPieceTokens;
  const std::int64_t next = tokens_of(false) + kPieceTokens;
  const std::int64_t seen = first + std::max<std::int64_t>(0, shots - 1) * next;
  StoryMemory memory;
  const std::int64_t sequences = manifest.null_condition == NullCondition::mllm_blank ? 2 : 1;
  // A cache grows by half, so its memory is up to that much more than what it holds.
  memory.kept = sequences * seen * llm.layers * 2 * llm.key_width() * element * 3 / 2;
  // Tokens, normed ones and the MLP's two inner layers, of the longest piece.
  memory.activations = element * first * (2 * llm.width + 2 * llm.inner);
  return memory;
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
  for (const auto& [ip, lora] : lora_by_ip)
    json["lora"][ip] = {{"path", fmt::format("lora/{}", ip)}, {"scale", lora.scale}};
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
  return cost_of_shot(transformer, vae, clip, sampling, placement, video.first_frame, tiling,
                      models::thread_count());
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
  return plan;
}

EnginePlan plan_cogvideo_lora(const fs::path& folder, const std::vector<std::string>& ips,
                              const EngineOverrides& overrides) {
  EnginePlan plan;
  plan.folder = folder;
  plan.video = folders_of_published(folder);
  find_loras(plan, ips);
  add_published_parts(plan, overrides);
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
