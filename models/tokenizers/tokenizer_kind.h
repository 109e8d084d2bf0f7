#pragma once

namespace asbench::models {

/// Whose byte-level tokenizer a folder holds: the files are alike, what they leave open is not.
enum class TokenizerKind {
  clip,   ///< words end in "</w>", texts between a start and an end token
  qwen2,  ///< neither
};

}  // namespace asbench::models
