#include "baselines/animeshooter_gen/generate_videos.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/generation_record.h"
#include "baselines/animeshooter_gen/keyframes.h"
#include "baselines/animeshooter_gen/last_frames.h"
#include "baselines/animeshooter_gen/stages.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "baselines/animeshooter_gen/video_request.h"
#include "baselines/story_reference.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/version.h"
#include "loaders/image_file.h"
#include "models/kernels/matrix_product.h"
#include "models/layers/device_memory.h"
#include "models/layers/runtime.h"
#include "models/samplers/noise_file.h"
#include "models/samplers/shot_noise.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

using loaders::Shot;
using loaders::Split;
using loaders::Story;

class Stopwatch {
 public:
  /// Seconds since the last time.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// A damaged weight, or a type too narrow for it, makes NaN of all that follows.
/// @param values  about as large as what networks make: a sum of them is finite where they are
void require_finite(const at::Tensor& values, std::string_view what, const Story& story, int shot,
                    const models::Placement& placement) {
  if (std::isfinite(values.sum().item<float>())) return;
  throw BadInput(
      fmt::format("{} shot {}: {} NaN or infinity, computed in {}. Nothing was written for this "
                  "shot.\n  Compare the weights with their published SHA-256, or try --dtype fp32.",
                  story.id, shot, what, models::dtype_name(placement.precision)));
}

void stop_if_interrupted() {
  if (interrupted())
    throw BadInput("interrupted. Finished shots are kept; the same command resumes.");
}

/// What all shots of a run share.
class Run {
 public:
  Run(const VideoRequest& request, EnginePlan plan, const models::Placement& placement)
      : request_(request),
        plan_(std::move(plan)),
        placement_(placement),
        sizes_(latent_sizes_of(plan_.clip, plan_.transformer, plan_.vae)),
        files_(request.out, request.frames, plan_.clip.frames_per_second),
        noise_(noise_of(request)),
        last_frames_(last_frames_of(request)),
        keyframes_(keyframes_of(request)),
        cut_captions_(cut_captions(request, plan_)),
        memory_(memory_of(request_, plan_, placement_)),
        stages_(plan_, placement_, memory_.plan.offload) {}

  GenerateReport go();

 private:
  /// The shots of a story that are to be made; where frames are handed on, all from the first of
  /// them on.
  struct Work {
    const Story* story = nullptr;
    std::vector<const Shot*> missing;
  };

  [[nodiscard]] bool is_finished(const Story& story, const Shot& shot,
                                 const GenerationRecord& record) const;
  [[nodiscard]] Work work_of(const Story& story, const GenerationRecord& record) const;
  [[nodiscard]] fs::path dump_file(const Story& story, const Shot& shot) const {
    return *request_.dump / story.id / fmt::format("shot_{:02}.safetensors", shot.number);
  }
  /// Refuses what given noise and keyframes lack for these shots.
  void try_given(const std::vector<Work>& stories) const;
  /// A shot on its way through the stages.
  struct ShotInHand {
    const Shot* shot = nullptr;
    ShotRecord made;
    at::Tensor condition;                     ///< [2, L, D]
    std::optional<models::ShotNoise> random;  ///< the shot's stream, at its place
    at::Tensor first_frame = {};              ///< [1, F, C, h, w]; undefined: none is given
    at::Tensor latents = {};                  ///< [1, F, C, h, w]; undefined before denoise_shot()
  };

  void make_story(const Work& work, GenerationRecord& record, Progress& progress);
  /// Encodes all keyframes, denoises all, then decodes and writes all: each stage's networks are
  /// loaded once.
  void finish_shots(const Story& story, std::vector<ShotInHand>& shots, GenerationRecord& record,
                    Progress& progress);
  /// Goes on with latents that a run before left, of a shot that was denoised and not decoded.
  [[nodiscard]] bool take_up(const Story& story, ShotInHand& in_hand, Progress& progress);
  void encode_keyframe(const Story& story, ShotInHand& in_hand);
  void denoise_shot(const Story& story, ShotInHand& in_hand, Progress& progress);
  void decode_shot(const Story& story, ShotInHand& in_hand);
  /// What the record says of this run.
  [[nodiscard]] Json account() const;
  /// What the shot after this one begins with.
  [[nodiscard]] Image handed_on(const Story& story, const Shot& shot) const;

