#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "models/encoders/clip.h"
#include "models/encoders/encoder.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/parallel.h"
#include "models/layers/runtime.h"
#include "models/tokenizers/clip_tokenizer.h"

namespace asbench::models {
namespace {

// On the CPU a thread takes several pictures at a time, so that its matrix products are tall enough
// to run at full speed and the activations between them still fit its share of the cache.
constexpr std::int64_t kTokensPerPiece = 800;

std::int64_t piece_size(std::int64_t count, std::int64_t tokens) {
  const std::int64_t share = (count + thread_count() - 1) / thread_count();
  return std::clamp<std::int64_t>(share, 1, std::max<std::int64_t>(1, kTokensPerPiece / tokens));
}

std::string describe(const at::Tensor& tensor) {
  return fmt::format("{} [{}]", std::string(tensor.dtype().name()),
                     fmt::join(tensor.sizes().vec(), ", "));
}

class VisionEncoder final : public ImageEncoder {
 public:
  VisionEncoder(EncoderInfo info, VisionTower tower, c10::Device device)
      : info_(std::move(info)), tower_(std::move(tower)), device_(device) {}

  [[nodiscard]] const EncoderInfo& info() const override { return info_; }

  [[nodiscard]] at::Tensor encode_images(const at::Tensor& pixels) const override {
    check(pixels);
    try {
      const InferenceScope scope;
      return device_.is_cpu() ? encode_on_cpu(pixels)
                              : run(tower_, pixels.to(device_),
                                    tower_.positions_for(pixels.size(2), pixels.size(3)))
                                    .cpu();
    } catch (...) {
      rethrow_torch_error(fmt::format("{}: encoding pictures {}", info_.id, describe(pixels)));
    }
  }

 private:
  void check(const at::Tensor& pixels) const {
    const std::int64_t patch = tower_.patches.patch;
    if (pixels.dim() != 4 || pixels.size(1) != 3 || pixels.scalar_type() != at::kFloat ||
        pixels.size(2) < patch || pixels.size(3) < patch || !pixels.device().is_cpu()) {
      throw BadInput(fmt::format(
          "{}: pictures must be float [N, 3, H, W] on the CPU with sides of at least {}, not {}",
          info_.id, patch, describe(pixels)));
    }
  }

  [[nodiscard]] at::Tensor encode_on_cpu(const at::Tensor& pixels) const {
    const at::Tensor positions = tower_.positions_for(pixels.size(2), pixels.size(3));
    at::Tensor features = at::empty({pixels.size(0), info_.dim});
    parallel_chunks(pixels.size(0), piece_size(pixels.size(0), positions.size(0)),
                    [&](std::int64_t begin, std::int64_t end) {
                      features.narrow(0, begin, end - begin)
                          .copy_(run(tower_, pixels.narrow(0, begin, end - begin), positions));
                    });
    return features;
  }

  EncoderInfo info_;
  VisionTower tower_;
  c10::Device device_;
};

class ClipTextEncoder final : public TextEncoder {
 public:
  ClipTextEncoder(std::string id, TextConfig config, TextTower tower, ClipTokenizer tokenizer,
                  c10::Device device)
      : id_(std::move(id)),
        config_(config),
        tower_(std::move(tower)),
        tokenizer_(std::move(tokenizer)),
        device_(device) {}

  [[nodiscard]] int dim() const override { return static_cast<int>(config_.projection); }

  [[nodiscard]] EncodedTexts encode_texts(std::span<const std::string> texts) const override {
    EncodedTexts result;
    std::vector<std::vector<std::int64_t>> ids;
    for (const std::string& text : texts) {
      TokenizedText tokens = tokenizer_.encode(text);
      ids.push_back(std::move(tokens.ids));
      result.truncated.push_back(tokens.truncated);
    }
    result.features = encode_ids(ids);
    return result;
  }

  [[nodiscard]] at::Tensor encode_ids(
      std::span<const std::vector<std::int64_t>> ids) const override {
    try {
      const InferenceScope scope;
      return encode(ids);
    } catch (...) {
      rethrow_torch_error(fmt::format("{}: encoding {} texts", id_, ids.size()));
    }
  }

 private:
  struct Piece {
    std::size_t length;
    std::vector<std::size_t> texts;
  };

  [[nodiscard]] std::size_t checked_length(const std::vector<std::int64_t>& ids) const {
    const std::size_t length = length_to_end_token(ids, config_);
    if (length > static_cast<std::size_t>(config_.positions)) {
      throw BadInput(fmt::format("{}: {} token ids, but the network has {} positions", id_, length,
                                 config_.positions));
    }
    for (const std::int64_t id : ids) {
      if (id < 0 || id >= config_.vocabulary) {
        throw BadInput(
            fmt::format("{}: token id {} is outside the vocabulary of {}; do vocab.json and the "
                        "weights belong together?",
                        id_, id, config_.vocabulary));
      }
    }
    return length;
  }

