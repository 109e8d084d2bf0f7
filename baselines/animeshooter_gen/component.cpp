#include "baselines/animeshooter_gen/component.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "baselines/animeshooter_gen/manifest.h"
#include "baselines/animeshooter_gen/model_folder.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "models/cogvideox/transformer.h"
#include "models/cogvideox/vae_decoder.h"
#include "models/cogvideox/vae_encoder.h"
#include "models/layers/runtime.h"
#include "models/multimodal/multimodal_config.h"
#include "models/multimodal/projector.h"
#include "models/multimodal/vision_features.h"
#include "models/qformer/qformer.h"
#include "models/qwen2/key_value_cache.h"
#include "models/qwen2/qwen2.h"
#include "models/samplers/guidance.h"
#include "models/samplers/noise_schedule.h"
#include "models/samplers/sampler.h"
#include "models/samplers/scheduler_config.h"
#include "models/t5/t5_encoder.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

using models::DType;
using Tensors = std::map<std::string, at::Tensor>;

/// A folder with a manifest says where its parts are; one without has them at the usual places.
struct ModelFolder {
  explicit ModelFolder(fs::path root) : folder(std::move(root)) {
    if (is_file(folder / kManifestName)) manifest = read_manifest(folder);
  }
  [[nodiscard]] Manifest::Paths paths() const {
    return manifest ? manifest->paths : Manifest::Paths{};
  }
  [[nodiscard]] models::Checkpoint open(const fs::path& part) const {
    return open_part(folder / part);
  }

  fs::path folder;
  std::optional<Manifest> manifest;
};

struct Call {
  const ModelFolder& model;
  TensorReader& in;
  const models::Placement& placement;
};

/// What a part gives, as the tables of docs/design/animeshootergen.md 8 have it: float32.
at::Tensor as_float(const at::Tensor& tensor) {
  return tensor.to(at::kFloat);
}

Tensors run_transformer(const Call& call) {
  const at::Tensor video = call.in.take("hidden_states", DType::f32, 5);
  const at::Tensor text = call.in.take("encoder_hidden_states", DType::f32, 3);
  const at::Tensor time = call.in.take("timestep", DType::i64, 1);
  call.in.finish();
  const auto transformer = models::load_cogvideox_transformer(
      call.model.folder / call.model.paths().transformer, {.placement = call.placement});
  return {{"sample", as_float(models::run(transformer, {video, text, time}))}};
}

Tensors run_vae_decoder(const Call& call) {
  const at::Tensor latents = call.in.take("latents", DType::f32, 5);
  const at::Tensor tiling = call.in.take_if_there("tiling", DType::i64, 1);
  call.in.finish();
  auto mode = models::VaeTiling::off;
  if (tiling.defined()) {
    const std::int64_t value = tiling.numel() == 1 ? tiling.item<std::int64_t>() : -1;
    if (value != 0 && value != 1)
      call.in.refuse("\"tiling\" must be one value: 0 or 1 (tiled decoding)");
    if (value == 1) mode = models::VaeTiling::on;
  }
  const auto decoder =
      models::load_vae_decoder(call.model.open(call.model.paths().vae), call.placement);
  return {{"sample", as_float(models::decode_latents(decoder, latents, mode))}};
}

Tensors run_vae_encoder(const Call& call) {
  const at::Tensor sample = call.in.take("sample", DType::f32, 5);
  call.in.finish();
  const auto encoder =
      models::load_vae_encoder(call.model.open(call.model.paths().vae), call.placement);
  const auto posterior = models::encode_frames(encoder, sample);
  return {{"mean", as_float(posterior.mean)}, {"logvar", as_float(posterior.logvar)}};
}

/// The network's outputs for a step: given ones, or the transformer's.
using Velocities = std::function<at::Tensor(std::size_t step, const at::Tensor& latents)>;

at::Tensor trajectory_of(const at::Tensor& noise, models::Sampler sampler,
                         const Velocities& velocities, double g) {
  std::vector<at::Tensor> samples;
  at::Tensor latents = noise.clone();
  const std::size_t steps = sampler.timesteps().size();
  for (std::size_t i = 0; i < steps; ++i) {
    const at::Tensor outputs = velocities(i, latents).to(at::kFloat);
    const at::Tensor velocity = outputs.size(0) == 2 ? models::guide(outputs, g) : outputs;
    latents = sampler.step(latents, velocity);
    samples.push_back(latents);
  }
  return at::stack(samples);
}

/// What guides: the number of branches and, of two, how strongly.
double read_guidance(TensorReader& in, std::int64_t branches) {
  if (branches != 1 && branches != 2)
    in.refuse(fmt::format("{} branches; 1 (unguided) or 2 (null, cond) are possible", branches));
  if (branches == 1) return 1.0;  // a guidance scale is then one tensor too many
  const at::Tensor scale = in.take("guidance_scale", DType::f64, 1);
  if (scale.numel() != 1) in.refuse("\"guidance_scale\" must be one value");
  return scale.item<double>();
}

