#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "baselines/animeshooter_gen/cost.h"
#include "baselines/animeshooter_gen/engine_plan.h"
#include "baselines/animeshooter_gen/generate_videos.h"
#include "baselines/animeshooter_gen/keyframes.h"
#include "baselines/animeshooter_gen/last_frames.h"
#include "baselines/animeshooter_gen/memory_choice.h"
#include "core/json.h"
#include "models/layers/placement.h"
#include "models/samplers/noise_file.h"

// What generate_videos() makes of a request before a network is loaded.

namespace asbench::baselines {

[[nodiscard]] models::Placement placement_of(const VideoRequest& request);
/// @throws UsageError for a name that is no network's; BadInput as plan_animeshooter_gen() and its
///         like.
[[nodiscard]] EnginePlan make_plan(const VideoRequest& request, const models::Placement& placement);

/// What a baseline needs, and what has an effect on it. @throws UsageError
void require_settings(const VideoRequest& request);
/// @throws BadInput for a split without captions or, where the model takes them, references.
void require_inputs(const VideoRequest& request, const EnginePlan& plan);
/// A shot that takes a day isn't begun by mistake.
/// @throws UsageError on a CPU where shots take longer than kLongShotSeconds and that wasn't asked
/// for
void require_patience(const VideoRequest& request, const ShotCost& cost, std::size_t shots,
                      const models::Placement& placement);

/// What a user provides, opened and checked against the split; nothing where it isn't asked for.
/// @throws BadInput as their constructors do, and for frames of shots that the split hasn't.
[[nodiscard]] std::optional<models::NoiseFile> noise_of(const VideoRequest& request);
[[nodiscard]] std::optional<LastFrames> last_frames_of(const VideoRequest& request);
[[nodiscard]] std::optional<Keyframes> keyframes_of(const VideoRequest& request);

/// The shots whose captions are longer than what the text encoder reads, "<story>/<shot>": what is
/// beyond is cut off, as the published pipeline does.
[[nodiscard]] std::set<std::string> cut_captions(const VideoRequest& request,
                                                 const EnginePlan& plan);

/// Videos that were begun in tiles, or without, go on so unless something else is asked for.
/// @throws BadInput where tiles are asked for that the VAE's can't be made of
[[nodiscard]] MemoryChoice memory_of(const VideoRequest& request, const EnginePlan& plan,
                                     const models::Placement& placement);

/// What must be equal for videos of one folder: `settings` of generation.json. Reads all weights
/// for their SHA-256.
[[nodiscard]] Json settings_of(const VideoRequest& request, const EnginePlan& plan,
                               const Keyframes* keyframes, const models::Placement& placement,
                               const MemoryPlan& memory);

}  // namespace asbench::baselines
