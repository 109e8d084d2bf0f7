#pragma once

#include <filesystem>
#include <memory>

#include "baselines/animeshooter_gen/conditions.h"
#include "baselines/animeshooter_gen/manifest.h"
#include "models/cogvideox/transformer_config.h"
#include "models/layers/placement.h"

namespace asbench::baselines {

/// Conditions by the multimodal language model and the Q-Former: the autoregressive half of the
/// generator (docs/design/animeshootergen.md 6). A story is one sequence: reference, caption,
/// queries, then for every further shot the last frame before it, its caption, the queries again. A
/// second sequence of the same form makes the null condition, where the manifest wants it so.
/// @param folder  of the model, which the manifest's paths start from
/// @param wanted  the video model's number and width of condition tokens must be these
/// @throws BadInput: what the parts' loaders refuse; parts that don't fit each other, naming both.
[[nodiscard]] std::unique_ptr<ConditionModel> load_multimodal_conditions(
    const Manifest& manifest, const std::filesystem::path& folder,
    const models::CogVideoXTransformerConfig& wanted, const models::Placement& placement);

}  // namespace asbench::baselines