  // Texts of equal length, at most kTokensPerPiece tokens together; the longest first, so that no
  // thread is left with a long one at the end.
  [[nodiscard]] std::vector<Piece> pieces(std::span<const std::vector<std::int64_t>> ids) const {
    std::vector<std::pair<std::size_t, std::size_t>> by_length;
    for (std::size_t i = 0; i < ids.size(); ++i) by_length.emplace_back(checked_length(ids[i]), i);
    std::sort(by_length.begin(), by_length.end(),
              [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Piece> pieces;
    for (const auto& [length, text] : by_length) {
      const bool fits = !pieces.empty() && pieces.back().length == length &&
                        (pieces.back().texts.size() + 1) * length <= kTokensPerPiece;
      if (!fits) pieces.push_back({length, {}});
      pieces.back().texts.push_back(text);
    }
    return pieces;
  }

  [[nodiscard]] at::Tensor encode(std::span<const std::vector<std::int64_t>> ids) const {
    const std::vector<Piece> work = pieces(ids);
    at::Tensor features = at::empty({static_cast<std::int64_t>(ids.size()), config_.projection});
    const auto encode_piece = [&](const Piece& piece) {
      at::Tensor batch = at::empty(
          {static_cast<std::int64_t>(piece.texts.size()), static_cast<std::int64_t>(piece.length)},
          at::kLong);
      auto* out = batch.data_ptr<std::int64_t>();
      for (const std::size_t text : piece.texts) {
        out = std::copy_n(ids[text].begin(), piece.length, out);
      }
      const at::Tensor encoded = run(tower_, batch.to(device_)).cpu();
      for (std::size_t i = 0; i < piece.texts.size(); ++i) {
        features.select(0, static_cast<std::int64_t>(piece.texts[i]))
            .copy_(encoded.select(0, static_cast<std::int64_t>(i)));
      }
    };
    if (!device_.is_cpu()) {
      for (const Piece& piece : work) encode_piece(piece);
      return features;
    }
    parallel_chunks(static_cast<std::int64_t>(work.size()), 1,
                    [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t i = begin; i < end; ++i) {
                        encode_piece(work[static_cast<std::size_t>(i)]);
                      }
                    });
    return features;
  }

  std::string id_;
  TextConfig config_;
  TextTower tower_;
  ClipTokenizer tokenizer_;
  c10::Device device_;
};

// A configuration that doesn't fit the file can also make sizes that memory doesn't hold; the keys
// that don't fit are then the better message.
template <typename Load>
auto load_strictly(const Checkpoint& checkpoint, std::int64_t layers,
                   const std::vector<std::string>& ignorable, Load load) {
  const InferenceScope scope;
  StateDict weights = StateDict::load(checkpoint);
  if (layers > static_cast<std::int64_t>(weights.names().size())) {
    throw BadInput(
        fmt::format("config.json of {}: num_hidden_layers is {}, but the weights hold "
                    "only {} tensors",
                    checkpoint.id, layers, weights.names().size()));
  }
  try {
    auto tower = load(weights);
    weights.finish(ignorable);
    return tower;
  } catch (const c10::Error&) {
    weights.finish(ignorable);
    rethrow_torch_error(fmt::format("{}: loading", checkpoint.id));
  }
}

}  // namespace

EncoderInfo describe_image_encoder(const Checkpoint& checkpoint, const EncoderOptions& options) {
  const VisionConfig config = parse_vision_config(checkpoint.config, checkpoint.id);
  EncoderInfo info;
  info.id = checkpoint.id;
  info.dim = static_cast<int>(config.dim());
  info.profile = resolve_profile(checkpoint.id, checkpoint.preprocessor, options.preprocess);
  const Profile& profile = info.profile;
  info.flops_per_image =
      flops_per_image(config, profile.output_height > 0 ? profile.output_height : config.image_size,
                      profile.output_width > 0 ? profile.output_width : config.image_size);
  info.weights_sha256 =
      options.weights_sha256 ? *options.weights_sha256 : weights_sha256(checkpoint);
  return info;
}

std::unique_ptr<ImageEncoder> load_image_encoder(const Checkpoint& checkpoint,
                                                 const EncoderOptions& options) {
  const VisionConfig config = parse_vision_config(checkpoint.config, checkpoint.id);
  EncoderInfo info = describe_image_encoder(checkpoint, options);
  VisionTower tower =
      load_strictly(checkpoint, config.blocks.layers, ignorable_keys(config.family),
                    [&](StateDict& weights) { return load_vision_tower(weights, config); });
  if (!options.device.is_cpu()) move_to(tower, options.device);
  return std::make_unique<VisionEncoder>(std::move(info), std::move(tower), options.device);
}

std::unique_ptr<TextEncoder> load_text_encoder(const Checkpoint& checkpoint,
                                               const EncoderOptions& options) {
  const TextConfig config = parse_text_config(checkpoint.config, checkpoint.id);
  ClipTokenizer tokenizer =
      ClipTokenizer::load(checkpoint.folder, static_cast<int>(config.positions));
  if (tokenizer.id_limit() > config.vocabulary) {
    throw BadInput(fmt::format(
        "{}: the tokeniser's ids go up to {}, but vocab_size in config.json is {}; its files and "
        "the weights don't belong together",
        checkpoint.folder.string(), tokenizer.id_limit() - 1, config.vocabulary));
  }
  TextTower tower =
      load_strictly(checkpoint, config.blocks.layers, ignorable_text_keys(),
                    [&](StateDict& weights) { return load_clip_text(weights, config); });
  if (!options.device.is_cpu()) move_to(tower, options.device);
  return std::make_unique<ClipTextEncoder>(checkpoint.id, config, std::move(tower),
                                           std::move(tokenizer), options.device);
}

}  // namespace asbench::models
