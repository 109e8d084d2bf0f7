#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baselines/animeshooter_gen/conditions.h"
#include "baselines/animeshooter_gen/cost.h"
#include "baselines/animeshooter_gen/manifest.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "core/json.h"
#include "models/cogvideox/transformer_config.h"
#include "models/cogvideox/vae_config.h"
#include "models/layers/placement.h"
#include "models/weights/checkpoint.h"

namespace asbench::baselines {

/// What a command may change of a model folder's settings.
struct EngineOverrides {
  std::optional<std::int64_t> steps;
  models::Precision precision = models::Precision::fp32;  ///< what is computed in
};

/// Tokens of a piece of a story besides its picture's: a long caption, template and queries.
inline constexpr std::int64_t kPieceTokens = 320;

/// A model folder before its weights are read: where the parts are, what they cost, and how it will
/// be used. Plain data.
struct EnginePlan {
  std::filesystem::path folder;
  std::optional<Manifest> manifest;  ///< of animeshootergen; nothing: the published CogVideoX
  VideoModelFolders video;
  /// LoRA by IP, where the folder has one for each; then video.lora is that of the story's IP.
  std::map<std::string, LoraSettings> lora_by_ip;
  SamplingSettings sampling;
  ClipSettings clip;
  models::CogVideoXTransformerConfig transformer;
  models::VaeConfig vae;
  std::int64_t train_steps = 1000;  ///< of the scheduler
  /// The networks by name.
  std::vector<std::pair<std::string, models::Checkpoint>> networks;
  /// What else decides about the videos, by name: folders and files.
  std::vector<std::pair<std::string, std::filesystem::path>> files;

  /// The settings as used, every default written out: for the run record. Without adaptations().
  [[nodiscard]] Json settings() const;
  /// By IP, where each has its own LoRA: path, scale and SHA-256. They are read for it.
  [[nodiscard]] Json adaptations() const;
  /// "<name>": SHA-256 of every network's weights and configuration and of `files`. Reads all of
  /// them.
  [[nodiscard]] Json hashes() const;
  /// The LoRA of an IP's transformer.
  [[nodiscard]] std::optional<LoraSettings> lora_of(const std::string& ip) const;
  [[nodiscard]] ShotCost cost(const models::Placement& placement,
                              models::VaeTiling tiling = models::VaeTiling::off) const;
  /// What the multimodal language model keeps of a story depends on pictures and captions: planned
  /// are the most tokens that a picture can have, and kPieceTokens besides.
  /// @param shots  of the longest story
  [[nodiscard]] MemoryPlan memory(const models::Placement& placement, std::int64_t shots,
                                  Offload offload = Offload::none,
                                  models::VaeTiling tiling = models::VaeTiling::off) const;
};

/// An AnimeShooterGen-compatible model: a folder with animeshootergen.json
/// (docs/design/animeshootergen.md 2).
/// @throws BadInput: the manifest's and the configurations' errors, parts that are not there, parts
///         that contradict each other or the manifest, LoRAs that don't fit their network.
[[nodiscard]] EnginePlan plan_animeshooter_gen(const std::filesystem::path& folder,
                                               const EngineOverrides& overrides);

/// CogVideo-LoRA: the published folder of a CogVideoX text-to-video model as it is, besides `lora/`
/// with one adaptation (`pytorch_lora_weights.safetensors`) or a folder with one for each IP
/// (docs/design/animeshootergen.md 12). Size and number of frames are the transformer's own.
/// @param ips  of the stories to make
[[nodiscard]] EnginePlan plan_cogvideo_lora(const std::filesystem::path& folder,
                                            const std::vector<std::string>& ips,
                                            const EngineOverrides& overrides);

/// Keyframes to shots: the published folder of an image-to-video model (CogVideoX-5B-I2V) as it is.
/// Size and number of frames are the transformer's own. Sampler and guidance are those that the
/// model's authors run it with, whatever scheduler_config.json names: DPM and diffusers' dynamic
/// guidance, 50 steps, 6 (docs/design/animeshootergen.md 12).
/// @throws BadInput also for a text-to-video model.
[[nodiscard]] EnginePlan plan_keyframe_i2v(const std::filesystem::path& folder,
                                           const EngineOverrides& overrides);

/// Loads what makes the conditions.
[[nodiscard]] std::unique_ptr<ConditionModel> load_conditions(const EnginePlan& plan,
                                                              const models::Placement& placement);

}  // namespace asbench::baselines
