#include "models/multimodal/prompt.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

at::Tensor placed(const at::Tensor& x, const Placement& placement) {
  return x.to(x.options().device(placement.device).dtype(placement.dtype));
}

void check_width(const char* name, const at::Tensor& x, const Qwen2& model) {
  if (x.dim() == 2 && x.size(1) == model.config.width && x.is_floating_point()) return;
  throw BadInput(fmt::format("{} are {} [{}]; {} needs floating-point [tokens, {}]", name,
                             c10::toString(x.scalar_type()), fmt::join(x.sizes(), ", "), model.id,
                             model.config.width));
}

}  // namespace

at::Tensor PromptPiece::at_queries(const at::Tensor& states) const {
  if (states.dim() != 3 || states.size(1) != embeds.size(1)) {
    throw BadInput(fmt::format("hidden states are [{}]; the piece has {} tokens",
                               fmt::join(states.sizes(), ", "), embeds.size(1)));
  }
  const InferenceScope scope;
  return states.narrow(1, first_query, queries);
}

PromptWriter::PromptWriter(const Qwen2& model, const Qwen2Tokenizer& tokenizer,
                           PromptTemplate texts, const at::Tensor& queries)
    : model_(model), tokenizer_(tokenizer), texts_(std::move(texts)) {
  if (tokenizer.id_limit() > model.tokens.size(0)) {
    throw BadInput(fmt::format("the tokenizer has ids up to {}; {} has rows for 0 to {}",
                               tokenizer.id_limit() - 1, model.id, model.tokens.size(0) - 1));
  }
  check_width("learnable_queries", queries, model);
  const InferenceScope scope;
  queries_ = placed(queries, model.placement);
  newline_ = embed("\n");
}

at::Tensor PromptWriter::embed(std::string_view text) const {
  const std::vector<std::int64_t> ids = tokenizer_.encode(text);
  at::Tensor row = at::empty({1, static_cast<std::int64_t>(ids.size())}, at::kLong);
  std::copy(ids.begin(), ids.end(), row.mutable_data_ptr<std::int64_t>());
  return embed_tokens(model_, row).squeeze(0);
}

PromptPiece PromptWriter::first_piece(const at::Tensor& image_tokens,
                                      std::string_view caption) const {
  const InferenceScope scope;
  return piece(embed(texts_.prefix), image_tokens, caption);
}

PromptPiece PromptWriter::next_piece(const at::Tensor& image_tokens,
                                     std::string_view caption) const {
  const InferenceScope scope;
  return piece(embed(""), image_tokens, caption);
}

PromptPiece PromptWriter::piece(at::Tensor beginning, const at::Tensor& image_tokens,
                                std::string_view caption) const {
  check_width("image tokens", image_tokens, model_);
  std::vector<at::Tensor> parts;
  parts.push_back(std::move(beginning));
  parts.push_back(embed(texts_.before_image));
  parts.push_back(placed(image_tokens, model_.placement));
  parts.push_back(newline_);
  parts.push_back(embed(texts_.after_image));
  parts.push_back(embed(texts_.before_caption));
  parts.push_back(embed(caption));
  parts.push_back(embed(texts_.after_caption));
  parts.push_back(embed(texts_.before_queries));
  PromptPiece made;
  for (const at::Tensor& part : parts) made.first_query += part.size(0);
  made.queries = queries_.size(0);
  parts.push_back(queries_);
  parts.push_back(embed(texts_.after_queries));
  made.embeds = at::cat(parts).unsqueeze(0);
  return made;
}

}  // namespace asbench::models
