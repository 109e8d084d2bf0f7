#include "models/encoders/clip_text_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "models/layers/parallel.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

/// Texts of equal length that are computed together have at most so many tokens.
constexpr std::size_t kTokensPerPiece = 800;

class ClipTextEncoder final : public TextEncoder {
 public:
  ClipTextEncoder(std::string id, const TextConfig& config, TextTower tower,
                  ClipTokenizer tokenizer, const Placement& placement)
      : id_(std::move(id)),
        config_(config),
        tower_(std::move(tower)),
        tokenizer_(std::move(tokenizer)),
        device_(placement.device),
        pieces_by_thread_(placement.own_kernels) {}

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
      const at::Tensor encoded = run(tower_, batch.to(device_)).to(at::kFloat).cpu();
      for (std::size_t i = 0; i < piece.texts.size(); ++i) {
        features.select(0, static_cast<std::int64_t>(piece.texts[i]))
            .copy_(encoded.select(0, static_cast<std::int64_t>(i)));
      }
    };
    if (!pieces_by_thread_) {
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
  bool pieces_by_thread_;  ///< as our own kernels want it
};

}  // namespace

std::unique_ptr<TextEncoder> make_clip_text_encoder(std::string id, const TextConfig& config,
                                                    TextTower tower, ClipTokenizer tokenizer,
                                                    const Placement& placement) {
  return std::make_unique<ClipTextEncoder>(std::move(id), config, std::move(tower),
                                           std::move(tokenizer), placement);
}

}  // namespace asbench::models
