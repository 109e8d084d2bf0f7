#pragma once

#include <memory>
#include <string>

#include "models/encoders/clip.h"
#include "models/encoders/encoder.h"
#include "models/tokenizers/clip_tokenizer.h"

namespace asbench::models {

/// CLIP's text tower with its tokeniser as an encoder.
/// @param id  the checkpoint, for messages; @param tower  moved to `placement`
[[nodiscard]] std::unique_ptr<TextEncoder> make_clip_text_encoder(std::string id,
                                                                  const TextConfig& config,
                                                                  TextTower tower,
                                                                  ClipTokenizer tokenizer,
                                                                  const Placement& placement);

}  // namespace asbench::models
