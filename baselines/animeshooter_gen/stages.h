#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "baselines/animeshooter_gen/conditions.h"
#include "baselines/animeshooter_gen/cost.h"
#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/manifest.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "models/layers/placement.h"

namespace asbench::baselines {

/// The networks of a run: loaded when they are asked for and, under Offload::stage, freed when
/// those of another stage are. A reference is good until the next call. One thread at a time.
class Stages {
 public:
  /// @param plan  outlives this
  Stages(const EnginePlan& plan, const models::Placement& placement, Offload offload)
      : plan_(plan), placement_(placement), offload_(offload) {}

  /// Loads what can be loaded before the first story: everything, or under Offload::stage the
  /// decoder once, so that a fault in its files is told before hours of denoising.
  /// @param lora  of the first story's transformer
  /// @throws as load_conditions(), load_transformer() and load_decoder()
  void begin(const std::optional<LoraSettings>& lora);

  [[nodiscard]] ConditionModel& conditions();
  /// Of plans whose first frame is given.
  [[nodiscard]] const models::VaeEncoder& encoder();
  /// With transformer and scheduler; the decoder may be missing.
  /// @param lora  of the transformer; another one than before loads it again
  [[nodiscard]] const VideoModel& denoiser(const std::optional<LoraSettings>& lora);
  /// With the decoder; the transformer may be missing.
  [[nodiscard]] const VideoModel& decoder();

  /// How often a stage was loaded, and how long all of that took.
  [[nodiscard]] std::int64_t loads() const { return loads_; }
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  enum class Stage { conditions, encoding, denoising, decoding };

  /// Frees the other stages' networks, where they don't stay.
  void make_room_for(Stage stage);
  template <typename Load>
  void timed(Load load);

  const EnginePlan& plan_;
  const models::Placement placement_;
  const Offload offload_;
  std::unique_ptr<ConditionModel> conditions_;  ///< begun stories refer to it: it stays, unloaded
  bool has_conditions_ = false;
  VideoModel video_;
  bool has_transformer_ = false;
  bool has_decoder_ = false;
  std::optional<LoraSettings> lora_;  ///< of the transformer that is loaded
  std::int64_t loads_ = 0;
  double seconds_ = 0.0;
};

}  // namespace asbench::baselines