Tensors run_scheduler(const Call& call) {
  const at::Tensor steps = call.in.take("num_inference_steps", DType::i64, 1);
  if (steps.numel() != 1) call.in.refuse("\"num_inference_steps\" must be one value");
  const at::Tensor noise = call.in.take_if_there("latents", DType::f32, 5);
  at::Tensor given, conditions, draws;
  double g = 1.0;
  if (noise.defined()) {
    given = call.in.take_if_there("model_output", DType::f32, 6);
    conditions = call.in.take_if_there("encoder_hidden_states", DType::f32, 3);
    draws = call.in.take_if_there("noise", DType::f32, 6);
    if (given.defined() == conditions.defined()) {
      call.in.refuse("\"latents\" needs one of \"model_output\" and \"encoder_hidden_states\"");
    }
    g = read_guidance(call.in, given.defined() ? given.size(1) : conditions.size(0));
  }
  call.in.finish();
  const auto paths = call.model.paths();
  // As `generate` does: a published folder's timesteps are trailing ones whatever it says.
  const auto config = models::read_scheduler_config(
      call.model.folder / paths.scheduler,
      call.model.manifest ? models::OtherSpacing::refuse : models::OtherSpacing::replace);
  const models::NoiseSchedule schedule(config, steps.item<std::int64_t>(),
                                       models::UnevenSteps::allow);
  Tensors made = {{"alphas_cumprod", at::tensor(schedule.alphas(), at::kDouble)},
                  {"timesteps", at::tensor(schedule.timesteps(), at::kLong)}};
  if (!noise.defined()) return made;
  if (noise.size(0) != 1) call.in.refuse("\"latents\" must be of one video: [1, F, C, h, w]");
  const bool dpm = config.sampler == models::SamplerKind::dpm;
  if (dpm != draws.defined()) {
    call.in.refuse(dpm ? "a CogVideoXDPMScheduler draws noise in every step: \"noise\" is missing"
                       : "\"noise\" is for a CogVideoXDPMScheduler; this one draws none");
  }
  std::int64_t drawn = 0;
  models::Sampler sampler(
      dpm ? models::SamplerKind::dpm : models::SamplerKind::ddim, schedule,
      [&](at::IntArrayRef sizes) {
        if (drawn == draws.size(0) || draws.sizes().slice(1) != sizes) {
          call.in.refuse(fmt::format("\"noise\" is [{}]; draw {} of [{}] is needed",
                                     fmt::join(draws.sizes(), ", "), drawn + 1,
                                     fmt::join(sizes, ", ")));
        }
        return draws.select(0, drawn++);
      });
  if (given.defined()) {
    if (given.size(0) != static_cast<std::int64_t>(schedule.steps()) ||
        given.sizes().slice(2) != noise.sizes().slice(1)) {
      call.in.refuse(fmt::format("\"model_output\" is [{}]; [{}, G, {}] is needed",
                                 fmt::join(given.sizes(), ", "), schedule.steps(),
                                 fmt::join(noise.sizes().slice(1), ", ")));
    }
    made["trajectory"] = trajectory_of(
        noise, sampler,
        [&](std::size_t step, const at::Tensor&) {
          return given.select(0, static_cast<std::int64_t>(step));
        },
        g);
    return made;
  }
  const auto transformer = models::load_cogvideox_transformer(call.model.folder / paths.transformer,
                                                              {.placement = call.placement});
  const std::int64_t branches = conditions.size(0);
  made["trajectory"] = trajectory_of(
      noise, sampler,
      [&](std::size_t step, const at::Tensor& latents) {
        const auto time =
            at::full({branches}, schedule.timesteps()[step], at::TensorOptions().dtype(at::kLong));
        return models::run(transformer, {latents.expand({branches, -1, -1, -1, -1}).contiguous(),
                                         conditions, time})
            .to(at::kCPU);
      },
      g);
  return made;
}

Tensors run_vision_tower(const Call& call) {
  const at::Tensor pixels = call.in.take("pixel_values", DType::f32, 4);
  call.in.finish();
  const auto paths = call.model.paths();
  // Which layer is read stands above the part; without that file it is the usual one.
  const fs::path top =
      (call.model.folder / paths.llm).lexically_normal().parent_path() / "config.json";
  const std::int64_t layer =
      is_file(top) ? open_multimodal_folder(paths, call.model.folder).config.select_layer
                   : models::MultimodalConfig{}.select_layer;
  const auto tower =
      models::load_vision_features(call.model.open(paths.vision_tower), layer, call.placement);
  return {{"features", as_float(models::run(tower, pixels))}};
}

