#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

#include "models/qwen2/qwen2.h"
#include "models/tokenizers/qwen2_tokenizer.h"

namespace asbench::models {

/// Texts around the parts of a prompt, each tokenised on its own (docs/design/animeshootergen.md 2,
/// U8).
struct PromptTemplate {
  std::string prefix;  ///< before the first shot's piece, once
  std::string before_image, after_image;
  std::string before_caption, after_caption;
  std::string before_queries, after_queries;
};

/// What one shot adds to the sequence (docs/design/animeshootergen.md 6): picture, caption, query
/// vectors.
struct PromptPiece {
  at::Tensor embeds;             ///< [1, S, D]
  std::int64_t first_query = 0;  ///< where the query vectors begin in it
  std::int64_t queries = 0;

  /// Of hidden states of this piece those at the query positions. @param states  [1, S, D]
  [[nodiscard]] at::Tensor at_queries(const at::Tensor& states) const;
};

/// Writes the pieces of a story's sequence: [prefix,] picture, newline, caption, queries, each
/// between the template's texts. Keeps references to the model and the tokeniser, which must
/// outlive it.
class PromptWriter {
 public:
  /// @param queries  [Q, D], `learnable_queries` of the Q-Former's file
  /// @throws BadInput when the queries have another width than the model, or the tokeniser has ids
  ///         that the model has no row for.
  PromptWriter(const Qwen2& model, const Qwen2Tokenizer& tokenizer, PromptTemplate texts,
               const at::Tensor& queries);

  /// @param first  the story's first piece, which the prefix precedes
  /// @param image_tokens  [T, D], ImageReader's: the reference, or the last frame of the shot
  /// before
  /// @throws BadInput for tokens of another width, and for a caption that isn't UTF-8.
  [[nodiscard]] PromptPiece first_piece(const at::Tensor& image_tokens,
                                        std::string_view caption) const;
  [[nodiscard]] PromptPiece next_piece(const at::Tensor& image_tokens,
                                       std::string_view caption) const;

 private:
  [[nodiscard]] at::Tensor embed(std::string_view text) const;  ///< [T, D], T may be 0
  [[nodiscard]] PromptPiece piece(at::Tensor beginning, const at::Tensor& image_tokens,
                                  std::string_view caption) const;

  const Qwen2& model_;
  const Qwen2Tokenizer& tokenizer_;
  PromptTemplate texts_;
  at::Tensor queries_;  ///< where the model is, in its type
  at::Tensor newline_;  ///< [T, D]: what "\n" is to the model, behind every picture
};

}  // namespace asbench::models
