#include "baselines/animeshooter_gen/video_request.h"

#include <fmt/format.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "baselines/animeshooter_gen/generation_record.h"
#include "baselines/story_reference.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/version.h"
#include "core/words.h"
#include "loaders/video/clip_writer.h"
#include "models/cogvideox/tile_plan.h"
#include "models/layers/device_memory.h"
#include "models/layers/runtime.h"
#include "models/tokenizers/t5_tokenizer.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

using loaders::Shot;
using loaders::Split;
using loaders::Story;

constexpr const char* kTiling = "vae_tiling";  ///< what the record calls it

std::vector<std::string> ips_of(const Split& part) {
  std::vector<std::string> ips;
  for (const Story& story : part.stories) {
    if (std::find(ips.begin(), ips.end(), story.ip) == ips.end()) ips.push_back(story.ip);
  }
  return ips;
}

void require_known_shots(const LastFrames& last_frames, const Split& split, const fs::path& file) {
  std::set<std::string> known;
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots) known.insert(fmt::format("{}/{}", story.id, shot.number));
  }
  for (const std::string& name : last_frames.names()) {
    if (!known.contains(name)) {
      throw BadInput(
          fmt::format("{}: {:?} is no shot of the split; tensors are named "
                      "<story>/<shot>, as in {:?}",
                      file.string(), name, known.empty() ? "cat/0/1" : *known.begin()));
    }
  }
}

Json hash_of(const std::optional<fs::path>& file) {
  return file ? Json(sha256_file(*file)) : Json(nullptr);
}

/// Whether decoding in tiles is another thing than decoding in one piece, and possible. Where it
/// was asked for, a VAE whose tiles can't be made is an error.
bool tiles_can_be_made(const VideoRequest& request, const EnginePlan& plan,
                       const std::vector<std::int64_t>& sizes) {
  try {
    return models::plan_tiles(plan.vae, plan.video.vae.string()).applies_to(sizes[3], sizes[4]);
  } catch (const BadInput&) {
    if (request.memory.tiling == TilingWish::on) throw;
    return false;
  }
}

/// Not the paper's models: an engine that can run what is published of them.
std::string_view compatible_with(std::string_view baseline) {
  if (baseline == kAnimeShooterGen) return "AnimeShooterGen";
  return baseline == kCogVideoLora ? "CogVideo-LoRA" : "CogVideoX-5B-I2V";
}

}  // namespace

models::Placement placement_of(const VideoRequest& request) {
  const c10::Device device = models::parse_device(request.device);
  if (request.dtype) return {device, models::parse_precision(*request.dtype)};
  // On CPUs without its instructions bfloat16 is hundreds of times slower, so nothing but a wish
  // makes it happen there.
  if (device.is_cpu()) return {device, models::Precision::fp32};
  if (request.baseline != kAnimeShooterGen) return {device, models::Precision::bf16};
  return {device, read_manifest(request.model).sampling.precision};
}

EnginePlan make_plan(const VideoRequest& request, const models::Placement& placement) {
  const EngineOverrides overrides{.steps = request.steps, .precision = placement.precision};
  if (request.baseline == kAnimeShooterGen) return plan_animeshooter_gen(request.model, overrides);
  if (request.baseline == kCogVideoLora)
    return plan_cogvideo_lora(request.model, ips_of(*request.part), overrides);
  if (request.baseline == kKeyframeI2v) return plan_keyframe_i2v(request.model, overrides);
  throw UsageError(fmt::format("Baseline {:?} is no network; choose {}, {} or {}", request.baseline,
                               kAnimeShooterGen, kCogVideoLora, kKeyframeI2v));
}

void require_settings(const VideoRequest& request) {
  const bool wants_keyframes = request.baseline == kKeyframeI2v;
  if (wants_keyframes && !request.keyframes) {
    throw UsageError(fmt::format(
        "Baseline {} begins every shot with a picture that you provide: --keyframes DIR, with "
        "DIR/<story>/shot_01.png and so on, made by any image generator",
        request.baseline));
  }
  if (!wants_keyframes && request.keyframes) {
    throw UsageError(fmt::format("--keyframes has no effect on {}: {} begins shots with them",
                                 request.baseline, kKeyframeI2v));
  }
  if (request.baseline != kAnimeShooterGen && request.last_frames) {
    throw UsageError(
        fmt::format("--last-frames has no effect on {}: its shots do not depend on the one before",
                    request.baseline));
  }
}