  const VideoRequest& request_;
  EnginePlan plan_;
  const models::Placement placement_;
  const std::vector<std::int64_t> sizes_;
  const ShotFiles files_;
  // What a user provides is looked at before weights are.
  const std::optional<models::NoiseFile> noise_;
  const std::optional<LastFrames> last_frames_;
  const std::optional<Keyframes> keyframes_;
  const std::set<std::string> cut_captions_;
  const MemoryChoice memory_;
  Stages stages_;
  std::optional<models::MemoryMeter> meter_;  ///< from before the first network on
};

bool Run::is_finished(const Story& story, const Shot& shot, const GenerationRecord& record) const {
  return record.has(story.id, shot.number) && files_.is_there(story.id, shot.number) &&
         (!request_.dump || is_file(dump_file(story, shot)));
}

Run::Work Run::work_of(const Story& story, const GenerationRecord& record) const {
  Work work{.story = &story, .missing = {}};
  for (const Shot& shot : story.shots) {
    if (!is_finished(story, shot, record)) work.missing.push_back(&shot);
  }
  if (work.missing.empty() || !plan_.manifest) return work;
  // Shots depend on those before them: what follows a missing one is made again, and so is
  // everything from the first shot whose last frame is needed and gone.
  const Shot* first = work.missing.front();
  for (const Shot& shot : story.shots) {
    if (&shot == first) break;
    const bool given = last_frames_ && last_frames_->find(story.id, shot.number);
    if (!given && !files_.has_handed_on(story.id, shot.number)) {
      first = &shot;
      break;
    }
  }
  work.missing.clear();
  for (const Shot& shot : story.shots) {
    if (&shot >= first) work.missing.push_back(&shot);
  }
  return work;
}

void Run::try_given(const std::vector<Work>& stories) const {
  for (const Work& work : stories) {
    for (const Shot* shot : work.missing) {
      if (noise_) static_cast<void>(noise_->take(work.story->id, shot->number, sizes_));
      if (keyframes_) static_cast<void>(keyframes_->read(work.story->id, shot->number));
    }
  }
}

Image Run::handed_on(const Story& story, const Shot& shot) const {
  if (last_frames_) {
    if (auto given = last_frames_->find(story.id, shot.number)) return std::move(*given);
  }
  auto frame = files_.handed_on(story.id, shot.number);
  if (!frame) {
    throw InternalError(fmt::format("{} shot {}: its last frame is gone", story.id, shot.number));
  }
  return std::move(*frame);
}

bool Run::take_up(const Story& story, ShotInHand& in_hand, Progress& progress) {
  auto denoised = files_.denoised(story.id, in_hand.shot->number, sizes_);
  if (!denoised) return false;
  in_hand.latents = denoised->latents.to(placement_.device);
  in_hand.made.denoising_seconds = denoised->denoising_seconds;
  in_hand.made.encoding_seconds = denoised->encoding_seconds;
  progress.advance(plan_.sampling.steps);
  return true;
}

void Run::encode_keyframe(const Story& story, ShotInHand& in_hand) {
  const models::VaeEncoder& encoder = stages_.encoder();
  Stopwatch watch;
  // Drawn before the noise, also where that is given, as the published pipeline does.
  const at::Tensor of_posterior = in_hand.random->draw({1, sizes_[2], 1, sizes_[3], sizes_[4]});
  in_hand.first_frame = latents_of_keyframe(
      encoder, pixels_of_keyframe(keyframes_->read(story.id, in_hand.shot->number), plan_.clip),
      of_posterior, sizes_[1]);
  models::synchronize(placement_.device);
  in_hand.made.encoding_seconds = watch.lap();
}

void Run::denoise_shot(const Story& story, ShotInHand& in_hand, Progress& progress) {
  const VideoModel& video = stages_.denoiser(plan_.lora_of(story.ip));
  Stopwatch watch;
  ShotRecord& made = in_hand.made;
  const int number = in_hand.shot->number;
  models::ShotNoise& random = *in_hand.random;
  const auto draw = [&random](at::IntArrayRef sizes) { return random.draw(sizes); };
  const at::Tensor noise = noise_ ? noise_->take(story.id, number, sizes_) : random.draw(sizes_);
  in_hand.latents = denoise(
      video, plan_.sampling,
      {.condition = in_hand.condition,
       .noise = noise,
       .first_frame = in_hand.first_frame,
       .draw = draw,
       .uneven = request_.uneven_steps ? models::UnevenSteps::allow : models::UnevenSteps::refuse},
      [&](std::size_t step, const at::Tensor&, const at::Tensor& latents) {
        stop_if_interrupted();
        models::synchronize(placement_.device);
        require_finite(latents, fmt::format("the latents after step {} have", step + 1), story,
                       number, placement_);
        progress.advance();
      });
  made.denoising_seconds = watch.lap();
  in_hand.random.reset();
  in_hand.first_frame.reset();
}

void Run::decode_shot(const Story& story, ShotInHand& in_hand) {
  const VideoModel& video = stages_.decoder();
  Stopwatch watch;
  const int number = in_hand.shot->number;
  const at::Tensor levels = [&] {
    const at::Tensor pixels = decode(video, in_hand.latents, memory_.plan.tiling);
    require_finite(pixels, "the decoded video has", story, number, placement_);
    return levels_of(pixels);
  }();
  in_hand.made.decoding_seconds = watch.lap();
  if (plan_.manifest) files_.hand_on(story.id, number, frame_of(levels, levels.size(0) - 1));
  if (request_.dump) {
    const fs::path file = dump_file(story, *in_hand.shot);
    make_folders(file.parent_path());
    write_tensors(
        file, {{"condition", in_hand.condition}, {"latents", in_hand.latents}, {"frames", levels}});
  }
  files_.write(story.id, number, levels);
}

void Run::finish_shots(const Story& story, std::vector<ShotInHand>& shots, GenerationRecord& record,
                       Progress& progress) {
  for (ShotInHand& in_hand : shots) {
    in_hand.made.seed = models::shot_seed(request_.seed, story.id, in_hand.shot->number);
    in_hand.made.steps = plan_.sampling.steps;
    in_hand.made.guidance = plan_.sampling.guidance.scale;
    in_hand.made.given_noise = noise_.has_value();
    in_hand.random.emplace(in_hand.made.seed);
    if (!take_up(story, in_hand, progress) && keyframes_) encode_keyframe(story, in_hand);
  }
  for (ShotInHand& in_hand : shots) {
    if (in_hand.latents.defined()) continue;
    denoise_shot(story, in_hand, progress);
    // The decoder is yet to be loaded, other shots come first: what took hours is not lost.
    if (memory_.plan.offload != Offload::stage) continue;
    files_.put_aside(story.id, in_hand.shot->number,
                     {.latents = in_hand.latents,
                      .denoising_seconds = in_hand.made.denoising_seconds,
                      .encoding_seconds = in_hand.made.encoding_seconds});
  }
  for (ShotInHand& in_hand : shots) {
    stop_if_interrupted();
    decode_shot(story, in_hand);
    record.describe_run(account());
    record.add(story.id, in_hand.shot->number, in_hand.made);
    in_hand = {};
  }
  shots.clear();
}

void Run::make_story(const Work& work, GenerationRecord& record, Progress& progress) {
  const Story& story = *work.story;
  const auto conditions = stages_.conditions().begin_story();
  const bool autoregressive = stages_.conditions().hands_frames_on();
  // Shots that don't need each other go through each stage together, where loading it costs.
  const bool together = !autoregressive && memory_.plan.offload == Offload::stage;
  Image picture;
  if (autoregressive) {
    picture =
        loaders::read_image(reference_file(*request_.split, story, story.shots.front()).value());
  }
  std::vector<ShotInHand> in_hand;
  for (const Shot& shot : story.shots) {
    const bool missing =
        std::find(work.missing.begin(), work.missing.end(), &shot) != work.missing.end();
    if (!missing && !autoregressive) continue;
    stop_if_interrupted();
    static_cast<void>(stages_.conditions());  // loaded again, where it was freed
    Stopwatch watch;
    const at::Tensor condition = conditions->next_shot(picture, shot.caption.value());
    require_finite(condition, "the condition has", story, shot.number, placement_);
    if (missing) {
      ShotInHand next{.shot = &shot, .made = {}, .condition = condition, .random = {}};
      next.made.condition_seconds = watch.lap();
      next.made.given_last_frame =
          last_frames_ && last_frames_->find(story.id, shot.number).has_value();
      next.made.caption_cut = cut_captions_.contains(fmt::format("{}/{}", story.id, shot.number));
      in_hand.push_back(std::move(next));
      if (!together) finish_shots(story, in_hand, record, progress);
    }
    if (autoregressive && &shot != &story.shots.back()) picture = handed_on(story, shot);
  }
  finish_shots(story, in_hand, record, progress);
  files_.forget(story.id);
}

Json Run::account() const {
  const MemoryPlan& plan = memory_.plan;
  const BuildInfo& build = build_info();
  Json json;
  json["program"] = {{"version", build.version}, {"commit", build.commit}, {"dirty", build.dirty}};
  json["device"] = models::describe_device(placement_.device);
  json["threads"] = models::thread_count();
  json["products"] = placement_.device.is_cpu() ? models::product_kernels().name : "cuBLAS";
  json["offload"] = name_of(plan.offload);
  json["loads"] = {{"stages", stages_.loads()}, {"seconds", stages_.seconds()}};
  const auto grown = meter_ ? meter_->growth() : std::nullopt;
  json["peak_memory"] = {{"planned", placement_.device.is_cpu() ? plan.resident() : plan.needed()},
                         {"measured", grown ? Json(*grown) : Json(nullptr)}};
  return json;
}

GenerateReport Run::go() {
  GenerationRecord record(
      request_.out,
      settings_of(request_, plan_, keyframes_ ? &*keyframes_ : nullptr, placement_, memory_.plan),
      plan_.adaptations());
  GenerateReport report;
  std::vector<Work> stories;
  for (const Story& story : request_.part->stories) {
    Work work = work_of(story, record);
    const auto missing = static_cast<int>(work.missing.size());
    report.written += missing;
    report.kept += static_cast<int>(story.shots.size()) - missing;
    if (missing > 0) {
      stories.push_back(std::move(work));
    } else {
      files_.forget(story.id);  // of a run that was killed between its last shot and its end
    }
  }
  if (stories.empty()) return report;
  require_patience(request_, plan_.cost(placement_), static_cast<std::size_t>(report.written),
                   placement_);
  try_given(stories);  // before anything is written
  if (request_.say) {
    request_.say(describe(memory_.plan, models::describe_device(placement_.device)) + "  " +
                 memory_.reason + "\n");
  }
  if (request_.say && !cut_captions_.empty()) {
    request_.say(fmt::format(
        "{} longer than the {} tokens that the text encoder reads, and cut there: {}{}\n",
        cut_captions_.size() == 1 ? "1 caption is"
                                  : fmt::format("{} captions are", cut_captions_.size()),
        plan_.transformer.text_tokens, *cut_captions_.begin(),
        cut_captions_.size() == 1 ? "" : ", ..."));
  }
  record.begin();
  remove_abandoned_temporaries(request_.out, Sweep::folder_and_below);
  meter_.emplace(placement_.device);
  stages_.begin(plan_.lora_of(stories.front().story->ip));
  Progress progress(request_.baseline, report.written * plan_.sampling.steps, request_.progress);
  for (const Work& work : stories) make_story(work, record, progress);
  record.describe_run(account());
  record.finish();
  return report;
}

}  // namespace

GenerateReport generate_videos(const VideoRequest& request) {
  const models::InferenceScope scope;
  models::return_large_blocks_at_once();
  require_settings(request);
  const models::Placement placement = placement_of(request);
  EnginePlan plan = make_plan(request, placement);
  require_inputs(request, plan);
  const models::SchedulerConfig scheduler = plan.video.read_scheduler();
  if (scheduler.replaced_spacing && request.say) {
    request.say(fmt::format(
        "{}: timestep_spacing is {}; trailing is used, as the model's authors run it.\n",
        (plan.video.scheduler / "scheduler_config.json").string(), *scheduler.replaced_spacing));
  }
  // Also tells what the sampler makes of the number of steps, before anything is loaded.
  static_cast<void>(models::trailing_timesteps(
      plan.sampling.steps, scheduler.train_steps,
      request.uneven_steps ? models::UnevenSteps::allow : models::UnevenSteps::refuse));
  try {
    return Run(request, std::move(plan), placement).go();
  } catch (...) {
    models::rethrow_torch_error(fmt::format("{} on {}", request.baseline, placement.device.str()));
  }
}

}  // namespace asbench::baselines
