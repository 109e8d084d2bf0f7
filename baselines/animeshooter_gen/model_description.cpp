#include "baselines/animeshooter_gen/model_description.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/animeshooter_gen/model_folder.h"
#include "core/files.h"
#include "core/text.h"
#include "core/words.h"
#include "models/cogvideox/transformer_config.h"
#include "models/cogvideox/vae_config.h"
#include "models/weights/state_dict.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

struct PlannedModel {
  std::string_view baseline;
  EnginePlan plan;
};

PlannedModel plan_of(const fs::path& folder) {
  if (is_file(folder / kManifestName)) {
    const EngineOverrides as_stated{.steps = {},
                                    .precision = read_manifest(folder).sampling.precision};
    return {kAnimeShooterGen, plan_animeshooter_gen(folder, as_stated)};
  }
  const models::Checkpoint transformer = open_part(folder / "transformer");
  const models::Checkpoint vae = open_part(folder / "vae");
  const auto channels =
      models::parse_cogvideox_transformer_config(transformer.config, transformer.id).in_channels;
  const auto latents = models::parse_vae_config(vae.config, vae.id).latent_channels;
  // An image-to-video model takes the first frame's latents beside the noise.
  if (channels == 2 * latents) return {kKeyframeI2v, plan_keyframe_i2v(folder, {})};
  return {kCogVideoLora, plan_cogvideo_lora(folder, {}, {})};
}

Json describe_part(const models::Checkpoint& part) {
  const auto weights = models::StateDict::load(part);
  Json json;
  json["folder"] = part.folder.string();
  json["config"] = part.config;
  std::int64_t values = 0;
  json["tensors"] = Json::object();
  for (const std::string& name : weights.names()) {
    json["tensors"][name] = weights.describe(name);
    std::int64_t count = 1;
    const std::vector<std::int64_t> shape = weights.shape(name).value();
    for (const std::int64_t size : shape) count *= size;
    values += count;
  }
  json["values"] = values;
  return json;
}

void add_lines(std::string& text, const Json& json, const std::string& place) {
  if (!json.is_object()) {
    text += fmt::format(
        "  {:<36}{}\n", terminal_text(place),
        terminal_text(json.is_string() && json != "" ? json.get<std::string>() : json.dump()));
    return;
  }
  for (const auto& [key, value] : json.items())
    add_lines(text, value, place.empty() ? key : fmt::format("{}.{}", place, key));
}

}  // namespace

bool is_generator_folder(const fs::path& folder) {
  return is_file(folder / kManifestName) || is_file(folder / "transformer/config.json");
}

Json describe_model(const fs::path& folder) {
  const auto [baseline, plan] = plan_of(folder);
  const ShotCost cost = plan.cost(c10::kCPU);
  Json json;
  json["baseline"] = baseline;
  json["settings"] = plan.settings();
  json["inferred"] = {{"latents", latent_sizes_of(plan.clip, plan.transformer, plan.vae)},
                      {"forwards", cost.forwards},
                      {"operations", cost.flops()}};
  for (const auto& [name, network] : plan.networks) json["parts"][name] = describe_part(network);
  return json;
}

std::string model_in_words(const Json& description) {
  std::string text =
      fmt::format("A model for {}\n\nSettings\n", description.at("baseline").get<std::string>());
  add_lines(text, description.at("settings"), "");
  text += "\nOf each shot\n";
  add_lines(text, description.at("inferred"), "");
  for (const auto& [name, part] : description.at("parts").items()) {
    text += fmt::format(
        "\n{}: {}, {} in {}\n", name, terminal_text(part.at("folder").get<std::string>()),
        counted(part.at("values").get<std::int64_t>(), "value", "values"),
        counted(static_cast<std::int64_t>(part.at("tensors").size()), "tensor", "tensors"));
    for (const auto& [key, form] : part.at("tensors").items())
      text += fmt::format("  {:<60} {}\n", terminal_text(key), form.get<std::string>());
  }
  return text;
}

}  // namespace asbench::baselines