void require_inputs(const VideoRequest& request, const EnginePlan& plan) {
  GeneratorInputs inputs;
  inputs.split = request.split;
  inputs.part = request.part;
  if (const auto need = need_captions(inputs); !need.empty()) {
    throw BadInput(
        fmt::format("Baseline {} does not work with this split: {}", request.baseline, need));
  }
  if (!plan.manifest) return;
  for (const Story& story : request.part->stories) {
    if (!story.shots.empty() && !reference_file(*request.split, story, story.shots.front())) {
      throw BadInput(
          fmt::format("Baseline {} needs a reference image of every story, but {} has "
                      "none",
                      request.baseline, story.id));
    }
  }
}

std::optional<models::NoiseFile> noise_of(const VideoRequest& request) {
  if (!request.noise) return std::nullopt;
  return models::NoiseFile::open(*request.noise);
}

std::optional<LastFrames> last_frames_of(const VideoRequest& request) {
  if (!request.last_frames) return std::nullopt;
  LastFrames frames(*request.last_frames);
  require_known_shots(frames, *request.split, *request.last_frames);
  return frames;
}

std::optional<Keyframes> keyframes_of(const VideoRequest& request) {
  if (!request.keyframes) return std::nullopt;
  Keyframes keyframes(*request.keyframes, *request.split);
  keyframes.require(*request.part);
  return keyframes;
}

std::set<std::string> cut_captions(const VideoRequest& request, const EnginePlan& plan) {
  std::set<std::string> cut;
  if (plan.manifest) return cut;  // the language model reads all of it
  const auto tokenizer = models::T5Tokenizer::load(plan.folder / "tokenizer");
  const auto tokens = static_cast<std::size_t>(plan.transformer.text_tokens);
  for (const Story& story : request.part->stories) {
    for (const Shot& shot : story.shots) {
      if (tokenizer.encode_padded(shot.caption.value(), tokens).truncated)
        cut.insert(fmt::format("{}/{}", story.id, shot.number));
    }
  }
  return cut;
}

MemoryChoice memory_of(const VideoRequest& request, const EnginePlan& plan,
                       const models::Placement& placement) {
  MemoryWishes wishes = request.memory;
  if (wishes.tiling == TilingWish::automatic) {
    const auto there = recorded_setting(request.out, kTiling);
    if (there && *there == "on") wishes.tiling = TilingWish::on;
    if (there && *there == "off") wishes.tiling = TilingWish::off;
  }
  const auto sizes = latent_sizes_of(plan.clip, plan.transformer, plan.vae);
  std::size_t shots = 0;
  for (const Story& story : request.part->stories) shots = std::max(shots, story.shots.size());
  return choose_memory(
      wishes,
      [&](Offload offload, models::VaeTiling tiling) {
        return plan.memory(placement, static_cast<std::int64_t>(shots), offload, tiling);
      },
      tiles_can_be_made(request, plan, sizes),
      request.free_memory ? request.free_memory : models::free_memory(placement.device));
}

Json settings_of(const VideoRequest& request, const EnginePlan& plan, const Keyframes* keyframes,
                 const models::Placement& placement, const MemoryPlan& memory) {
  Json json;
  json["baseline"] = request.baseline;
  json["compatible_with"] = compatible_with(request.baseline);
  json[plan.manifest ? "manifest" : "model"] = plan.settings();
  json["weights"] = plan.hashes();
  json["seed"] = request.seed;
  json["split"] = request.split->sha256;
  json["device"] = placement.device.is_cpu() ? "cpu" : "cuda";
  json["dtype"] = models::dtype_name(placement.precision);
  json["noise"] = hash_of(request.noise);
  json["last_frames"] = hash_of(request.last_frames);
  // Tiles change the videos a little; where the networks are in the meantime changes nothing.
  json[kTiling] = memory.tiling == models::VaeTiling::on ? "on" : "off";
  if (keyframes != nullptr) json["keyframes"] = keyframes->hashes();
  json["frames"] = request.frames == FrameForm::png ? "png" : loaders::codec_at_hand().name;
  json["versions"] = {{"asbench", build_info().version}, {"libtorch", TORCH_VERSION}};
  return json;
}

void require_patience(const VideoRequest& request, const ShotCost& cost, std::size_t shots,
                      const models::Placement& placement) {
  if (!placement.device.is_cpu()) return;
  const double seconds = cpu_seconds(cost, models::thread_count());
  if (seconds <= kLongShotSeconds) return;
  const std::string estimate = fmt::format(
      "One shot takes about {} on this CPU, {} about {} (computed: {:.3g} operations a shot)",
      duration_in_words(seconds), counted(static_cast<std::int64_t>(shots), "shot", "shots"),
      duration_in_words(seconds * static_cast<double>(shots)), cost.flops());
  if (!request.long_runs) {
    throw UsageError(fmt::format(
        "{}.\n  Use a GPU (--device cuda), fewer --steps, or say --yes to begin.", estimate));
  }
  if (request.say) request.say(estimate + ".\n");
}

}  // namespace asbench::baselines
