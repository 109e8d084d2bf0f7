#include "baselines/animeshooter_gen/text_conditions.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "baselines/animeshooter_gen/model_folder.h"
#include "core/error.h"
#include "models/layers/runtime.h"
#include "models/t5/t5_encoder.h"
#include "models/tokenizers/t5_tokenizer.h"

namespace asbench::baselines {
namespace {

using LoadEncoder = std::function<models::T5Encoder()>;

class TextConditions final : public ConditionModel {
 public:
  TextConditions(models::T5Tokenizer tokenizer, LoadEncoder load, std::int64_t tokens)
      : tokenizer_(std::move(tokenizer)),
        load_(std::move(load)),
        tokens_(tokens),
        encoder_(load_()),
        null_(encode("")) {}

  [[nodiscard]] bool hands_frames_on() const override { return false; }
  [[nodiscard]] std::unique_ptr<StoryConditions> begin_story() const override;
  void unload() override { encoder_.reset(); }
  void reload() override {
    if (!encoder_) encoder_ = load_();
  }

  [[nodiscard]] at::Tensor condition_of(std::string_view caption) const {
    return at::cat({null_, encode(caption)});
  }

 private:
  /// [1, L, D] float32 on the CPU. Longer texts are cut, as the published pipeline does.
  [[nodiscard]] at::Tensor encode(std::string_view text) const {
    if (!encoder_) throw InternalError("a condition is wanted of a text encoder that is unloaded");
    const auto padded = tokenizer_.encode_padded(text, static_cast<std::size_t>(tokens_));
    at::Tensor ids = at::empty({1, tokens_}, at::kLong);
    std::copy(padded.ids.begin(), padded.ids.end(), ids.mutable_data_ptr<std::int64_t>());
    return models::run(*encoder_, ids).to(at::kCPU, at::kFloat);
  }

  const models::T5Tokenizer tokenizer_;
  const LoadEncoder load_;
  const std::int64_t tokens_;
  std::optional<models::T5Encoder> encoder_;  ///< nothing: unloaded
  const at::Tensor null_;                     ///< of the empty text
};

class TextStory final : public StoryConditions {
 public:
  explicit TextStory(const TextConditions& model) : model_(model) {}
  at::Tensor next_shot(const Image&, std::string_view caption) override {
    const models::InferenceScope scope;
    return model_.condition_of(caption);
  }

 private:
  const TextConditions& model_;
};

std::unique_ptr<StoryConditions> TextConditions::begin_story() const {
  return std::make_unique<TextStory>(*this);
}

}  // namespace

std::unique_ptr<ConditionModel> load_text_conditions(
    const std::filesystem::path& text_encoder, const std::filesystem::path& tokenizer,
    const models::CogVideoXTransformerConfig& wanted, const models::Placement& placement) {
  const models::InferenceScope scope;
  models::T5Tokenizer pieces = models::T5Tokenizer::load(tokenizer);
  const std::int64_t ids = pieces.id_limit();
  const auto load = [=]() {
    models::T5Encoder encoder = models::load_t5_encoder(open_part(text_encoder), placement);
    if (ids > encoder.config.vocabulary) {
      throw BadInput(fmt::format("{} has ids up to {}, but {} has rows for {}", tokenizer.string(),
                                 ids - 1, text_encoder.string(), encoder.config.vocabulary));
    }
    if (encoder.config.width != wanted.text_width) {
      throw BadInput(fmt::format("d_model of {} is {}, but text_embed_dim of the transformer is {}",
                                 text_encoder.string(), encoder.config.width, wanted.text_width));
    }
    return encoder;
  };
  return std::make_unique<TextConditions>(std::move(pieces), load, wanted.text_tokens);
}

}  // namespace asbench::baselines
