#pragma once

#include <filesystem>
#include <string>

#include "core/json.h"

namespace asbench::baselines {

/// Whether a folder is a generator's: with animeshootergen.json, or a published CogVideoX.
[[nodiscard]] bool is_generator_folder(const std::filesystem::path& folder);

/// What `asbench component inspect` tells of a generator's model folder before anything is
/// computed:
///   `baseline`    the one that runs it
///   `settings`    as used, every default written out
///   `inferred`    `latents` [1, F, C, h, w] of a shot, `forwards` of the transformer and
///                 `operations` a shot
///   `parts`       by name: `folder`, `config` as it is in the file, `values`, and `tensors` by
///                 key, with LibTorch's name of the type: "Float [3, 4]"
/// Reads headers alone, no weights.
/// @throws BadInput: what the plan of a run refuses (plan_animeshooter_gen() and its like).
[[nodiscard]] Json describe_model(const std::filesystem::path& folder);

/// The same for people: settings and what follows from them, then a line a tensor. Names are safe
/// for a terminal.
[[nodiscard]] std::string model_in_words(const Json& description);

}  // namespace asbench::baselines
