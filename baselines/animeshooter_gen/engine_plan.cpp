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
#include "models/samplers/scheduler_config.h"

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

/// The folder of a CogVideoX model as it is published.
VideoModelFolders folders_of_published(const fs::path& folder) {
  return {.transformer = folder / "transformer",
          .vae = folder / "vae",
          .scheduler = folder / "scheduler"};
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

ShotCost EnginePlan::cost(const models::Placement& placement) const {
  return cost_of_shot(transformer, vae, clip, sampling, placement, video.first_frame);
}

MemoryPlan EnginePlan::memory(const models::Placement& placement) const {
  const std::int64_t element = placement.dtype == c10::kFloat ? 4 : 2;
  MemoryPlan plan;
  for (const auto& [name, network] : networks) {
    if (name != "vae") {
      plan.weights.emplace_back(name, element * count_values(network));
      continue;
    }
    plan.weights.emplace_back("vae decoder", element * count_values(network, "decoder."));
    if (video.first_frame == FirstFrame::given)
      plan.weights.emplace_back("vae encoder", element * count_values(network, "encoder."));
  }
  const ShotCost shot = cost(placement);
  plan.activations = std::max({shot.encoding_bytes, shot.denoising_bytes, shot.decoding_bytes});
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
  require_sampler(models::read_scheduler_config(plan.video.scheduler), manifest.sampling.sampler);
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
  const auto scheduler = models::read_scheduler_config(plan.video.scheduler);
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
