#include "baselines/animeshooter_gen/multimodal_conditions.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "baselines/animeshooter_gen/model_folder.h"
#include "core/error.h"
#include "models/layers/device_memory.h"
#include "models/layers/runtime.h"
#include "models/lora/lora.h"
#include "models/multimodal/image_reader.h"
#include "models/multimodal/multimodal_config.h"
#include "models/multimodal/projector.h"
#include "models/multimodal/prompt.h"
#include "models/multimodal/tiles.h"
#include "models/multimodal/vision_features.h"
#include "models/qformer/qformer.h"
#include "models/qwen2/key_value_cache.h"
#include "models/qwen2/qwen2.h"
#include "models/t5/t5_encoder.h"
#include "models/tokenizers/qwen2_tokenizer.h"

namespace asbench::baselines {
namespace fs = std::filesystem;
namespace {

using models::Tiling;

/// The networks.
struct Networks {
  models::ImageReader images;
  models::Qwen2Tokenizer tokenizer;
  models::Qwen2 llm;
  models::QFormer qformer;
};

models::ImageReader load_image_reader(const Manifest::Paths& paths, const fs::path& folder,
                                      const models::Placement& placement) {
  const MultimodalFolder multimodal = open_multimodal_folder(paths, folder);
  return {models::load_vision_features(multimodal.vision_tower, multimodal.config.select_layer,
                                       placement),
          models::load_projector(open_part(folder / paths.mm_projector), placement),
          multimodal.config.tiles};
}

models::Qwen2 load_llm(const Manifest& manifest, const fs::path& folder,
                       const models::Placement& placement) {
  std::vector<models::Lora> loras;
  if (manifest.llm_lora) {
    loras.push_back(
        models::read_lora(folder / manifest.llm_lora->path, "llm", manifest.llm_lora->scale));
  }
  return models::load_qwen2(open_part(folder / manifest.paths.llm), placement, loras);
}

/// T5's answer to an empty text: its end token and padding.
/// The encoder is gone when this returns.
at::Tensor t5_empty(const Manifest& manifest, const fs::path& folder,
                    const models::CogVideoXTransformerConfig& wanted,
                    const models::Placement& placement) {
  const models::T5Encoder encoder =
      models::load_t5_encoder(open_part(folder / manifest.paths.text_encoder), placement);
  at::Tensor ids = at::zeros({1, wanted.text_tokens}, at::kLong);
  ids.mutable_data_ptr<std::int64_t>()[0] = 1;
  const at::Tensor condition = models::run(encoder, ids).to(at::kCPU, at::kFloat);
  if (condition.size(2) != wanted.text_width) {
    throw BadInput(fmt::format(
        "null_condition t5_empty: {} makes vectors of {}, but text_embed_dim of the "
        "transformer is {}",
        (folder / manifest.paths.text_encoder).string(), condition.size(2), wanted.text_width));
  }
  return condition;
}

std::int64_t width_of_condition(const models::QFormer& qformer) {
  return qformer.projection.empty() ? qformer.config.width : qformer.projection.back().outputs();
}

/// What only the Q-Former's tensors tell; the rest was asked of the plan.
void require_fitting(const Networks& networks, const models::CogVideoXTransformerConfig& wanted) {
  const auto require = [](std::string_view one, std::int64_t first, std::string_view other,
                          std::int64_t second) {
    if (first != second)
      throw BadInput(fmt::format("{} is {}, but {} is {}", one, first, other, second));
  };
  require("the width of the Q-Former's condition", width_of_condition(networks.qformer),
          "text_embed_dim of the transformer", wanted.text_width);
  require("the width of the states that the Q-Former takes", networks.qformer.encoder_width,
          "hidden_size of the language model", networks.llm.config.width);
}

class MultimodalStory;

/// The networks and what refers to them: stays where it was made.
struct LoadedNetworks {
  LoadedNetworks(Networks of, const Manifest& manifest)
      : networks(std::move(of)),
        writer(networks.llm, networks.tokenizer, manifest.texts,
               networks.qformer.learnable_queries) {}
  LoadedNetworks(const LoadedNetworks&) = delete;
  LoadedNetworks& operator=(const LoadedNetworks&) = delete;

  const Networks networks;
  const models::PromptWriter writer;
};

using LoadNetworks = std::function<Networks()>;

class MultimodalConditions final : public ConditionModel {
 public:
  MultimodalConditions(LoadNetworks load, const Manifest& manifest, at::Tensor fixed_null)
      : load_(std::move(load)), manifest_(manifest), fixed_null_(std::move(fixed_null)) {
    reload();
  }

  [[nodiscard]] bool hands_frames_on() const override { return true; }
  [[nodiscard]] std::unique_ptr<StoryConditions> begin_story() const override;
  void unload() override { loaded_.reset(); }
  void reload() override {
    if (!loaded_) loaded_ = std::make_unique<LoadedNetworks>(load_(), manifest_);
  }