Tensors run_projector(const Call& call) {
  const at::Tensor features = call.in.take("features", DType::f32, 3);
  call.in.finish();
  const auto projector =
      models::load_projector(call.model.open(call.model.paths().mm_projector), call.placement);
  return {{"embeds", as_float(models::run(projector, features))}};
}

/// Lengths of the pieces that a sequence of `length` tokens is fed in.
std::vector<std::int64_t> read_split(TensorReader& in, const at::Tensor& split,
                                     std::int64_t length) {
  if (!split.defined()) return {length};
  std::vector<std::int64_t> pieces;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < split.numel(); ++i) {
    pieces.push_back(split[i].item<std::int64_t>());
    if (pieces.back() < 1 || pieces.back() > length)
      in.refuse(fmt::format("\"split\" has a piece of {} tokens", pieces.back()));
    sum += pieces.back();
  }
  if (sum != length)
    in.refuse(fmt::format("\"split\" sums to {}; the sequence has {} tokens", sum, length));
  return pieces;
}

Tensors run_llm(const Call& call) {
  at::Tensor embeds = call.in.take_if_there("inputs_embeds", DType::f32, 3);
  const at::Tensor ids = call.in.take_if_there("input_ids", DType::i64, 2);
  if (embeds.defined() == ids.defined())
    call.in.refuse("one of \"inputs_embeds\" and \"input_ids\" is needed");
  const at::Tensor split = call.in.take_if_there("split", DType::i64, 1);
  call.in.finish();
  const auto pieces = read_split(call.in, split, embeds.defined() ? embeds.size(1) : ids.size(1));
  const auto llm = models::load_qwen2(call.model.open(call.model.paths().llm), call.placement);
  if (ids.defined()) embeds = models::embed_tokens(llm, ids);
  models::KeyValueCache cache(llm.config);
  std::vector<at::Tensor> states;
  std::int64_t begin = 0;
  for (const std::int64_t length : pieces) {
    states.push_back(models::hidden_states(llm, embeds.narrow(1, begin, length), cache));
    begin += length;
  }
  return {{"hidden_states", as_float(at::cat(states, 2))}};
}

Tensors run_qformer(const Call& call) {
  const at::Tensor states = call.in.take("encoder_hidden_states", DType::f32, 3);
  const at::Tensor queries = call.in.take_if_there("query_embeds", DType::f32, 3);
  call.in.finish();
  const auto checkpoint = call.model.open(call.model.paths().qformer);
  models::QFormerOptions options =
      call.model.manifest ? call.model.manifest->qformer : models::qformer_options_of(checkpoint);
  options.needs_learnable_queries = false;
  const auto qformer = models::load_qformer(checkpoint, options, call.placement);
  const at::Tensor last = models::run(qformer, states, queries);
  Tensors made = {{"last_hidden_state", as_float(last)}};
  if (!qformer.projection.empty())
    made["condition"] = as_float(models::project_condition(qformer, last));
  return made;
}

Tensors run_t5(const Call& call) {
  const at::Tensor ids = call.in.take("input_ids", DType::i64, 2);
  call.in.finish();
  const auto encoder =
      models::load_t5_encoder(call.model.open(call.model.paths().text_encoder), call.placement);
  return {{"last_hidden_state", as_float(models::run(encoder, ids))}};
}

struct Component {
  std::string name;
  Tensors (*run)(const Call& call);
};

const std::vector<Component>& components() {
  static const std::vector<Component> all = {{"transformer", run_transformer},
                                             {"vae_decoder", run_vae_decoder},
                                             {"vae_encoder", run_vae_encoder},
                                             {"scheduler", run_scheduler},
                                             {"vision_tower", run_vision_tower},
                                             {"projector", run_projector},
                                             {"llm", run_llm},
                                             {"qformer", run_qformer},
                                             {"t5", run_t5}};
  return all;
}

}  // namespace

const std::vector<std::string>& component_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Component& component : components()) list.push_back(component.name);
    return list;
  }();
  return names;
}

void run_component(const ComponentRequest& request) {
  const models::InferenceScope scope;
  for (const Component& component : components()) {
    if (component.name != request.name) continue;
    const ModelFolder model(request.model);
    TensorReader in(request.in);
    Tensors made;
    try {
      made = component.run({model, in, request.placement});
    } catch (...) {
      models::rethrow_torch_error(request.name);
    }
    return write_tensors(request.out, made);
  }
  throw UsageError(fmt::format("Unknown component {:?}. Choose from: {}.", request.name,
                               fmt::join(component_names(), ", ")));
}

}  // namespace asbench::baselines
