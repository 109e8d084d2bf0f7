#pragma once

#include <filesystem>
#include <memory>

#include "baselines/animeshooter_gen/conditions.h"
#include "models/cogvideox/transformer_config.h"
#include "models/layers/placement.h"

namespace asbench::baselines {

/// Conditions by T5, as the published CogVideoX models have them: each shot's caption on its own,
/// padded to the transformer's number of text tokens; null is the empty text
/// (docs/design/animeshootergen.md 12). Stories have no memory and frames are not handed on.
/// @param text_encoder  folder of the encoder; `tokenizer` has its SentencePiece model
/// @throws BadInput: what the loaders refuse; an encoder of another width than the transformer
///         takes, naming both.
[[nodiscard]] std::unique_ptr<ConditionModel> load_text_conditions(
    const std::filesystem::path& text_encoder, const std::filesystem::path& tokenizer,
    const models::CogVideoXTransformerConfig& wanted, const models::Placement& placement);

}  // namespace asbench::baselines