  [[nodiscard]] const models::PromptWriter& writer() const { return loaded().writer; }
  [[nodiscard]] const at::Tensor& fixed_null() const { return fixed_null_; }
  [[nodiscard]] const models::Qwen2& llm() const { return loaded().networks.llm; }

  [[nodiscard]] at::Tensor tokens_of(const Image& picture, bool reference) const {
    return loaded().networks.images.read(picture, tiling_of(reference));
  }
  /// Of a reference of this size that shows nothing.
  [[nodiscard]] at::Tensor blank_tokens(int width, int height) const {
    if (!manifest_.blank_pixel) {
      return loaded().networks.images.read(
          models::zero_tiles(width, height, tiling_of(true), loaded().networks.images.options()));
    }
    Image blank(height, width, 3);
    std::fill(blank.bytes.begin(), blank.bytes.end(),
              static_cast<std::uint8_t>(*manifest_.blank_pixel));
    return tokens_of(blank, true);
  }
  /// Appends a piece to a sequence. @returns [1, L, D] float32 on the CPU
  [[nodiscard]] at::Tensor condition_of(const models::PromptPiece& piece,
                                        models::KeyValueCache& cache) const {
    const Networks& networks = loaded().networks;
    const at::Tensor states =
        models::hidden_state(networks.llm, piece.embeds, cache, manifest_.hidden_state);
    const at::Tensor last = models::run(networks.qformer, piece.at_queries(states).contiguous());
    return models::project_condition(networks.qformer, last).to(at::kCPU, at::kFloat);
  }

 private:
  [[nodiscard]] const LoadedNetworks& loaded() const {
    if (!loaded_) throw InternalError("a condition is wanted of networks that are unloaded");
    return *loaded_;
  }
  [[nodiscard]] Tiling tiling_of(bool reference) const {
    const bool many = manifest_.tiling == PictureTiling::dynamic_s2_all ||
                      (manifest_.tiling == PictureTiling::dynamic_s2_reference && reference);
    return many ? Tiling::dynamic_s2 : Tiling::single;
  }

  const LoadNetworks load_;
  const Manifest manifest_;
  const at::Tensor fixed_null_;             ///< [1, L, D]; undefined: by a second sequence
  std::unique_ptr<LoadedNetworks> loaded_;  ///< nothing: unloaded
};

class MultimodalStory final : public StoryConditions {
 public:
  explicit MultimodalStory(const MultimodalConditions& model)
      : model_(model), seen_(model.llm().config), seen_by_null_(model.llm().config) {}

  at::Tensor next_shot(const Image& picture, std::string_view caption) override {
    const models::InferenceScope scope;
    const at::Tensor tokens = model_.tokens_of(picture, first_);
    const at::Tensor condition = model_.condition_of(piece(tokens, caption), seen_);
    at::Tensor null = model_.fixed_null();
    if (!null.defined()) {
      // Only the reference is blank: the story's own frames stay.
      const at::Tensor shown = first_ ? model_.blank_tokens(picture.width, picture.height) : tokens;
      null = model_.condition_of(piece(shown, ""), seen_by_null_);
    }
    first_ = false;
    return at::cat({null, condition});
  }

 private:
  [[nodiscard]] models::PromptPiece piece(const at::Tensor& tokens,
                                          std::string_view caption) const {
    return first_ ? model_.writer().first_piece(tokens, caption)
                  : model_.writer().next_piece(tokens, caption);
  }

  const MultimodalConditions& model_;
  models::KeyValueCache seen_;
  models::KeyValueCache seen_by_null_;
  bool first_ = true;
};

std::unique_ptr<StoryConditions> MultimodalConditions::begin_story() const {
  return std::make_unique<MultimodalStory>(*this);
}

}  // namespace

std::unique_ptr<ConditionModel> load_multimodal_conditions(
    const Manifest& manifest, const fs::path& folder,
    const models::CogVideoXTransformerConfig& wanted, const models::Placement& placement) {
  const models::InferenceScope scope;
  at::Tensor null;
  if (manifest.null_condition == NullCondition::zeros)
    null = at::zeros({1, wanted.text_tokens, wanted.text_width}, at::kFloat);
  // T5 first: it is used this once and needn't be in memory beside the others.
  if (manifest.null_condition == NullCondition::t5_empty) {
    null = t5_empty(manifest, folder, wanted, placement);
    models::return_freed_memory(placement.device);
  }
  const auto load = [=]() {
    Networks networks{.images = load_image_reader(manifest.paths, folder, placement),
                      .tokenizer = models::Qwen2Tokenizer::load(folder / manifest.paths.tokenizer),
                      .llm = load_llm(manifest, folder, placement),
                      .qformer = models::load_qformer(open_part(folder / manifest.paths.qformer),
                                                      manifest.qformer, placement)};
    require_fitting(networks, wanted);
    return networks;
  };
  return std::make_unique<MultimodalConditions>(load, manifest, std::move(null));
}

}  // namespace asbench::baselines
