#include "baselines/animeshooter_gen/stages.h"

#include <chrono>

#include "models/layers/device_memory.h"
#include "models/layers/runtime.h"

namespace asbench::baselines {
namespace {

bool same(const std::optional<LoraSettings>& one, const std::optional<LoraSettings>& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  return one->path == other->path && one->scale == other->scale;
}

}  // namespace

template <typename Load>
void Stages::timed(Load load) {
  const models::InferenceScope scope;
  const auto begin = std::chrono::steady_clock::now();
  load();
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ++loads_;
}

void Stages::begin(const std::optional<LoraSettings>& lora) {
  video_.scheduler = plan_.video.read_scheduler();
  if (offload_ == Offload::stage) {
    static_cast<void>(decoder());
    return;
  }
  static_cast<void>(conditions());
  if (plan_.video.first_frame == FirstFrame::given) static_cast<void>(encoder());
  static_cast<void>(denoiser(lora));
  static_cast<void>(decoder());
}

void Stages::make_room_for(Stage stage) {
  if (offload_ == Offload::none) return;
  bool freed = false;
  if (stage != Stage::conditions && has_conditions_) {
    conditions_->unload();
    has_conditions_ = false;
    freed = true;
  }
  if (stage != Stage::encoding && video_.encoder) {
    video_.encoder.reset();
    freed = true;
  }
  if (stage != Stage::denoising && has_transformer_) {
    video_.transformer = {};
    has_transformer_ = false;
    freed = true;
  }
  if (stage != Stage::decoding && has_decoder_) {
    video_.vae = {};
    has_decoder_ = false;
    freed = true;
  }
  if (freed) models::return_freed_memory(placement_.device);
}

ConditionModel& Stages::conditions() {
  if (has_conditions_) return *conditions_;
  make_room_for(Stage::conditions);
  timed([&] {
    if (conditions_) {
      conditions_->reload();
    } else {
      conditions_ = load_conditions(plan_, placement_);
    }
  });
  has_conditions_ = true;
  return *conditions_;
}

const models::VaeEncoder& Stages::encoder() {
  if (video_.encoder) return *video_.encoder;
  make_room_for(Stage::encoding);
  timed([&] { video_.encoder = load_encoder(plan_.video, placement_); });
  return *video_.encoder;
}

const VideoModel& Stages::denoiser(const std::optional<LoraSettings>& lora) {
  if (has_transformer_ && same(lora, lora_)) return video_;
  make_room_for(Stage::denoising);
  if (has_transformer_) {  // first, so that two are never in memory
    video_.transformer = {};
    has_transformer_ = false;
    models::return_freed_memory(placement_.device);
  }
  timed([&] {
    VideoModelFolders folders = plan_.video;
    folders.lora = lora;
    video_.transformer = load_transformer(folders, placement_);
  });
  has_transformer_ = true;
  lora_ = lora;
  return video_;
}

const VideoModel& Stages::decoder() {
  if (has_decoder_) return video_;
  make_room_for(Stage::decoding);
  timed([&] { video_.vae = load_decoder(plan_.video, placement_); });
  has_decoder_ = true;
  return video_;
}

}  // namespace asbench::baselines
